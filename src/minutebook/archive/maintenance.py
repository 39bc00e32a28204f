"""The maintenance of the archive: steps that fall due, one process at a time.

When a step is due stands in the store, not in a process: one that is started daily and stopped
before the day is over does what is overdue as soon as it runs. A step that fails is put on record
and tried again sooner; the others go on. One that was interrupted, since its process ended or was
told to stop, has not failed: it stays due, and goes on where it was with the next look. When the
machine has much to do, what is due waits, for a quarter of its interval at most.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from minutebook.archive.keeping import Beat, Keeper
from minutebook.archive.settings import Means
from minutebook.domain.archive import Step
from minutebook.errors import ArchiveError, MinutebookError
from minutebook.store import archive_schedule as store

_RETRY = 0.25
"""Of its interval: after so long a step that failed is tried again."""
_PATIENCE = 0.25
"""Of its interval: for so long a step waits for a machine that has less to do."""
_BUSY = 1.5
"""Tasks that want to run, for each processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a step does."""

    name: str
    days: int
    """How often: every so many times the interval of the settings."""
    run: Callable[[Beat, str, Callable[[str], Awaitable[None]]], Awaitable[str]]
    """Is given how to show that it is at work, where to go on, and how to note how far it is;
    returns what came of it, in words."""


class Maintenance:
    """Does what is due."""

    def __init__(self, means: Means, keeper: Keeper, tasks: tuple[Task, ...]) -> None:
        self._means = means
        self._keeper = keeper
        self._tasks = tasks

    async def look(self) -> int:
        """Do each step that is due, if nobody else does; return how many were done.

        Raises StoreError.
        """
        due = await self._due()
        if not due:
            return 0
        try:
            async with self._keeping() as beat:
                return sum([await self._do(task, beat) for task in due])
        except ArchiveError:
            return 0  # another process is at it, or the folder cannot be tidied: the next look says

    async def run(self) -> list[Step]:
        """Do every step now; return what came of them. Raises ArchiveError when another does."""
        await self._know()
        async with self._keeping() as beat:
            for task in self._tasks:
                await self._do(task, beat)
        return await self.steps()

    async def steps(self) -> list[Step]:
        """Return every step, and what came of it last."""
        await self._know()
        found = {step.name: step for step in await self._means.database.read(store.steps)}
        return [found[task.name] for task in self._tasks]

    @asynccontextmanager
    async def _keeping(self) -> AsyncIterator[Beat]:
        """Hold the lease; what still runs on record was killed with its process."""
        async with self._keeper.keeping() as beat:
            now = self._means.clock()
            await self._means.database.write(lambda tx: store.interrupt(tx, now))
            yield beat

    async def _know(self) -> None:
        names, now = [task.name for task in self._tasks], self._means.clock()
        await self._means.database.write(lambda tx: store.know(tx, names, now))

    async def _due(self) -> list[Task]:
        now, is_busy = self._means.clock(), _is_busy()
        steps = {step.name: step for step in await self._means.database.read(store.steps)}
        if len(steps) < len(self._tasks):
            steps = {step.name: step for step in await self.steps()}
        due = []
        for task in self._tasks:
            patience = self._every(task) * _PATIENCE if is_busy else timedelta()
            if steps[task.name].due_at + patience <= now:
                due.append(task)
        return due

    def _every(self, task: Task) -> timedelta:
        return self._means.settings.every * task.days

    async def _do(self, task: Task, beat: Beat) -> bool:
        """Do a step; put on record what came of it, and say whether it succeeded."""
        database, name = self._means.database, task.name
        begun = self._means.clock()
        before = await database.read(lambda tx: store.step(tx, name))
        await database.write(lambda tx: store.begin(tx, name, begun))

        async def reach(place: str) -> None:
            await database.write_relaxed(lambda tx: store.reach(tx, name, place))
            await beat()

        try:
            detail = await task.run(beat, before.place if before else "", reach)
            await self._finish(task, detail)
            return True
        except MinutebookError as error:
            await self._fail(task, str(error))
            return False
        except asyncio.CancelledError:
            now = self._means.clock()
            await database.write(lambda tx: store.interrupt(tx, now))
            raise
        finally:
            # Nothing else is caught here: what nobody foresaw goes on to the edge of the loop.
            if unforeseen := sys.exception():
                await self._fail(task, f"{type(unforeseen).__name__}: {unforeseen}")

    async def _finish(self, task: Task, detail: str) -> None:
        now = self._means.clock()
        due = now + self._every(task)
        database = self._means.database
        await database.write(lambda tx: store.finish(tx, task.name, detail, due, now))

    async def _fail(self, task: Task, error: str) -> None:
        """Put a failure on record, unless it is on record already how the step has ended."""
        now = self._means.clock()
        due = now + self._every(task) * _RETRY
        await self._means.database.write(lambda tx: store.fail(tx, task.name, error, due, now))


def _is_busy() -> bool:
    """Say whether more wants to run on this machine than it can."""
    try:
        return os.getloadavg()[0] > _BUSY * (os.cpu_count() or 1)
    except OSError:
        return False
