"""Turns of people who opted out: in the record, and read by nobody but people.

The one decision: what such a turn says is moved out of its row. So whatever reads turns finds it
empty, what is written tomorrow too, and only what asks for it here, by `revealed`, has the words.
The row keeps its place, its key and its hash: references lead to it, and a log that is read again
finds it there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from minutebook.clock import to_micros
from minutebook.domain.opting_out import TOMBSTONE, folded, without_names
from minutebook.domain.turns import Content, Role, Turn, TurnDraft, Withheld
from minutebook.store import archive_restoring
from minutebook.store.parts import to_column, to_content
from minutebook.store.transaction import Row, Transaction, storable

_MODELS = frozenset({Role.ASSISTANT, Role.TOOL})
AT_ONCE = 200
"""So many turns are set aside in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOut:
    """Somebody whose turns are withheld, as far as their turns tell."""

    person: int
    conversation: str
    """The only one it is about; empty: everywhere."""
    erases: bool
    exact: frozenset[str]
    likes: frozenset[str]
    """Names as they are compared; empty when only the exact ones count."""

    @property
    def withheld(self) -> Withheld:
        """What becomes of a turn of theirs."""
        return Withheld.ERASED if self.erases else Withheld.SET_ASIDE

    def has_said(self, conversation: str, role: Role, author: str) -> bool:
        """Say whether a turn is theirs."""
        if not author or role in _MODELS or self.conversation not in {"", conversation}:
            return False
        return author in self.exact or (bool(self.likes) and folded(author) in self.likes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A turn that is to be withheld, or given back."""

    id: int
    conversation: str
    seq: int
    tokens: int


def kept_out(tx: Transaction) -> tuple[KeptOut, ...]:
    """Return everybody whose turns are withheld; who erases comes first."""
    names: dict[int, set[str]] = {}
    rows = tx.all("withheld.people")
    for row in rows:
        names.setdefault(row["id"], set()).add(row["name"])
    heads = {row["id"]: row for row in rows}
    found = [
        KeptOut(
            person=id_,
            conversation=row["conversation"],
            erases=bool(row["erases"]),
            exact=frozenset(names[id_]),
            likes=frozenset() if row["is_exact"] else frozenset(map(folded, names[id_])),
        )
        for id_, row in heads.items()
    ]
    return tuple(sorted(found, key=lambda each: not each.erases))


def whose(people: Sequence[KeptOut], conversation: str, role: Role, author: str) -> KeptOut | None:
    """Return who of those kept out has said a turn."""
    for each in people:
        if each.has_said(conversation, role, storable(author)):
            return each
    return None


def nameless(tx: Transaction, title: str) -> str:
    """Return a title in which nobody is named who is kept out everywhere."""
    names = {name for each in kept_out(tx) if not each.conversation for name in each.exact}
    return without_names(title, names) if title else title


def candidates(
    tx: Transaction, names: Iterable[str], conversation: str, limit: int
) -> list[Candidate]:
    """Return turns that these names said and that are not withheld."""
    listed = json.dumps(sorted(names))
    rows = tx.all("withheld.candidates", names=listed, conversation=conversation, limit=limit)
    return [
        Candidate(
            id=row["id"], conversation=row["conversation"], seq=row["seq"], tokens=row["tokens"]
        )
        for row in rows
    ]


def set_aside(
    tx: Transaction, person: int, found: Sequence[Candidate], now: datetime
) -> list[Candidate]:
    """Take the words of turns out of sight; what is in the archive comes back first.

    Returns the turns with what they weighed. Raises ArchiveError.
    """
    for each in found:
        archive_restoring.thaw_turn(tx, each.id, now)
    ids = _listed(found)
    tx.run("withheld.put_aside", person=person, turns=ids)
    tx.run("withheld.silence", turns=ids)
    return list(found)


def put_new_aside(
    tx: Transaction, conversation: str, key: str, who: KeptOut, draft: TurnDraft, tokens: int
) -> None:
    """Keep what a turn says that has just come in without a word; nothing where it is erased."""
    kept = None if who.erases else draft
    tx.run(
        "withheld.put_new_aside",
        conversation=conversation,
        key=key,
        person=who.person,
        author=storable(draft.author),
        text="" if kept is None else storable(kept.content.text),
        parts=None if kept is None else to_column(kept.content),
        tokens=0 if kept is None else tokens,
    )


def revise(
    tx: Transaction, turn: int, key: str, draft: TurnDraft, tokens: int, now: datetime
) -> None:
    """Let a turn that is set aside say something else; it stays out of sight."""
    tx.run("withheld.keep_revision", turn=turn, now=to_micros(now))
    tx.run(
        "withheld.revise",
        turn=turn,
        author=storable(draft.author),
        text=storable(draft.content.text),
        parts=to_column(draft.content),
        tokens=tokens,
    )
    tx.run(
        "withheld.note_revision",
        turn=turn,
        key=key,
        content_hash=draft.content.hash,
        as_of=None if draft.as_of is None else to_micros(draft.as_of),
    )


def of_person(tx: Transaction, person: int, limit: int = AT_ONCE) -> list[Candidate]:
    """Return turns of a person that are set aside, with what they weigh."""
    rows = tx.all("withheld.of_person", person=person, limit=limit)
    return [
        Candidate(
            id=row["id"], conversation=row["conversation"], seq=row["seq"], tokens=row["tokens"]
        )
        for row in rows
    ]


def give_back(tx: Transaction, found: Sequence[Candidate], now: datetime) -> None:
    """Let turns be read again. Raises ArchiveError."""
    for each in found:
        archive_restoring.thaw_turn(tx, each.id, now)
    tx.run("withheld.give_back", turns=_listed(found))
    tx.run("withheld.forget", turns=_listed(found))


def revealed(tx: Transaction, turns: Iterable[Turn]) -> list[Turn]:
    """Return turns as people see them: with what is set aside, and a word for what is erased."""
    found = list(turns)
    hidden = [turn.id for turn in found if turn.withheld is Withheld.SET_ASIDE]
    rows = tx.all("withheld.revealed", turns=json.dumps(hidden)) if hidden else []
    said = {row["turn"]: row for row in rows}
    return [_revealed(turn, said) for turn in found]


def texts(tx: Transaction, person: int, behind: int, limit: int = AT_ONCE) -> tuple[int, list[str]]:
    """Return what a person said in some turns behind one, each part of it as a text; and the last
    of these turns, or `behind` when there is none left."""
    rows = tx.all("withheld.said", person=person, behind=behind, limit=limit)
    if not rows:
        return behind, []
    ids = json.dumps([row["turn"] for row in rows])
    every = [*rows, *tx.all("withheld.said_before", turns=ids)]
    contents = [to_content(row["text"], row["parts"]) for row in every]
    return rows[-1]["turn"], [text for each in contents for text in _parts(each) if text]


def erase_some(tx: Transaction, person: int, now: datetime, limit: int = AT_ONCE) -> int:
    """Remove for good what some turns of a person say, and said before; return how many turns."""
    rows = tx.all("withheld.is_open", person=person, limit=limit)
    for row in rows:
        archive_restoring.thaw_turn(tx, row["id"], now)
    ids = json.dumps([row["id"] for row in rows])
    tx.run("withheld.erase_past", turns=ids)
    tx.run("withheld.erase_words", turns=ids)
    tx.run("withheld.erase_turns", turns=ids)
    return len(rows)


def _parts(content: Content) -> list[str]:
    """Return every text that somebody may have written as a part of a turn."""
    return [
        content.text,
        content.thinking,
        *(call.arguments for call in content.tool_calls),
        *(result.content for result in content.tool_results),
        *(text for file in content.attachments for text in (file.name, file.content)),
    ]


def _revealed(turn: Turn, said: Mapping[int, Row]) -> Turn:
    if turn.withheld is Withheld.ERASED:
        return replace(turn, content=Content(text=TOMBSTONE))
    row = said.get(turn.id)
    if row is None:
        return turn
    return replace(turn, author=row["author"], content=to_content(row["text"], row["parts"]))


def _listed(found: Sequence[Candidate]) -> str:
    return json.dumps([each.id for each in found])
