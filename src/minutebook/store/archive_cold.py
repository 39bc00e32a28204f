"""What cold turns say: every reader of turns gets their texts here, and none can forget to ask.

The texts are filled in where rows become turns, by a reader that the engine gives to the database.
It works in the thread that reads the store, on the state that this sees: a page that comes back or
moves to another file meanwhile is none of its concern, since files outlive those who read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from minutebook.domain.archive import ColdPages, ColdText
from minutebook.domain.turns import Content, Turn
from minutebook.errors import ArchiveDamagedError, ArchiveError
from minutebook.store.parts import to_content
from minutebook.store.transaction import Transaction

_LOOK = "`minutebook archive verify` says which files are not as they should be."


def warm(tx: Transaction, turns: Iterable[Turn], *, is_strict: bool = True) -> list[Turn]:
    """Return turns with what the cold ones among them say.

    Unless it is strict, turns that cannot be read stay cold, and their text says why. Raises
    ArchiveError.
    """
    found = list(turns)
    cold = [turn.id for turn in found if turn.is_cold]
    if not cold:
        return found
    contents = (
        {id_: _content(text) for id_, text in texts(tx, cold).items()}
        if is_strict
        else readable(tx, cold)
    )
    return [_warmed(turn, contents[turn.id]) if turn.is_cold else turn for turn in found]


def whole(turns: Sequence[Turn]) -> list[Turn]:
    """Return turns that are to be used as they are said. Raises ArchiveError when one is cold."""
    for turn in turns:
        if turn.is_cold:
            raise ArchiveDamagedError(turn.content.text.strip("[]"), hint=_LOOK)
    return list(turns)


def texts(tx: Transaction, turns: Sequence[int]) -> dict[int, ColdText]:
    """Return what cold turns say, by row id. Raises ArchiveError unless all can be read."""
    found: dict[int, ColdText] = {}
    for wanted, ids in _places(tx, turns):
        found.update(_read(tx, wanted, ids))
    _refuse_lost(turns, found)
    return found


def readable(tx: Transaction, turns: Sequence[int]) -> dict[int, Content]:
    """Return what cold turns say, by row id; of those that cannot be read, why."""
    found: dict[int, Content] = dict.fromkeys(turns, Unread(text="[This is in no archive.]"))
    for each in _tried(tx, turns):
        said = Unread(text=f"[{each.error.message}]") if each.error else None
        found.update({id_: said or _content(each.texts[id_]) for id_ in each.turns})
    return found


def readable_columns(tx: Transaction, turns: Sequence[int]) -> dict[int, ColdText]:
    """Return what those cold turns say that can be read, by row id."""
    return {id_: text for each in _tried(tx, turns) for id_, text in each.texts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """What came of reading turns of one file."""

    turns: Sequence[int]
    texts: Mapping[int, ColdText] = field(default_factory=dict)
    error: ArchiveError | None = None


def _tried(tx: Transaction, turns: Sequence[int]) -> Iterator[_Tried]:
    for wanted, ids in _places(tx, turns) if turns else ():
        try:
            yield _Tried(turns=ids, texts=_read(tx, wanted, ids))
        except ArchiveError as error:
            yield _Tried(turns=ids, error=error)


class Unread(Content):
    """Stands for what cannot be read, and says why."""


def containing(tx: Transaction, words: str, conversation: str, limit: int) -> list[int]:
    """Return the newest cold turns that contain words as they stand; files that cannot be read are
    passed over."""
    if tx.cold is None:
        return []
    rows = tx.all("archive.files_of_turns", conversation=conversation)
    found: list[int] = []
    for row in rows:
        try:
            found += tx.cold.containing(row["path"], words)
        except ArchiveError:
            continue
    live = tx.all(
        "archive.still_cold", turns=json.dumps(found), conversation=conversation, limit=limit
    )
    return [row["turn"] for row in live]


def _places(tx: Transaction, turns: Sequence[int]) -> list[tuple[ColdPages, list[int]]]:
    """Return what to read of each file, and which turns are meant."""
    pages: dict[tuple[str, int], set[str]] = {}
    ids: dict[tuple[str, int], list[int]] = {}
    for row in tx.all("archive.places", turns=json.dumps(turns)):
        file = (row["path"], row["schema_version"])
        pages.setdefault(file, set()).add(row["page"])
        ids.setdefault(file, []).append(row["turn"])
    return [
        (ColdPages(path=file[0], schema_version=file[1], pages=frozenset(pages[file])), ids[file])
        for file in pages
    ]


def _read(tx: Transaction, wanted: ColdPages, turns: Sequence[int]) -> dict[int, ColdText]:
    if tx.cold is None:
        raise ArchiveError("Nothing here can read the archive.", hint=_LOOK)
    found = tx.cold.texts(wanted)
    read = {id_: found[id_] for id_ in turns if id_ in found}
    _refuse_lost(turns, read)
    return read


def _refuse_lost(turns: Sequence[int], found: dict[int, ColdText]) -> None:
    lost = [id_ for id_ in turns if id_ not in found]
    if lost:
        raise ArchiveDamagedError(
            f"The archive lacks {len(lost):,} turns that have left the store.", hint=_LOOK
        )


def _content(cold: ColdText) -> Content:
    return to_content(cold.text, cold.parts)


def _warmed(turn: Turn, content: Content) -> Turn:
    return replace(turn, content=content, is_cold=isinstance(content, Unread))
