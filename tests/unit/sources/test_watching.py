"""What is watched: the home remembers it, and a watcher that runs obeys every change of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from desk import Desk, desk_in, irc

from minutebook.clock import system_clock
from minutebook.errors import NotFoundError
from minutebook.events import Event, Subscription, WatchStarted, WatchStopped
from minutebook.sources.reading import Reading
from minutebook.sources.watching import Watching
from minutebook.store.database import Database
from minutebook.workers.feed import Feed

DEADLINE = 20.0


class Post:
    """A watch that runs over a store, as an engine runs it."""

    def __init__(self, desk: Desk, watching: Watching, heard: Subscription) -> None:
        self.desk = desk
        self.watching = watching
        self._heard = heard

    async def until(self, holds: Callable[[Event], bool]) -> None:
        """Wait for an event."""
        async with asyncio.timeout(DEADLINE):
            async for event in self._heard:
                if holds(event):
                    return

    async def has(self, *conversations: list[str]) -> None:
        """Wait until the record is just these conversations."""
        async with asyncio.timeout(DEADLINE):
            while await self.desk.texts() != sorted(conversations):
                await asyncio.sleep(0.02)


def watching_of(desk: Desk) -> Watching:
    """Return the room of a desk."""
    return Watching(desk.database, desk.importer, desk.bus, system_clock, quiet_seconds=1.0)


@asynccontextmanager
async def post_in(folder: Path) -> AsyncIterator[Post]:
    """Run a watch until the block ends."""
    async with desk_in(folder, system_clock) as desk:
        watching, stop = watching_of(desk), asyncio.Event()
        feed = Feed(desk.database, desk.bus)
        await feed.begin()
        await watching.begin()
        with desk.bus.subscribe() as heard:
            endless = [asyncio.create_task(feed.run()), asyncio.create_task(watching.follow())]
            running = asyncio.create_task(watching.run(stop))
            try:
                yield Post(desk, watching, heard)
            finally:
                stop.set()
                await running
                for task in endless:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task


def said(start: int, end: int) -> list[str]:
    """Return what the lines from one number up to another say."""
    return [f"line {n}" for n in range(start, end)]


def write(path: Path, text: list[str]) -> Path:
    """Append lines to a file, whose folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        stream.writelines(text)
    return path


async def test_a_path_that_is_added_is_read_and_then_watched(tmp_path: Path) -> None:
    """At once, beside what is watched already."""
    one = write(tmp_path / "one" / "a.log", irc(3))
    two = write(tmp_path / "two" / "b.log", irc(3, start=50))
    async with post_in(tmp_path) as post:
        await post.watching.add([one.parent])
        await post.has(said(0, 3))
        assert await post.watching.add([two.parent]) == [two.parent]
        await post.has(said(0, 3), said(50, 53))
        write(two, irc(1, start=53))
        write(one, irc(1, start=3))
        await post.has(said(0, 4), said(50, 54))


async def test_a_path_that_is_removed_is_read_no_more(tmp_path: Path) -> None:
    """What came in stays; what is watched beside it goes on."""
    one = write(tmp_path / "one" / "a.log", irc(3))
    two = write(tmp_path / "two" / "b.log", irc(3, start=50))
    async with post_in(tmp_path) as post:
        await post.watching.add([one.parent, two.parent])
        await post.has(said(0, 3), said(50, 53))
        await post.watching.remove([one.parent])
        await post.until(lambda event: event == WatchStopped(path=str(one.parent)))
        write(one, irc(1, start=3))
        write(two, irc(1, start=53))
        await post.has(said(0, 3), said(50, 54))


