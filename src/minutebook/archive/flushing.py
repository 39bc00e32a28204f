"""Pages leave the store: first their files are written and proven, then their texts go.

The order is what makes it safe. A file is in the manifest before it is begun, so that a crash
leaves nothing that nobody knows of; texts go in the one transaction that puts the proven file and
the moves of its pages on record. A page that was kept, pinned or edited meanwhile stays, and its
rows in the file are of no account.

While the two files of a name are being written, side by side, what is to be in the next is read
from the store, and the texts of the last leave it: no more than two names' texts are on their way.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from minutebook.archive.places import new_files
from minutebook.archive.settings import Means
from minutebook.archive.writing import Fed, Writer
from minutebook.domain.archive import ArchiveFile, FlushReport, FlushWatch, Move, Mover
from minutebook.domain.pages import Lifecycle
from minutebook.store import archive, archive_retention
from minutebook.store.archive import DuePage, Leaving
from minutebook.store.transaction import Transaction

_LOOKED_AT = 8_000
_TURNS = 30_000
"""Of one file at most, unless a page has more."""
_OVER = "Its review is over, and nobody kept it."
_AT_ONCE = "It was to be archived at once."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What is to be in two files, written down."""

    files: tuple[ArchiveFile, ArchiveFile]
    fed: tuple[Fed, Fed]
    pages: Mapping[str, Leaving]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """Two files that were proven, and the pages in them."""

    files: tuple[ArchiveFile, ArchiveFile]
    pages: Mapping[str, Leaving]


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
        stayed: set[str] = set()
        tried: set[str] = set()
        await self._means.database.write(archive_retention.mark_own)
        before = self._means.clock() - self._means.settings.grace
        while True:
            limit = _LOOKED_AT + len(stayed)
            due = await self._means.database.read(lambda tx: archive.due(tx, before, limit))  # noqa: B023 - awaited at once
            still = {page.id for page in due if page.id in tried}
            stayed |= still
            fresh = [page for page in due if page.id not in stayed]
            if not fresh and not still:
                return _timed(total, begun)
            tried = {page.id for page in fresh}
            total = await self._flush(self._chunks(fresh), total, beat, watch)
            if watch is not None and watch.is_stopped:
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

    async def _flush(
        self,
        chunks: Sequence[Sequence[DuePage]],
        total: FlushReport,
        beat: Callable[[], Awaitable[None]],
        watch: FlushWatch | None,
    ) -> FlushReport:
        """Let chunks pass through reading, writing and leaving, each behind the other.

        Return what came of it together with the total before. What is on its way when the watch
        ends it still leaves.
        """
        waiting = deque(chunks)
        draft: _Draft | None = None
        written: _Written | None = None
        while waiting or draft or written:
            await beat()
            chunk = waiting.popleft() if waiting else None
            draft, written, left = await _together(
                self._read(chunk), self._write(draft), self._leave(written)
            )
            total = _sum(total, left)
            if watch is not None and watch.is_over(total):
                waiting.clear()
        return total

    async def _read(self, chunk: Sequence[DuePage] | None) -> _Draft | None:
        if chunk is None:
            return None
        database = self._means.database
        self._writer.places.prepare()
        files = new_files(chunk[0].at, self._means.clock())
        await database.write(lambda tx: archive.begin_files(tx, files))
        ids = [page.id for page in chunk]
        return await database.read(lambda tx: self._draft(tx, files, ids))

    def _draft(
        self, tx: Transaction, files: tuple[ArchiveFile, ArchiveFile], ids: Sequence[str]
    ) -> _Draft:
        """Write down what the pages and their turns are, all on one state of the store."""
        pages = archive.leaving(tx, ids)
        grace, now = self._means.settings.grace, self._means.clock()
        lines = archive.page_lines(tx, list(pages), grace, now)
        fed_pages = self._writer.feed(files[0], lines)
        fed_turns = self._writer.feed(files[1], archive.turn_lines(tx, list(pages)))
        return _Draft(files=files, fed=(fed_pages, fed_turns), pages=pages)

    async def _write(self, draft: _Draft | None) -> _Written | None:
        if draft is None:
            return None
        pages, turns = _sound(
            await asyncio.gather(
                asyncio.to_thread(self._writer.write, draft.files[0], draft.fed[0]),
                asyncio.to_thread(self._writer.write, draft.files[1], draft.fed[1]),
                return_exceptions=True,
            )
        )
        return _Written(files=(pages, turns), pages=draft.pages)

    async def _leave(self, written: _Written | None) -> FlushReport:
        if written is None:
            return FlushReport()
        return await self._means.database.write(lambda tx: self._commit(tx, written))

    def _commit(self, tx: Transaction, written: _Written) -> FlushReport:
        now, files = self._means.clock(), written.files
        for file in files:
            archive.finish_file(tx, file)
        gone = archive.chill(tx, written.pages, files[0].name, now)
        _note(tx, gone, now)
        archive.retire_empty(tx, files[0].name, now)
        return FlushReport(
            pages=len(gone),
            turns=sum(written.pages[page].turns for page in gone),
            files=len(files),
            bytes=sum(file.bytes for file in files),
            skipped=len(written.pages) - len(gone),
        )


def _note(tx: Transaction, gone: Sequence[str], now: datetime) -> None:
    """Write into the ledger which pages have left, and at whose word."""
    hastened = archive_retention.hastened(tx, gone)
    asked = [page for page in gone if page in hastened]
    over = [page for page in gone if page not in hastened]
    for pages, by, why in ((asked, Mover.PERSON, _AT_ONCE), (over, Mover.RULE, _OVER)):
        move = Move(
            page="",
            before=Lifecycle.PENDING_DECAY,
            after=Lifecycle.ARCHIVED,
            why=why,
            by=by,
            at=now,
        )
        archive_retention.note_each(tx, pages, move)


async def _together(
    reading: Awaitable[_Draft | None],
    writing: Awaitable[_Written | None],
    leaving: Awaitable[FlushReport],
) -> tuple[_Draft | None, _Written | None, FlushReport]:
    """Wait for all, so that none of them goes on alone, then raise what went wrong first."""
    draft, written, left = await asyncio.gather(reading, writing, leaving, return_exceptions=True)
    if isinstance(left, BaseException):
        raise left
    if isinstance(written, BaseException):
        raise written
    if isinstance(draft, BaseException):
        raise draft
    return draft, written, left


def _sound(written: Iterable[ArchiveFile | BaseException]) -> list[ArchiveFile]:
    """Return files that were written, unless one was not."""
    files = []
    for each in written:
        if isinstance(each, BaseException):
            raise each
        files.append(each)
    return files


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
