"""Prove that nothing of somebody's words is left in anything derived.

Every text of every derived table and of every file of the home is looked through for runs of what
was said. What somebody else says in the same words in a turn of theirs is no trace. What is found
is taken back once more, wherever it came from, and looked for again: what is left then is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from minutebook.domain.opting_out import OptedOut, Remains, without_names
from minutebook.privacy.opting_out.means import Means
from minutebook.privacy.opting_out.wordruns import WordRuns, holds, words_of
from minutebook.record.closing import want_again
from minutebook.store import conversations, derived, opted_out, withheld
from minutebook.store.derived import Text
from minutebook.store.transaction import Transaction

_MOST_READ = 64 * 1024 * 1024
"""Bytes of a file that is looked through."""
_BY_HAND = "people wrote it themselves"
_YOURS = "you wrote or exported it; remove it if it is to go as well"
_ROUNDS = 3
"""So often what is found is taken back; what is still there then is told."""
_UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is left, and what is out of reach."""

    left: tuple[Remains, ...] = ()
    unreached: tuple[Remains, ...] = ()
    mentions: int = 0
    quotes: int = 0


@dataclass(slots=True, kw_only=True)
class _Found:
    """Words of theirs, by place."""

    left: dict[str, int] = field(default_factory=dict)
    unreached: dict[tuple[str, str], int] = field(default_factory=dict)

    def note(self, place: str, why: str = "") -> None:
        """Count a finding; with a reason it is out of reach."""
        if why:
            self.unreached[place, why] = self.unreached.get((place, why), 0) + 1
        else:
            self.left[place] = self.left.get(place, 0) + 1


