"""What the tests of watching share: a watch that runs over a store, as an engine runs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from desk import Desk, desk_in

from minutebook.clock import system_clock
from minutebook.events import Event, Subscription
from minutebook.sources.watching import Watching
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
