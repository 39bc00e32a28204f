"""One process at a time changes the archive's files: whoever holds the lease in the store.

Whoever takes it first tidies up after those that were killed: what was being written goes, what was
retired leaves its month, and what nobody can still be reading is removed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from minutebook.archive.places import Places
from minutebook.archive.settings import Means
from minutebook.domain.archive import FileState
from minutebook.errors import ArchiveError
from minutebook.store import archive, archive_schedule

_SILENCE = timedelta(minutes=30)
"""An owner on another machine that shows nothing for so long is taken to be gone."""

Beat = Callable[[], Awaitable[None]]


class Keeper:
    """Gives the lease on the archive's files."""

    def __init__(self, means: Means, places: Places) -> None:
        self._means = means
        self._places = places
        self._inside = asyncio.Lock()

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[Beat]:
        """Hold the lease until the block ends. Raises ArchiveError when another process does."""
        async with self._inside:
            await self._take()
            try:
                await self._tidy()
                yield self._beat
            finally:
                await self._means.database.write(
                    lambda tx: archive_schedule.leave(tx, self._means.owner)
                )

    async def _take(self) -> None:
        means = self._means
        holder = await means.database.write(
            lambda tx: archive_schedule.take(
                tx, means.owner, means.is_gone, _SILENCE, means.clock()
            )
        )
        if holder != means.owner:
            raise ArchiveError(
                "Another process is at work on the archive.", hint="Try again when it is done."
            )

    async def _beat(self) -> None:
        now = self._means.clock()
        if not await self._means.database.write_relaxed(
            lambda tx: archive_schedule.beat(tx, self._means.owner, now)
        ):
            raise ArchiveError("Another process has taken the archive over.")

    async def _tidy(self) -> None:
        """Remove what was being written by those that were killed, and what nobody reads."""
        database = self._means.database
        writing = await database.read(lambda tx: archive.files(tx, FileState.WRITING))
        retired = await database.read(lambda tx: archive.files(tx, FileState.RETIRED))
        before = self._means.clock() - self._means.settings.linger
        over = await database.read(lambda tx: archive.retired_before(tx, before))
        if not writing and not retired and not self._places.folder.is_dir():
            return
        await asyncio.to_thread(self._places.sweep)
        for file in retired:
            await asyncio.to_thread(self._places.retire, file.path)
        for file in (*writing, *over):
            await asyncio.to_thread(self._places.remove, file.path)
        gone = [file.path for file in (*writing, *over)]
        if gone:
            await database.write(lambda tx: archive.forget_files(tx, gone))
