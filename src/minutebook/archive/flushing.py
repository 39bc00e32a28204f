"""Pages leave the store: first their files are written and proven, then their texts go.

The order is what makes it safe. A file is in the manifest before it is begun, so that a crash
leaves nothing that nobody knows of; texts go in the one transaction that puts the proven file and
the moves of its pages on record. A page that was kept, pinned or edited meanwhile stays, and its
rows in the file are of no account.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from minutebook.archive.places import new_files
from minutebook.archive.settings import Means
from minutebook.archive.writing import Fed, Writer
from minutebook.domain.archive import ArchiveFile, FlushReport, FlushWatch, Move, Mover
from minutebook.domain.pages import Lifecycle
from minutebook.store import archive, archive_retention
from minutebook.store.archive import DuePage, Leaving, Said
from minutebook.store.transaction import Transaction

_LOOKED_AT = 20_000
_TURNS = 30_000
"""Of one file at most, unless a page has more."""
_WHY = "Its review is over, and nobody kept it."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    files: tuple[ArchiveFile, ArchiveFile]
    fed: tuple[Fed, Fed]
    pages: tuple[Leaving, ...]


class Flush:
    """Writes the pages that are due into files of their months, and lets their texts go."""

    def __init__(self, means: Means, writer: Writer) -> None:
        self._means = means
        self._writer = writer

    async def run(
        self, beat: Callable[[], Awaitable[None]], watch: FlushWatch | None = None
    ) -> FlushReport:
        """Flush all that is due; `beat` is called between files. Raises ArchiveError, StoreError.

        What was flushed before an error, or before the watch ended it, stays flushed.
        """
        begun, total = time.monotonic(), FlushReport()
        tried: set[str] = set()
        await self._means.database.write(archive_retention.mark_own)
        before = self._means.clock() - self._means.settings.grace
        while True:
            limit = _LOOKED_AT + len(tried)
            due = await self._means.database.read(lambda tx: archive.due(tx, before, limit))  # noqa: B023 - awaited at once
            chunks = self._chunks([page for page in due if page.id not in tried])
            if not chunks:
                return _timed(total, begun)
            for chunk in chunks:
                tried.update(page.id for page in chunk)
                total = _sum(total, await self._flush(chunk))
                await beat()
                if watch is not None and watch.is_over(total):
                    return _timed(total, begun)

    def _chunks(self, due: Sequence[DuePage]) -> list[list[DuePage]]:
        """Split pages, which are in the order of their time, so that each part fits a file."""
        chunks: list[list[DuePage]] = []
        tokens = turns = 0
        for page in due:
            tokens, turns = tokens + page.tokens, turns + page.turns
            is_much = tokens > self._means.settings.chunk_tokens or turns > _TURNS
            if not chunks or is_much or _month(chunks[-1][0]) != _month(page):
                chunks.append([])
                tokens, turns = page.tokens, page.turns
            chunks[-1].append(page)
        return chunks

    async def _flush(self, chunk: Sequence[DuePage]) -> FlushReport:
        database = self._means.database
        self._writer.places.prepare()
        files = new_files(chunk[0].at, self._means.clock())
        await database.write(lambda tx: archive.begin_files(tx, files))
        ids = [page.id for page in chunk]
        draft = await database.read(lambda tx: self._draft(tx, files, ids))
        pages = await asyncio.to_thread(self._writer.write, draft.files[0], draft.fed[0])
        turns = await asyncio.to_thread(self._writer.write, draft.files[1], draft.fed[1])
        return await database.write(lambda tx: self._commit(tx, (pages, turns), draft.pages))

    def _draft(
        self, tx: Transaction, files: tuple[ArchiveFile, ArchiveFile], ids: Sequence[str]
    ) -> _Draft:
        """Write down what the pages and their turns are, all on one state of the store."""
        hashes: dict[str, str] = {}
        said: dict[str, set[Said]] = {id_: set() for id_ in ids}

        grace, now = self._means.settings.grace, self._means.clock()
        lines = archive.page_lines(tx, ids, grace, now)
        fed_pages = self._writer.feed(files[0], _named(lines, hashes))
        fed_turns = self._writer.feed(files[1], _noted(archive.turn_lines(tx, ids), said))
        leaving = [
            Leaving(page=page, content_hash=hashes[page], turns=frozenset(said[page]))
            for page in hashes
        ]
        return _Draft(files=files, fed=(fed_pages, fed_turns), pages=tuple(leaving))

    def _commit(
        self,
        tx: Transaction,
        files: tuple[ArchiveFile, ArchiveFile],
        pages: Sequence[Leaving],
    ) -> FlushReport:
        now = self._means.clock()
        for file in files:
            archive.finish_file(tx, file)
        gone = []
        for page in pages:
            move = Move(
                page=page.page,
                before=Lifecycle.PENDING_DECAY,
                after=Lifecycle.ARCHIVED,
                why=_WHY,
                by=Mover.RULE,
                at=now,
            )
            gone.append(archive.chill(tx, page, files[0].name, move))
        archive.retire_empty(tx, files[0].name, now)
        return FlushReport(
            pages=sum(1 for turns in gone if turns),
            turns=sum(gone),
            files=len(files),
            bytes=sum(file.bytes for file in files),
            skipped=sum(1 for turns in gone if not turns),
        )


def _named(lines: Iterable[tuple[str, str, bytes]], hashes: dict[str, str]) -> Iterator[bytes]:
    for page, content_hash, line in lines:
        hashes[page] = content_hash
        yield line


def _noted(lines: Iterable[tuple[str, Said, bytes]], said: dict[str, set[Said]]) -> Iterator[bytes]:
    for page, turn, line in lines:
        said[page].add(turn)
        yield line


def _month(page: DuePage) -> tuple[int, int]:
    return page.at.year, page.at.month


def _sum(one: FlushReport, other: FlushReport) -> FlushReport:
    return FlushReport(
        pages=one.pages + other.pages,
        turns=one.turns + other.turns,
        files=one.files + other.files,
        bytes=one.bytes + other.bytes,
        skipped=one.skipped + other.skipped,
    )


def _timed(report: FlushReport, begun: float) -> FlushReport:
    return replace(report, seconds=time.monotonic() - begun)
