"""Hear what the system tells of changes to files.

A file is listened to through its folder: a log that is replaced is another file by then. What is
heard is a hint; a system that has no more watches to give is told of once, and then not asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from minutebook.errors import MinutebookError, SourceError

_STEP_MS = 20
_DEBOUNCE_MS = 200

OnFailure = Callable[[Path, MinutebookError], None]
Hear = Callable[[Path, bool], Awaitable[None]]
"""Takes a path that has changed, and whether it is new: then what is in it gave no hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A folder that is listened to."""

    folder: Path
    inode: int
    """Another one under the same name must be listened to anew."""
    is_deep: bool
    """Whether the folders in it are listened to as well."""


def spots_of(paths: Iterable[Path]) -> frozenset[Spot]:
    """Return where to listen for changes of these paths; not those that are not there."""
    return frozenset(spot for path in paths if (spot := _spot(path)) is not None)


def _spot(path: Path) -> Spot | None:
    try:
        is_deep = path.is_dir()
        folder = path if is_deep else path.parent
        if is_deep or path.is_file():
            return Spot(folder=folder, inode=folder.stat().st_ino, is_deep=is_deep)
    except OSError:
        return None  # gone just now, or nothing may be looked at
    return None


class Listening:
    """Listens at some spots, from `begin` to `end`."""

    def __init__(self, spots: frozenset[Spot], hear: Hear, on_failure: OnFailure) -> None:
        self.spots = spots
        self._hear = hear
        self._on_failure = on_failure
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Ask the system; what changes from here on is heard."""
        for is_deep in (True, False):
            if folders := {spot.folder for spot in self.spots if spot.is_deep is is_deep}:
                listening = self._listen(folders, is_deep=is_deep)
                self._tasks.append(asyncio.create_task(listening, name="listening"))
        await asyncio.sleep(0)  # the tasks ask before they wait for anything

    async def end(self) -> None:
        """Hear nothing any more."""
        self._stop.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, folders: set[Path], *, is_deep: bool) -> None:
        from watchfiles import Change, awatch

        try:
            async for batch in awatch(
                *folders,
                watch_filter=None,
                stop_event=self._stop,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                recursive=is_deep,
            ):
                for change, name in sorted(batch):
                    if change is not Change.deleted:
                        await self._hear(Path(name), is_deep and change is Change.added)
        except (OSError, RuntimeError) as error:
            failure = SourceError(
                f"The system does not tell of changes: {error}.",
                hint="They are looked for every few seconds instead.",
            )
            self._on_failure(min(folders), failure)
