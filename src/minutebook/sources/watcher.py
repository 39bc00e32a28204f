"""Watch files and folders, and import what is written to them.

What the system tells of changes is a hint, taken at once. Whatever it does not tell, because it has
no more watches to give, the disk is another machine's, or the folder was not there yet, is found by
looking at size, time and inode every few seconds. A file that has just changed may be in the middle
of a line; it is read again once it has been quiet for a while.

One watcher takes all paths, and another set of them while it runs: a file below two of them is read
once, and each path does not cost a thread of its own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from minutebook.errors import MinutebookError
from minutebook.sources.containers import log_of, logged
from minutebook.sources.importer import Importer
from minutebook.sources.listening import Listening, OnFailure, spots_of

_RESCAN_SECONDS = 10.0
_REST_AFTER_RESCAN = 200
"""How many times as long as a rescan took the next one is waited for, at least."""

_DATABASES = frozenset({".db", ".sqlite", ".sqlite3"})

_Mark = tuple[int, int, int]
"""Size, time and inode of a file."""


class Watcher:
    """Keeps the record of some paths up to date."""

    def __init__(
        self,
        importer: Importer,
        paths: Sequence[Path] = (),
        *,
        quiet_seconds: float,
        on_failure: OnFailure,
        rescan_seconds: float = _RESCAN_SECONDS,
    ) -> None:
        self._importer = importer
        self._quiet_seconds = quiet_seconds
        self._on_failure = on_failure
        self._rescan_seconds = rescan_seconds
        self._paths: tuple[Path, ...] = ()
        self._roots: tuple[str, ...] = ()
        """The paths as beginnings of what lies below them."""
        self._fresh: set[Path] = set()
        """Paths that were not looked at yet: what is there is history."""
        self._seen: dict[Path, _Mark] = {}
        self._failed: set[Path] = set()
        self._unread: dict[Path, None] = {}
        """Files that are read for the first time, in order, when nothing has changed just now."""
        self._changed: dict[Path, None] = {}
        """Files that were written to, in order."""
        self._waiting: dict[Path, asyncio.TimerHandle] = {}
        self._work = asyncio.Event()
        self._renewed = asyncio.Event()
        self._listening = Listening(frozenset(), self._hear, on_failure)
        self.watch(paths)

    def watch(self, paths: Sequence[Path], changed: Sequence[Path] = ()) -> None:
        """Watch just these paths from now on. A reading of any other ends with its batch.

        What lies in a path whose settings have `changed` is looked at anew, and so is what lies
        above or below a path that is new or gone: other settings may hold for it.
        """
        before, self._paths = set(self._paths), tuple(paths)
        self._roots = tuple(os.path.join(path, "") for path in paths)  # noqa: PTH118 - ends in `/`
        moved = (before ^ set(paths)) | set(changed)
        anew = {path for path in paths if any(_is_around(path, other) for other in moved)}
        self._fresh = (self._fresh | anew) & set(paths)
        self._seen = {f: mark for f, mark in self._seen.items() if not _lies_in_any(f, anew)}
        if moved:
            self._drop_unwanted()
        self._renewed.set()

    def _drop_unwanted(self) -> None:
        self._seen = {file: mark for file, mark in self._seen.items() if self._wants(file)}
        for file in [file for file in self._unread if not self._is_admitted(file)]:
            del self._unread[file]
            self._importer.progress.forget(file)
        self._changed = dict.fromkeys(file for file in self._changed if self._is_admitted(file))
        for file in [file for file in self._waiting if not self._is_admitted(file)]:
            self._waiting.pop(file).cancel()

    def _wants(self, file: Path) -> bool:
        """Say whether a file is a watched path, or lies below one. Asked from threads, too."""
        return f"{file}{os.sep}".startswith(self._roots)

    def _is_admitted(self, file: Path) -> bool:
        """Say whether a file is a watched path, or one that is read below one."""
        return file in self._paths or any(
            file.is_relative_to(path) and self._importer.admits(file, path) for path in self._paths
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Read what is there, then what comes, until told to stop."""
        self._fresh, self._seen = set(self._paths), {}
        looking = asyncio.create_task(self._keep_looking(), name="look at all files")
        stopping = asyncio.create_task(stop.wait(), name="stop watching")
        for task in (looking, stopping):
            task.add_done_callback(lambda _: self._work.set())
        try:
            while not stop.is_set():
                if looking.done():
                    looking.result()
                await self._read_next(stop)
        finally:
            looking.cancel()
            stopping.cancel()
            await asyncio.gather(looking, stopping, return_exceptions=True)
            await self._listen_at(())
            self._rest()

    def _rest(self) -> None:
        for file in self._unread:
            self._importer.progress.forget(file)
        for timer in self._waiting.values():
            timer.cancel()
        for waiting in (self._waiting, self._changed, self._unread):
            waiting.clear()

    async def _read_next(self, stop: asyncio.Event) -> None:
        """Read one file, or wait for one: what is written now comes before what was."""
        self._work.clear()
        for files in (self._changed, self._unread):
            if files:
                file = next(iter(files))
                del files[file]
                return await self._read(file, stop, live=files is self._changed)
        if not stop.is_set():
            await self._work.wait()
        return None

    async def _read(self, file: Path, stop: asyncio.Event, *, live: bool) -> None:
        settings = self._importer.folders.settings_of(file)

        def is_wanted() -> bool:
            is_as_it_was = self._importer.folders.settings_of(file) == settings
            return self._wants(file) and is_as_it_was and not stop.is_set()

        try:
            async for _ in self._importer.import_file(file, live=live, is_wanted=is_wanted):
                pass
        except MinutebookError as error:
            self._on_failure(file, error)
            self._failed.add(file)

    async def _keep_looking(self) -> None:
        while True:
            started = monotonic()
            await self._look()
            took = monotonic() - started
            pause = max(self._rescan_seconds, took * _REST_AFTER_RESCAN)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._renewed.wait()

    async def _look(self) -> None:
        """Listen where there is something to be heard, and find what has changed."""
        self._renewed.clear()
        paths, fresh = self._paths, self._fresh
        self._fresh = set()
        await self._listen_at(paths)
        old = await asyncio.to_thread(self._survey, [path for path in paths if path in fresh])
        found = await asyncio.to_thread(self._survey, paths)
        failed = frozenset(self._failed)
        changed = [f for f, mark in found.items() if self._seen.get(f) != mark or f in failed]
        history = [file for file in changed if file in old and self._wants(file)]
        first = dict.fromkeys(await self._importer.unread(history))
        await self._importer.hear(list(first))
        if self._renewed.is_set():  # what was found is of before: it is looked at again at once
            self._fresh |= fresh & set(self._paths)
            return
        self._failed -= failed
        self._seen = {file: mark for file, mark in found.items() if self._wants(file)}
        self._unread = {**first, **self._unread}
        self._importer.progress.expect({file: found[file][0] for file in first})
        self._work.set()
        self._notice_all(file for file in changed if file not in old)

    def _survey(self, paths: Iterable[Path]) -> dict[Path, _Mark]:
        """Look at every file there is, without opening it."""
        marks: dict[Path, _Mark] = {}
        for path in paths:
            for file in self._importer.files(path):
                try:
                    status = file.stat()
                except OSError:
                    continue  # gone, or not there yet
                marks[file] = (status.st_size, _written_at(file, status), status.st_ino)
        return marks

    async def _listen_at(self, paths: Iterable[Path]) -> None:
        """Listen to other paths; the old ones are heard until the new ones are."""
        spots = await asyncio.to_thread(spots_of, paths)
        if spots != self._listening.spots:
            old = self._listening
            self._listening = Listening(spots, self._hear, self._on_failure)
            await self._listening.begin()
            await old.end()

    async def _hear(self, path: Path, is_new: bool) -> None:
        if is_new:
            self._notice_all(await asyncio.to_thread(self._importer.files, path))
        else:
            self._notice(path)

    def _notice_all(self, files: Iterable[Path]) -> None:
        for file in files:
            self._notice(file)

    def _notice(self, file: Path) -> None:
        file = logged(file)
        if not self._is_ours(file):
            return
        self._enqueue(file)
        if (timer := self._waiting.pop(file, None)) is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        delay = self._quiet_seconds * 1.1
        self._waiting[file] = loop.call_later(delay, self._read_when_quiet, file)

    def _read_when_quiet(self, file: Path) -> None:
        self._waiting.pop(file, None)
        self._enqueue(file)

    def _enqueue(self, file: Path) -> None:
        """Let a file be read, unless that is still to come anyway."""
        if file not in self._unread:
            self._changed.setdefault(file)
            self._work.set()

    def _is_ours(self, file: Path) -> bool:
        if not self._wants(file) or os.path.isdir(file):  # noqa: PTH112 - never raises
            return False
        is_there = os.path.isfile(file)  # noqa: PTH113 - never raises
        return file in self._paths or (is_there and self._is_admitted(file))


def _is_around(one: Path, other: Path) -> bool:
    """Say whether two paths are the same, or one lies in the other."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def _lies_in_any(file: Path, paths: Iterable[Path]) -> bool:
    return any(file.is_relative_to(path) for path in paths)


def _written_at(file: Path, status: os.stat_result) -> int:
    """Return when a file was written to; what is new in a database may lie beside it."""
    if file.suffix not in _DATABASES:
        return status.st_mtime_ns
    try:
        return max(status.st_mtime_ns, log_of(file).stat().st_mtime_ns)
    except OSError:
        return status.st_mtime_ns
