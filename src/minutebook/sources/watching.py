"""What is watched, as the home remembers it; whoever changes it, every running engine obeys.

The `watched` table alone decides. A command, the workbench and a worker without a screen write to
it; each engine that runs follows the news of it, so that no process has to be told by another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from minutebook.clock import Clock
from minutebook.domain.turns import Origin
from minutebook.domain.watched import DEFAULTS, FolderSettings, SettingsChange, WatchedPath
from minutebook.errors import MinutebookError, NotFoundError, UsageError
from minutebook.events import Bus, SourceFailed, WatchedChanged, WatchStarted, WatchStopped
from minutebook.record.recorder import Strand, want_document
from minutebook.sources import globs
from minutebook.sources.containers import named_paths
from minutebook.sources.folders import Folders
from minutebook.sources.importer import Importer
from minutebook.sources.watcher import Watcher
from minutebook.sources.wishes import check_title, check_zone
from minutebook.store import sources, unscribed
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction, storable

AS_IT_IS = SettingsChange()


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
        self._importer = importer
        self._watcher = Watcher(
            importer, quiet_seconds=quiet_seconds, on_failure=self._tell_failure
        )
        self._bus = bus
        self._clock = clock
        self._named: dict[str, Path] = {}
        """Paths named here, by what the store keeps of a name that is no UTF-8."""
        self._obeyed: dict[str, FolderSettings] = {}
        self._obeying = asyncio.Lock()

    async def paths(self) -> list[WatchedPath]:
        """Return what is watched, by path. Raises StoreError."""
        return await self._database.read(sources.watched)

    async def add(self, paths: Iterable[Path], change: SettingsChange = AS_IT_IS) -> list[Path]:
        """Watch files and folders, there or not, from now on; return those that are new.

        A path inside a folder that is watched is one of its own: it stays when the folder goes, and
        its settings decide for what lies in it. Those of paths that are watched already are changed
        as well. Raises UsageError for settings that make no sense, and StoreError.
        """
        absolute, now = named_paths(paths), self._clock()
        self._named |= {storable(str(path)): path for path in absolute}
        await self._check(change)
        settings = change.of(DEFAULTS)

        def remember(tx: Transaction) -> list[Path]:
            new = [path for path in absolute if sources.watch(tx, str(path), now, settings)]
            self._settle(tx, [str(path) for path in absolute if path not in new], change)
            self._tell_what_waited(tx)
            return new

        return await self._database.write(remember) if absolute else []

    async def set(self, paths: Sequence[Path], change: SettingsChange) -> list[WatchedPath]:
        """Read what lies in these paths otherwise from now on; return them as they are then.

        What came in stays as it is; while the scribe was off, it is told when it is on. All of
        them, or none. Raises NotFoundError for a path that is not watched, UsageError for settings
        that make no sense, and StoreError.
        """
        await self._check(change)

        def settle(tx: Transaction) -> list[WatchedPath]:
            names = [_watched_name(tx, path) for path in dict.fromkeys(paths)]
            self._settle(tx, names, change)
            self._tell_what_waited(tx)
            return [one for one in sources.watched(tx) if one.path in names]

        return await self._database.write(settle)

    async def remove(self, paths: Sequence[Path]) -> None:
        """Watch these paths no more; what came in stays. All of them, or none.

        Raises NotFoundError for one that is not watched, and StoreError.
        """
        now = self._clock()

        def forget(tx: Transaction) -> None:
            for path in dict.fromkeys(paths):
                sources.unwatch(tx, _watched_name(tx, path), now)

        await self._database.write(forget)

    async def begin(self) -> None:
        """Take up what is watched at this moment. Raises StoreError."""
        self._obeyed = {}
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

    async def _check(self, change: SettingsChange) -> None:
        """Raise UsageError for settings that make no sense."""
        for option, glob in globs_of(change):
            if fault := globs.fault_of(glob):
                raise UsageError(f"The glob {glob!r} to {option} {fault}")
        check_zone(change.zone or "")
        check_title(change.title or "")
        if change.format:
            (await asyncio.to_thread(self._importer.formats)).named(change.format)

    def _settle(self, tx: Transaction, names: Iterable[str], change: SettingsChange) -> None:
        before = {one.path: one.settings for one in sources.watched(tx)}
        for name in map(storable, names):
            sources.settle(tx, name, change.of(before[name]), self._clock())

    def _tell_what_waited(self, tx: Transaction) -> None:
        """Let documents be told what came in while the scribe was off where it lies."""
        folders, now = Folders(sources.watched(tx)), self._clock()
        for conversation, file in unscribed.every(tx) if self._importer.is_scribing else ():
            folder = folders.of(file)
            if folder is not None and folder.settings.scribe:
                strand = Strand(
                    conversation=conversation, drafts=(), origin=Origin.LIVE, correlation=file
                )
                want_document(tx, strand, now)
                unscribed.forget(tx, conversation)

    async def _obey(self) -> None:
        async with self._obeying:  # an older reading of the table never comes last
            watched = await self.paths()
            before = self._obeyed
            self._obeyed = now = {one.path: one.settings for one in watched}
            self._importer.folders = Folders(watched)
            changed = [path for path in now if path in before and now[path] != before[path]]
            self._watcher.watch(
                [self._path(path) for path in now], [self._path(path) for path in changed]
            )
        for path in now:
            if path not in before:
                self._bus.publish(WatchStarted(path=path))
        for path in before:
            if path not in now:
                self._bus.publish(WatchStopped(path=path))

    def _path(self, name: str) -> Path:
        return self._named.get(name, Path(name))

    def _tell_failure(self, path: Path, error: MinutebookError) -> None:
        self._bus.publish(SourceFailed(place=str(path), reason=str(error)))


def globs_of(change: SettingsChange) -> Iterator[tuple[str, str]]:
    """Yield the globs of a change, each with the name of its setting."""
    yield from (("include", glob) for glob in change.include or ())
    yield from (("exclude", glob) for glob in change.exclude or ())


def _watched_name(tx: Transaction, path: Path) -> str:
    """Return what a watched path is called in the store. Raises NotFoundError."""
    watched = sources.watched(tx)
    names = dict.fromkeys([path, *named_paths([path])])  # as it is listed, or typed
    for name in names:
        if any(one.path == storable(str(name)) for one in watched):
            return storable(str(name))
    raise _not_watched([*names][-1], watched)


def _not_watched(path: Path, watched: Iterable[WatchedPath]) -> NotFoundError:
    watched = list(watched)
    around = [one.path for one in watched if path.is_relative_to(one.path)]
    hint = (
        f"It is read as a part of {around[0]!r}: stop that, or leave it out by `sources.exclude`."
        if around
        else _nearest(path, watched)
    )
    return NotFoundError("watched path", str(path), hint=hint)


def _nearest(path: Path, watched: Iterable[WatchedPath]) -> str:
    near = get_close_matches(str(path), [one.path for one in watched], n=1, cutoff=0.8)
    meant = f"Did you mean {near[0]!r}? " if near else ""
    return f"{meant}`minutebook watch list` tells what is watched."
