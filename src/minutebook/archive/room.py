"""The archive as the front ends see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from minutebook.archive.compacting import Compaction
from minutebook.archive.duck import Duck
from minutebook.archive.flushing import Flush
from minutebook.archive.keeping import Beat, Keeper
from minutebook.archive.lifecycle import Decay, Review
from minutebook.archive.maintenance import Maintenance, Task
from minutebook.archive.places import Places
from minutebook.archive.purging import Purge
from minutebook.archive.reading import Reader
from minutebook.archive.settings import Means
from minutebook.archive.verifying import Verification
from minutebook.archive.writing import Writer
from minutebook.domain.archive import (
    ArchiveFile,
    ArchiveStats,
    FlushReport,
    FlushWatch,
    Mover,
    RestoreReport,
    Unread,
    VerifyReport,
)
from minutebook.errors import ArchiveDamagedError, ArchiveError
from minutebook.store import archive, pages
from minutebook.store.archive_restoring import prefetch, thaw
from minutebook.store.transaction import Transaction

_FREED_AT_LEAST = 32 * 1024 * 1024
_RESTORED_AT_ONCE = 500
"""Pages: those of one transaction."""
_ASKED_FOR = "It was asked for."


class Archive:
    """Pages that leave the store, and come back. Every method may raise ArchiveError, StoreError.

    Making it lets the database read what has left.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._duck = Duck(means.folder)
        places = Places(means.folder)
        writer = Writer(places, self._duck)
        self.reader = Reader(places, self._duck)
        self.review = Review(means)
        self._keeper = Keeper(means, places)
        self._decay = Decay(means)
        self._flush = Flush(means, writer)
        self._compaction = Compaction(means, writer, places, self._duck)
        self._purge = Purge(means, places, self._duck, self._compaction)
        self._verification = Verification(means, writer, places, self._duck)
        self.maintenance = Maintenance(means, self._keeper, self._tasks())
        means.database.read_cold_with(self.reader)

    @property
    def threshold(self) -> float:
        """A page leaves when less than this speaks for keeping it."""
        return self._means.settings.threshold

    def close(self) -> None:
        """Close what is open."""
        self._duck.close()

    async def flush(self, watch: FlushWatch | None = None) -> FlushReport:
        """Write all pages whose review is over, and let their texts leave the store.

        Whoever watches sees how far it is, and may end it between two files.
        """
        async with self._keeper.keeping() as beat:
            return await self._flush.run(beat, watch)

    async def compact(self) -> int:
        """Put small files together; return how many were replaced."""
        async with self._keeper.keeping() as beat:
            return await self._compaction.run(beat)

    async def purge(self) -> int:
        """Take out of the files what has come back from them; return how many were removed."""
        async with self._keeper.keeping() as beat:
            return await self._purge.run(beat)

    async def derived_texts(self) -> list[tuple[str, str]]:
        """Return what the files say about their pages, each with its file."""
        return await self._purge.texts()

    async def verify(self) -> VerifyReport:
        """Prove every file again."""
        async with self._keeper.keeping() as beat:
            return await self._verification.run(beat)

    async def stats(self) -> ArchiveStats:
        """Return how much is in the archive."""
        return await self._means.database.read(archive.stats)

    async def files(self) -> list[ArchiveFile]:
        """Return the files that hold it."""
        return await self._means.database.read(archive.files)

    async def archived(self, conversation: str = "") -> list[str]:
        """Return the ids of the archived pages, of one conversation if asked."""
        found = await self._means.database.read(
            partial(archive.archived, conversation=conversation)
        )
        return list(found)

    async def restore(self, wanted: Sequence[str], why: str = _ASKED_FOR) -> RestoreReport:
        """Bring pages back, byte for byte; those that cannot be read stay, and are named.

        Pages that are not archived are left alone. Raises NotFoundError.
        """
        turns: list[int] = []
        unread: list[Unread] = []
        for start in range(0, len(wanted), _RESTORED_AT_ONCE):
            some = wanted[start : start + _RESTORED_AT_ONCE]
            try:
                turns += await self._bring_back(some, why)
            except ArchiveError:
                came, lost = await self._each_alone(some, why)
                turns, unread = turns + came, unread + lost
        return RestoreReport(pages=sum(map(bool, turns)), turns=sum(turns), unread=tuple(unread))

    async def _each_alone(self, wanted: Sequence[str], why: str) -> tuple[list[int], list[Unread]]:
        turns: list[int] = []
        unread: list[Unread] = []
        for page in wanted:
            try:
                turns += await self._bring_back([page], why)
            except ArchiveError as error:
                unread.append(Unread(page=page, why=error.message))
        return turns, unread

    async def _bring_back(self, wanted: Sequence[str], why: str) -> list[int]:
        # Read beforehand, so that the transaction that writes finds the texts in memory.
        await self._means.database.read(partial(prefetch, wanted=wanted))
        return await self._means.database.write(partial(self._thaw, wanted=wanted, why=why))

    def _thaw(self, tx: Transaction, wanted: Sequence[str], why: str) -> list[int]:
        now = self._means.clock()
        return [thaw(tx, pages.get(tx, each).id, why, Mover.PERSON, now) for each in wanted]

    def _tasks(self) -> tuple[Task, ...]:
        return (
            Task(name="decay", days=1, run=self._do_decay),
            Task(name="flush", days=1, run=self._do_flush),
            Task(name="compact", days=7, run=self._do_compact),
            Task(name="verify", days=7, run=self._do_verify),
            Task(name="free space", days=1, run=self._do_free),
        )

    async def _do_decay(
        self, beat: Beat, place: str, reach: Callable[[str], Awaitable[None]]
    ) -> str:
        if not self._means.settings.is_enabled:
            return "Pages do not leave by themselves (archive.enabled)."
        done = await self._decay.run(reach, place)
        return (
            f"{done.looked:,} pages looked at, {done.waiting:,} wait for their review,"
            f" {done.stayed:,} stay after all."
        )

    async def _do_flush(
        self, beat: Beat, place: str, reach: Callable[[str], Awaitable[None]]
    ) -> str:
        if not self._means.settings.is_enabled:
            return "Pages do not leave by themselves (archive.enabled)."
        done = await self._flush.run(beat)
        return f"{done.pages:,} pages archived, in {done.files:,} files."

    async def _do_compact(
        self, beat: Beat, place: str, reach: Callable[[str], Awaitable[None]]
    ) -> str:
        return f"{await self._compaction.run(beat):,} files put together."

    async def _do_verify(
        self, beat: Beat, place: str, reach: Callable[[str], Awaitable[None]]
    ) -> str:
        found = await self._verification.run(beat)
        lost = [problem for problem in found.problems if problem.is_loss]
        if lost:
            raise ArchiveDamagedError(
                f"{lost[0].path} {lost[0].what}; {len(lost):,} problems in all.",
                hint="`minutebook archive verify` lists them.",
            )
        return f"{found.files:,} files are what was written."

    async def _do_free(
        self, beat: Beat, place: str, reach: Callable[[str], Awaitable[None]]
    ) -> str:
        freed = await self._means.database.free_space(_FREED_AT_LEAST)
        return f"{freed:,} bytes given back."
