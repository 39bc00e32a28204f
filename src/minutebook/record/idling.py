"""Conversations that have fallen silent: the last page of each is closed after a pause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from minutebook.clock import Clock
from minutebook.record.closing import close_tail
from minutebook.store import turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_AT_ONCE = 200
PagesClosed = Callable[[Transaction, Sequence[str]], None]


async def close_idle_pages(
    database: Database, pause: timedelta, clock: Clock, told: PagesClosed
) -> int:
    """Close the last page of every conversation that has been silent for a pause; tell each of
    them. Return of how many. Raises StoreError."""

    def close_some(tx: Transaction) -> int:
        now = clock()
        idle = turns.idle_tails(tx, now - pause, _AT_ONCE)
        closed = [close_tail(tx, id_, pause, now) for id_ in idle]
        for pages in closed:
            told(tx, pages)
        return sum(map(len, closed))

    closed = 0
    while found := await database.write(close_some):
        closed += found
    return closed
