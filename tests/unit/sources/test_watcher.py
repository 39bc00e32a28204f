"""Watching: what is written to logs comes in, and nothing that happens to them ends the watch."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, desk_in, irc

from minutebook.clock import system_clock
from minutebook.domain.turns import Origin
from minutebook.errors import MinutebookError, StoreError
from minutebook.sources.importer import Importer
from minutebook.sources.reports import SourceReport
from minutebook.sources.watcher import Watcher

DEADLINE = 20.0


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds; fail at the deadline."""
    async with asyncio.timeout(DEADLINE):
        while not await holds():
            await asyncio.sleep(0.02)


class Watch:
    """A watch that runs, and what it brought."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.failures: list[tuple[Path, MinutebookError]] = []

    async def brings(self, *conversations: list[str]) -> None:
        """Wait until the record is just these conversations."""
        wanted = sorted(conversations)

        async def holds() -> bool:
            return await self.desk.texts() == wanted

        await until(holds)

    async def origins(self) -> list[Origin]:
        """Return how the turns of the one conversation came in."""
        (turns,) = (await self.desk.turns()).values()
        return [turn.origin for turn in turns]


@asynccontextmanager
async def watching(
    folder: Path, paths: Sequence[Path], *, rescan_seconds: float = 60.0
) -> AsyncIterator[Watch]:
    """Watch paths until the block ends."""
    async with desk_in(folder, system_clock) as desk:
        watch = Watch(desk)
        watcher = Watcher(
            desk.importer,
            paths,
            quiet_seconds=1.0,
            on_failure=lambda path, error: watch.failures.append((path, error)),
            rescan_seconds=rescan_seconds,
        )
        stop = asyncio.Event()
        running = asyncio.create_task(watcher.run(stop))
        try:
            yield watch
            assert not running.done(), running.exception()
        finally:
            stop.set()
            await running


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return an empty folder of logs."""
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


def said(start: int, end: int) -> list[str]:
    """Return what the lines from one number up to another say."""
    return [f"line {n}" for n in range(start, end)]


def append(path: Path, text: str) -> None:
    """Write more to a file."""
    with path.open("a") as stream:
        stream.write(text)


async def test_history_is_imported_and_what_is_appended_is_live(tmp_path: Path, logs: Path) -> None:
    """Each appended line is a live turn; what was there before is history."""
    log = logs / "one.log"
    append(log, "".join(irc(300)))
    async with watching(tmp_path, [logs]) as watch:
        await watch.brings(said(0, 300))
        append(log, "".join(irc(2, start=300)))
        await watch.brings(said(0, 302))
        origins = await watch.origins()
    assert origins == [Origin.IMPORTED] * 300 + [Origin.LIVE] * 2


async def test_a_partial_last_line_is_held_back_until_it_is_whole(
    tmp_path: Path, logs: Path
) -> None:
    """Half a line is no turn; when its end is written, it is one."""
    log = logs / "one.log"
    append(log, "".join(irc(3)))
    async with watching(tmp_path, [logs]) as watch:
        await watch.brings(said(0, 3))
        fourth, fifth = irc(2, start=3)
        append(log, fourth + fifth[:-4])
        await watch.brings(said(0, 4))
        append(log, fifth[-4:])
        await watch.brings(said(0, 5))
        (turns,) = (await watch.desk.turns()).values()
    assert [turn.revision for turn in turns] == [0] * 5


async def test_a_last_line_without_an_end_comes_in_when_it_is_quiet(
    tmp_path: Path, logs: Path
) -> None:
    """A program that writes no last newline is heard too."""
    async with watching(tmp_path, [logs]) as watch:
        append(logs / "one.log", "".join(irc(3))[:-1])
        await watch.brings(said(0, 3))


async def test_new_files_and_folders_come_in(tmp_path: Path, logs: Path) -> None:
    """Also in folders that are made meanwhile."""
    async with watching(tmp_path, [logs]) as watch:
        append(logs / "one.log", "".join(irc(3)))
        await watch.brings(said(0, 3))
        (logs / "deep" / "er").mkdir(parents=True)
        append(logs / "deep" / "er" / "two.log", "".join(irc(3, start=50)))
        await watch.brings(said(0, 3), said(50, 53))


async def test_a_file_is_watched_alone_and_may_be_replaced(tmp_path: Path, logs: Path) -> None:
    """Another file put in its place, or rotated away, is read; its neighbours are not."""
    log = logs / "one.log"
    append(log, "".join(irc(3)))
    async with watching(tmp_path, [log]) as watch:
        await watch.brings(said(0, 3))
        append(logs / "neighbour.log", "".join(irc(3, start=90)))
        append(logs / "next", "".join(irc(6)))
        (logs / "next").rename(log)
        await watch.brings(said(0, 6))


