"""Watch files and folders, and import what is written to them.

The watch is set up before the first reading, so that nothing falls between the two. A file that has
just changed may be in the middle of a line; it is read again once it has been quiet for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from minutebook.errors import MinutebookError
from minutebook.sources.importer import Importer, SourceReport

_STEP_MS = 20
_DEBOUNCE_MS = 200

OnReport = Callable[[SourceReport], None]
OnFailure = Callable[[Path, MinutebookError], None]


class Watcher:
    """Keeps the record of some paths up to date."""

    def __init__(
        self,
        importer: Importer,
        paths: Sequence[Path],
        *,
        quiet_seconds: float,
        on_failure: OnFailure,
    ) -> None:
        self._importer = importer
        self._paths = list(paths)
        self._quiet_seconds = quiet_seconds
        self._on_failure = on_failure
        self._waiting: dict[Path, asyncio.TimerHandle] = {}
        self._changed: asyncio.Queue[Path] = asyncio.Queue()
        self._queued: set[Path] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Read what is there, then what comes, until told to stop."""
        watching = asyncio.create_task(self._watch(stop), name="watch")
        try:
            await self._read_all()
            while not stop.is_set():
                await self._read_next(stop)
        finally:
            for timer in self._waiting.values():
                timer.cancel()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _read_all(self) -> None:
        for path in self._paths:
            if path.exists():
                for file in await asyncio.to_thread(self._importer.files, path):
                    await self._read(file, live=False)

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

    async def _watch(self, stop: asyncio.Event) -> None:
        from watchfiles import Change, awatch

        existing = [path for path in self._paths if path.exists()]
        if not existing:
            return
        # A file is watched through its folder: a log that is replaced is another file by then.
        folders = {path if path.is_dir() else path.parent for path in existing}
        async for batch in awatch(
            *folders, stop_event=stop, step=_STEP_MS, debounce=_DEBOUNCE_MS, recursive=True
        ):
            for change, name in sorted(batch):
                if change is not Change.deleted:
                    self._notice(Path(name))

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
            if watched.is_dir() and path.is_relative_to(watched):
                return path.is_file() and self._importer.admits(path, watched)
        return False
