"""What is watched: the home remembers it, and a watcher that runs obeys every change of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from desk import desk_in, irc
from post import DEADLINE, post_in, said, watching_of, write

from minutebook.clock import system_clock
from minutebook.errors import NotFoundError
from minutebook.events import WatchStarted, WatchStopped
from minutebook.sources.reading import Reading
from minutebook.sources.watching import Watching
from minutebook.store.database import Database


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
