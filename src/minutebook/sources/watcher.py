"""Watch files and folders, and import what is written to them.

What the system tells of changes is a hint, taken at once. Whatever it does not tell, because it has
no more watches to give, the disk is another machine's, or the folder was not there yet, is found by
looking at size, time and inode every few seconds. A file that has just changed may be in the middle
of a line; it is read again once it has been quiet for a while.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from minutebook.errors import MinutebookError, SourceError
from minutebook.sources.importer import Importer, SourceReport

_STEP_MS = 20
_DEBOUNCE_MS = 200
_RESCAN_SECONDS = 10.0
_REST_AFTER_RESCAN = 200
"""How many times as long as a rescan took the next one is waited for, at least."""

OnReport = Callable[[SourceReport], None]
OnFailure = Callable[[Path, MinutebookError], None]
_Mark = tuple[int, int, int]
"""Size, time and inode of a file."""


class Watcher:
    """Keeps the record of some paths up to date."""

    def __init__(
        self,
        importer: Importer,
        paths: Sequence[Path],
        *,
        quiet_seconds: float,
        on_failure: OnFailure,
        rescan_seconds: float = _RESCAN_SECONDS,
    ) -> None:
        self._importer = importer
        self._paths = list(paths)
        self._quiet_seconds = quiet_seconds
        self._on_failure = on_failure
        self._rescan_seconds = rescan_seconds
        self._seen: dict[Path, _Mark] = {}
        self._waiting: dict[Path, asyncio.TimerHandle] = {}
        self._changed: asyncio.Queue[Path] = asyncio.Queue()
        self._queued: set[Path] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Read what is there, then what comes, until told to stop."""
        looking = [
            asyncio.create_task(self._watch(stop), name="watch"),
            asyncio.create_task(self._rescan(), name="rescan"),
        ]
        try:
            await self._read_all(stop)
            while not stop.is_set():
                await self._read_next(stop)
        finally:
            for timer in self._waiting.values():
                timer.cancel()
            for task in looking:
                task.cancel()
            await asyncio.gather(*looking, return_exceptions=True)

    async def _read_all(self, stop: asyncio.Event) -> None:
        self._seen = await asyncio.to_thread(self._survey)
        for file in list(self._seen):
            if stop.is_set():
                return
            await self._read(file, live=False)

    def _survey(self) -> dict[Path, _Mark]:
        """Look at every file there is, without opening it."""
        marks: dict[Path, _Mark] = {}
        for path in self._paths:
            for file in self._importer.files(path):
                try:
                    status = file.stat()
                except OSError:
                    continue  # gone, or not there yet
                marks[file] = (status.st_size, status.st_mtime_ns, status.st_ino)
        return marks

    async def _rescan(self) -> None:
        pause = self._rescan_seconds
        while True:
            await asyncio.sleep(pause)
            started = monotonic()
            found = await asyncio.to_thread(self._survey)
            for file in [file for file, mark in found.items() if self._seen.get(file) != mark]:
                self._notice(file)
            self._seen = found
            took = monotonic() - started
            pause = max(self._rescan_seconds, took * _REST_AFTER_RESCAN)

    async def _read_next(self, stop: asyncio.Event) -> None:
        getting = asyncio.ensure_future(self._changed.get())
        stopping = asyncio.ensure_future(stop.wait())
        done, _ = await asyncio.wait({getting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if getting not in done:
            getting.cancel()
            return
        path = getting.result()
        self._queued.discard(path)
        await self._read(path, live=True)

    async def _read(self, path: Path, *, live: bool) -> None:
        try:
            async for _ in self._importer.import_file(path, live=live):
                pass
        except MinutebookError as error:
            self._on_failure(path, error)
            self._seen.pop(path, None)  # the next look at all files finds it changed

    async def _watch(self, stop: asyncio.Event) -> None:
        # A file is watched through its folder: a log that is replaced is another file by then.
        folders = {path for path in self._paths if os.path.isdir(path)}  # noqa: PTH112, ASYNC240
        around = {path.parent for path in self._paths if os.path.isfile(path)}  # noqa: PTH113, ASYNC240
        await asyncio.gather(
            self._listen(folders, stop, recursive=True),
            self._listen(around, stop, recursive=False),
        )

    async def _listen(self, folders: set[Path], stop: asyncio.Event, *, recursive: bool) -> None:
        from watchfiles import Change, awatch

        if not folders:
            return
        try:
            async for batch in awatch(
                *folders,
                watch_filter=None,
                stop_event=stop,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                recursive=recursive,
            ):
                for change, name in sorted(batch):
                    if change is Change.added and recursive:
                        # What was written to a new folder before it was watched gave no hint.
                        self._notice_all(await asyncio.to_thread(self._importer.files, Path(name)))
                    elif change is not Change.deleted:
                        self._notice(Path(name))
        except (OSError, RuntimeError) as error:
            slower = f"Changes are looked for every {self._rescan_seconds:.0f} seconds instead."
            failure = SourceError(f"The system does not tell of changes: {error}.", hint=slower)
            self._on_failure(min(folders), failure)

    def _notice_all(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self._notice(path)

    def _notice(self, path: Path) -> None:
        if not self._is_ours(path):
            return
        self._enqueue(path)
        if (timer := self._waiting.pop(path, None)) is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        delay = self._quiet_seconds * 1.1
        self._waiting[path] = loop.call_later(delay, self._read_when_quiet, path)

    def _read_when_quiet(self, path: Path) -> None:
        self._waiting.pop(path, None)
        self._enqueue(path)

    def _enqueue(self, path: Path) -> None:
        if path not in self._queued:
            self._queued.add(path)
            self._changed.put_nowait(path)

    def _is_ours(self, path: Path) -> bool:
        for watched in self._paths:
            if path == watched:
                return True
            if path.is_relative_to(watched):
                return os.path.isfile(path) and self._importer.admits(path, watched)  # noqa: PTH113 - never raises
        return False