class Proving:
    """Looks for what is left of the words of one person."""

    def __init__(self, means: Means, person: OptedOut) -> None:
        self._means = means
        self._person = person
        self._runs = WordRuns()
        self._names = [words_of(name) for name in person.names]

    async def learn(self) -> None:
        """Read what they said. Without it nothing can be found."""
        behind = 0
        while True:
            read = await self._means.database.read(
                lambda tx: withheld.texts(tx, self._person.id, behind)  # noqa: B023 - awaited at once
            )
            if read[0] == behind:
                return
            behind = read[0]
            for text in read[1]:
                self._runs.add(text)

    async def take_back(self) -> None:
        """Take back whatever is found, wherever it came from."""
        for _ in range(_ROUNDS):
            found = await self._means.database.read(self._ours)
            for each in found:
                await self._means.database.write(lambda tx: self._undo(tx, each))  # noqa: B023 - awaited at once
            if not found:
                break
        await self._means.database.write(self._retitle)
        for path in sorted(self._means.home.logs.glob("*")):
            if path.is_file() and not path.is_symlink():
                await self._means.database.read(lambda tx: self._cut(tx, path))  # noqa: B023 - awaited at once

    async def proof(self) -> Proof:
        """Return what is left. Raises ArchiveError and StoreError."""
        found = _Found()
        await self._means.database.read(lambda tx: self._look(tx, found))
        for path, text in await self._means.archived():
            if await self._means.database.read(lambda tx: self._is_theirs(tx, text)):  # noqa: B023 - awaited at once
                found.note(f"archive/{path}")
        for file, text in await asyncio.to_thread(lambda: list(_files(self._means))):
            if await self._means.database.read(lambda tx: self._is_theirs(tx, text)):  # noqa: B023 - awaited at once
                found.note(str(file), _reason(file, self._means))
        mentions, quotes = await self._means.database.read(self._count)
        return Proof(
            left=tuple(Remains(place=place, count=n) for place, n in found.left.items()),
            unreached=tuple(
                Remains(place=place, why=why, count=n)
                for (place, why), n in found.unreached.items()
            ),
            mentions=mentions,
            quotes=quotes,
        )

    def _is_theirs(self, tx: Transaction, text: str) -> bool:
        """Say whether a text has a run of theirs that nobody else says in a turn."""
        return any(not opted_out.is_said(tx, run) for run in self._runs.found(text))

    def _is_traced(self, tx: Transaction, each: Text) -> bool:
        if each.kind == "quarantine" and any(holds(each.text, name) for name in self._names):
            return True
        return self._is_theirs(tx, each.text)

    def _traces(self, tx: Transaction) -> Iterator[tuple[Text, bool]]:
        """Yield the texts that hold words of theirs, and whether people wrote these themselves."""
        for each in derived.texts(tx):
            if each.kind != "title" and self._is_traced(tx, each):
                is_document = each.kind == "document"
                yield each, is_document and self._is_by_hand(tx, each)

    def _is_by_hand(self, tx: Transaction, each: Text) -> bool:
        hand = self._means.by_hand(tx, each.id)
        theirs = set(self._runs.found(each.text))
        return theirs <= set(self._runs.found(hand))

    def _ours(self, tx: Transaction) -> list[Text]:
        """Return what is to be taken back: of a document with many texts, one."""
        found = {(e.kind, e.id): e for e, is_by_hand in self._traces(tx) if not is_by_hand}
        return list(found.values())

    def _undo(self, tx: Transaction, found: Text) -> None:
        """Take a text back, if that is possible."""
        now = self._means.clock()
        if found.kind == "document":
            self._means.rewind(tx, found.id, None, now)
        elif derived.take_back(tx, found) and found.kind == "summary":
            want_again(tx, found.id, now)

    def _cut(self, tx: Transaction, log: Path) -> None:
        """Take the lines out of a log of ours that hold words of theirs, in place: whoever writes
        it goes on at its end."""
        lines = log.read_bytes().splitlines(keepends=True)
        kept = [each for each in lines if not self._is_theirs(tx, each.decode("utf-8", "replace"))]
        if len(kept) < len(lines):
            with log.open("r+b") as stream:
                stream.write(b"".join(kept))
                stream.truncate()

    def _look(self, tx: Transaction, found: _Found) -> None:
        for each, is_by_hand in self._traces(tx):
            found.note(f"{each.kind} {each.id}", _BY_HAND if is_by_hand else "")

    def _retitle(self, tx: Transaction) -> None:
        """Give conversations other titles that name the person, or are made of what they said."""
        places = opted_out.places(tx, self._person.id)
        for id_ in places.conversations:
            title = conversations.get(tx, id_).title
            better = without_names(title, self._person.names)
            if self._is_opening(tx, title) or self._is_theirs(tx, title):
                better = _UNTITLED
            if better != title:
                derived.retitle(tx, id_, better)

    def _is_opening(self, tx: Transaction, title: str) -> bool:
        """Say whether a title is how something begins that they said."""
        words = words_of(title)
        if len(words) < 2:
            return False
        behind = 0
        while True:
            last, texts = withheld.texts(tx, self._person.id, behind)
            if any(words_of(text[: 4 * len(title) + 80])[: len(words)] == words for text in texts):
                return True
            if last == behind:
                return False
            behind = last

    def _count(self, tx: Transaction) -> tuple[int, int]:
        mentions = sum(opted_out.naming(tx, name) for name in self._names if name)
        places = opted_out.places(tx, self._person.id)
        quotes = sum(
            any(True for _ in self._runs.found(text))
            for text in opted_out.said_by_others(tx, places.conversations)
        )
        return mentions, quotes


def _files(means: Means) -> Iterator[tuple[Path, str]]:
    """Yield the files of the home that may hold text, apart from the store and the archive."""
    home = means.home
    skipped = [home.database.with_name(home.database.name + end) for end in ("", "-wal", "-shm")]
    for path in _under(home.data, [home.archive]):
        if path not in skipped and path.stat().st_size <= _MOST_READ:
            yield path, path.read_text("utf-8", errors="replace")


def _under(folder: Path, but: Sequence[Path]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_symlink() or path in but:
            continue
        if path.is_dir():
            yield from _under(path, but)
        elif path.is_file():
            yield path


def _reason(path: Path, means: Means) -> str:
    """Return why a file may keep their words: it is the user's own; empty for ours."""
    home = means.home
    yours = (home.exports, home.unsaved, home.drafts, home.queries, home.query_history)
    return _YOURS if any(path == each or each in path.parents for each in yours) else ""
