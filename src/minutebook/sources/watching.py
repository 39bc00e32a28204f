"""What is watched, as the home remembers it; whoever changes it, every running engine obeys.

The `watched` table alone decides. A command, the workbench and a worker without a screen write to
it; each engine that runs follows the news of it, so that no process has to be told by another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from minutebook.clock import Clock
from minutebook.domain.watched import WatchedPath
from minutebook.errors import MinutebookError, NotFoundError
from minutebook.events import Bus, SourceFailed, WatchedChanged, WatchStarted, WatchStopped
from minutebook.sources.containers import named_paths
from minutebook.sources.importer import Importer
from minutebook.sources.watcher import Watcher
from minutebook.store import sources
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction, storable


class Watching:
    """Keeps the set of watched paths, and a watcher in accord with it."""

    def __init__(
        self,
        database: Database,
        importer: Importer,
        bus: Bus,
        clock: Clock,
        *,
        quiet_seconds: float,
    ) -> None:
        self._database = database
        self._watcher = Watcher(
            importer, quiet_seconds=quiet_seconds, on_failure=self._tell_failure
        )
        self._bus = bus
        self._clock = clock
        self._named: dict[str, Path] = {}
        """Paths named here, by what the store keeps of a name that is no UTF-8."""
        self._obeyed: tuple[str, ...] = ()
        self._obeying = asyncio.Lock()

    async def paths(self) -> list[WatchedPath]:
        """Return what is watched, by path. Raises StoreError."""
        return await self._database.read(sources.watched)

    async def add(self, paths: Iterable[Path]) -> list[Path]:
        """Watch files and folders, there or not, from now on; return those that are new.

        A path inside a folder that is watched is one of its own: it stays when the folder goes.
        Raises StoreError.
        """
        absolute, now = named_paths(paths), self._clock()
        self._named |= {storable(str(path)): path for path in absolute}

        def remember(tx: Transaction) -> list[Path]:
            return [path for path in absolute if sources.watch(tx, str(path), now)]

        return await self._database.write(remember) if absolute else []

    async def remove(self, paths: Sequence[Path]) -> None:
        """Watch these paths no more; what came in stays. All of them, or none.

        Raises NotFoundError for one that is not watched, and StoreError.
        """
        now = self._clock()

        def forget(tx: Transaction) -> None:
            for path in dict.fromkeys(paths):
                names = dict.fromkeys([path, *named_paths([path])])  # as it is listed, or typed
                if not any(sources.unwatch(tx, str(name), now) for name in names):
                    raise _not_watched([*names][-1], sources.watched(tx))

        await self._database.write(forget)

    async def begin(self) -> None:
        """Take up what is watched at this moment. Raises StoreError."""
        self._obeyed = ()
        await self._obey()

    async def follow(self) -> None:
        """Obey every change, until cancelled. Needs a feed that runs. Raises StoreError."""
        with self._bus.subscribe() as news:
            await self._obey()
            async for event in news:
                if isinstance(event, WatchedChanged):
                    await self._obey()

    async def run(self, stop: asyncio.Event) -> None:
        """Read what is there, then what comes, until told to stop."""
        await self._watcher.run(stop)

    async def _obey(self) -> None:
        async with self._obeying:  # an older reading of the table never comes last
            paths = tuple(one.path for one in await self.paths())
            self._watcher.watch([self._named.get(path, Path(path)) for path in paths])
            before, self._obeyed = self._obeyed, paths
        for path in paths:
            if path not in before:
                self._bus.publish(WatchStarted(path=path))
        for path in before:
            if path not in paths:
                self._bus.publish(WatchStopped(path=path))

    def _tell_failure(self, path: Path, error: MinutebookError) -> None:
        self._bus.publish(SourceFailed(place=str(path), reason=str(error)))


def _not_watched(path: Path, watched: Iterable[WatchedPath]) -> NotFoundError:
    around = [one.path for one in watched if path.is_relative_to(one.path)]
    hint = (
        f"It is read as a part of {around[0]!r}: stop that, or leave it out by `sources.exclude`."
        if around
        else "`minutebook watch list` tells what is watched."
    )
    return NotFoundError("watched path", str(path), hint=hint)