async def test_a_log_that_is_rotated_goes_on(tmp_path: Path, logs: Path) -> None:
    """Moved away or copied and emptied, what is written in its place is said in the same channel;
    unless it was said before, for then it is another log."""
    log = logs / "one.log"
    append(log, "".join(irc(6)))
    async with watching(tmp_path, [logs]) as watch:
        await watch.brings(said(0, 6))
        log.rename(logs / "one.log.1")
        append(log, "".join(irc(4, start=50)))
        await watch.brings([*said(0, 6), *said(50, 54)])
        (logs / "one.log.2").write_bytes(log.read_bytes())
        log.write_bytes(b"")
        append(log, "".join(irc(4, start=70)))
        one = [*said(0, 6), *said(50, 54), *said(70, 74)]
        await watch.brings(one)
        log.write_bytes("".join(irc(4, start=30)).encode())
        await watch.brings(one, said(30, 34))


async def test_what_the_system_does_not_tell_is_found_by_looking(
    tmp_path: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any hint, and in a folder that was not there yet."""

    def deaf(*_: object, **__: object) -> object:
        raise OSError("no watches left")

    monkeypatch.setattr("watchfiles.awatch", deaf)
    later = logs / "later"
    append(logs / "one.log", "".join(irc(3)))
    paths = [logs / "one.log", later]
    async with watching(tmp_path, paths, rescan_seconds=0.05) as watch:
        await watch.brings(said(0, 3))
        append(logs / "one.log", "".join(irc(1, start=3)))
        await watch.brings(said(0, 4))
        later.mkdir()
        append(later / "two.log", "".join(irc(3, start=50)))
        await watch.brings(said(0, 4), said(50, 53))
    assert "no watches left" in str(watch.failures[0][1])


async def test_a_file_that_fails_does_not_end_the_watch(
    tmp_path: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read is refused, what the store cannot take is told; the others come in."""
    read = Importer.import_file

    async def failing(importer: Importer, path: Path, **how: Any) -> AsyncIterator[SourceReport]:
        if path.name == "full.log":
            raise StoreError("There is no room left.")
        async for report in read(importer, path, **how):
            yield report

    monkeypatch.setattr(Importer, "import_file", failing)
    append(logs / "noise.log", "\x00\x01" * 500)
    os.mkfifo(logs / "pipe.log")
    async with watching(tmp_path, [logs]) as watch:
        append(logs / "full.log", "".join(irc(1)))
        append(logs / "one.log", "".join(irc(3)))
        await watch.brings(said(0, 3))

        async def told() -> bool:
            return [path.name for path, _ in watch.failures][:1] == ["full.log"]

        await until(told)


async def test_what_failed_is_tried_again(
    tmp_path: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without another change to the file: it is the store that was not well."""
    read, is_full = Importer.import_file, True

    async def failing(importer: Importer, path: Path, **how: Any) -> AsyncIterator[SourceReport]:
        if is_full:
            raise StoreError("There is no room left.")
        async for report in read(importer, path, **how):
            yield report

    monkeypatch.setattr(Importer, "import_file", failing)
    append(logs / "one.log", "".join(irc(3)))
    async with watching(tmp_path, [logs], rescan_seconds=0.05) as watch:

        async def failed_often() -> bool:
            return len(watch.failures) >= 5

        await until(failed_often)
        is_full = False
        await watch.brings(said(0, 3))


async def test_links_are_not_followed(tmp_path: Path, logs: Path) -> None:
    """A folder that is linked in is not watched; what is in it is somebody else's."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (logs / "link").symlink_to(elsewhere)
    async with watching(tmp_path, [logs]) as watch:
        append(elsewhere / "two.log", "".join(irc(3, start=50)))
        append(logs / "one.log", "".join(irc(3)))
        await watch.brings(said(0, 3))
        assert not watch.desk.importer.admits(logs / "link" / "two.log", logs)


async def test_a_burst_of_files_comes_in_whole(tmp_path: Path, logs: Path) -> None:
    """Two hundred files at once."""
    async with watching(tmp_path, [logs]) as watch:
        for number in range(200):
            append(logs / f"{number}.log", "".join(irc(2, start=10 * number)))
        await watch.brings(*(said(10 * n, 10 * n + 2) for n in range(200)))


async def test_stopping_ends_the_watch_at_once(tmp_path: Path, logs: Path) -> None:
    """Nothing is waited for, not even what is about to be quiet."""
    async with watching(tmp_path, [logs]) as watch:
        append(logs / "one.log", "".join(irc(2)))
        await watch.brings(said(0, 2))
    assert asyncio.all_tasks() == {asyncio.current_task()}