async def test_another_process_is_obeyed(tmp_path: Path) -> None:
    """By way of the store alone."""
    one = write(tmp_path / "one" / "a.log", irc(3))
    async with post_in(tmp_path) as post:
        other = await Database.open(tmp_path / "store.db")
        try:
            elsewhere = Watching(
                other, post.desk.importer, post.desk.bus, system_clock, quiet_seconds=1.0
            )
            await elsewhere.add([one])
            await post.has(said(0, 3))
            await elsewhere.remove([one])
            await post.until(lambda event: event == WatchStopped(path=str(one)))
        finally:
            await other.close()


async def test_an_import_under_way_ends_between_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came in stays, and a later watch goes on from there."""
    log, flush = write(tmp_path / "logs" / "a.log", irc(5_000)), Reading._flush
    async with post_in(tmp_path) as post:
        loop = asyncio.get_running_loop()

        async def removed() -> None:
            with post.desk.bus.subscribe() as heard:
                await post.watching.remove([log])
                async for event in heard:
                    if isinstance(event, WatchStopped):
                        return

        def flush_and_remove(reading: Reading, *, is_end: bool = False) -> None:
            flush(reading, is_end=is_end)
            monkeypatch.setattr(Reading, "_flush", flush)
            asyncio.run_coroutine_threadsafe(removed(), loop).result(DEADLINE)

        monkeypatch.setattr(Reading, "_flush", flush_and_remove)
        await post.watching.add([log])
        await post.until(lambda event: type(event).__name__ == "SourceImported")
        ((*texts,),) = await post.desk.texts()
        assert texts == said(0, len(texts))
        assert 0 < len(texts) < 5_000
        await post.watching.add([log])
        await post.has(said(0, 5_000))


async def test_a_path_inside_a_watched_one_stays_when_that_goes(tmp_path: Path) -> None:
    """Each was asked for; what lies in both is read once."""
    outer, inner = tmp_path / "logs", tmp_path / "logs" / "inner"
    beside = write(outer / "a.log", irc(3))
    log = write(inner / "b.log", irc(3, start=50))
    async with post_in(tmp_path) as post:
        await post.watching.add([outer, inner])
        await post.has(said(0, 3), said(50, 53))
        await post.watching.remove([outer])
        await post.until(lambda event: event == WatchStopped(path=str(outer)))
        write(beside, irc(1, start=3))
        write(log, irc(1, start=53))
        await post.has(said(0, 3), said(50, 54))


async def test_a_folder_that_comes_later_is_listened_to(tmp_path: Path) -> None:
    """What is not there yet may be watched; another path that is added makes it be looked for."""
    later = tmp_path / "later"
    async with post_in(tmp_path) as post:
        await post.watching.add([later])
        await post.until(lambda event: event == WatchStarted(path=str(later)))
        log = write(later / "a.log", irc(3))
        await post.watching.add([tmp_path / "other"])
        await post.has(said(0, 3))
        write(log, irc(1, start=3))
        await post.has(said(0, 4))


async def test_names_of_one_path_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative, with `..`, or twice."""
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "logs" / "deep")
    async with desk_in(tmp_path) as desk:
        watching = watching_of(desk)
        names = [Path(".."), tmp_path / "logs", Path("../deep/..")]
        assert await watching.add(names) == [tmp_path / "logs"]
        assert await watching.add(names) == []
        assert [one.path for one in await watching.paths()] == [str(tmp_path / "logs")]
        await watching.remove([Path(".."), Path("..")])
        assert await watching.paths() == []


async def test_what_is_not_watched_cannot_be_stopped(tmp_path: Path) -> None:
    """It is said what to do instead, and nothing else is stopped either."""
    async with desk_in(tmp_path) as desk:
        watching = watching_of(desk)
        await watching.add([tmp_path / "logs"])
        with pytest.raises(NotFoundError, match="part of"):
            await watching.remove([tmp_path / "logs" / "inner"])
        with pytest.raises(NotFoundError, match="watch list"):
            await watching.remove([tmp_path / "logs", tmp_path / "elsewhere"])
        assert [one.path for one in await watching.paths()] == [str(tmp_path / "logs")]
