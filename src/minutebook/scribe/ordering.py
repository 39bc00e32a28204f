"""One after the other: what updates and instructions do to one document.

Both work on the document that they saw while a model thinks. People may edit meanwhile, and are
merged; but an instruction is about what stands there, so it waits for the update that runs, and the
next update for it. Within a process a lock sees to that, in the order of asking. An update that
another process runs is known by its lease, which ends when that process does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from weakref import WeakValueDictionary

from minutebook.clock import Clock
from minutebook.domain.jobs import JobKind
from minutebook.store import jobs
from minutebook.store.database import Database

_LOOK_SECONDS = 0.2
_MOST_LOOKS = 600
"""Whoever waits longer than that for another process goes on, and is merged."""

Sleep = Callable[[float], Awaitable[None]]


class Order:
    """Who may work on a document."""

    def __init__(self, database: Database, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._database = database
        self._clock = clock
        self._sleep = sleep
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._updating = Counter[str]()
        """Documents whose updates run here, or wait for their turn."""

    def turn(self, document: str) -> asyncio.Lock:
        """Return what is to be held while one step of work is done on a document."""
        return self._locks.setdefault(document, asyncio.Lock())

    @asynccontextmanager
    async def updating(self, document: str) -> AsyncIterator[None]:
        """Note that the lease on a document is ours, until the block ends."""
        self._updating[document] += 1
        try:
            yield
        finally:
            self._updating[document] -= 1

    @asynccontextmanager
    async def instructing(self, document: str) -> AsyncIterator[None]:
        """Have a document to oneself, behind the update that runs."""
        async with self.turn(document):
            await self._wait_for_others(document)
            yield

    async def _wait_for_others(self, document: str) -> None:
        """Wait while another process updates a document."""
        for _ in range(_MOST_LOOKS):
            if self._updating[document] or not await self._is_leased(document):
                return
            await self._sleep(_LOOK_SECONDS)

    async def _is_leased(self, document: str) -> bool:
        leased = partial(jobs.is_leased, kind=JobKind.SCRIBE, key=document, now=self._clock())
        return await self._database.read(leased)
