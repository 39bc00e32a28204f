"""Carry events to whoever listens.

Delivery. Each subscriber has a bounded queue of its own. A pace event is dropped when the queue is
full, and counted: the terminal event that follows it tells the whole. In a full queue the text of a
reply is joined before any of it is dropped, as who misses a word must read all of it again. A news
event says only that something is different now, so the same news waits in a queue once; that bounds
them by how many things there are. Every other event is delivered. Publishing never blocks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from minutebook.events.kinds import Event, GrowthEvent, NewsEvent, PaceEvent

_MOST_TEXT: Final = 8_000_000
"""Characters of joined text that wait for one subscriber at most."""


class _Growing:
    """A place in a queue where text is joined that follows one another."""

    def __init__(self, event: GrowthEvent) -> None:
        self.first = event
        self.pieces = [event.text]

    def event(self) -> Event:
        """Return all of it as one event."""
        return replace(self.first, text="".join(self.pieces))


class Subscription:
    """One subscriber's queue."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._events: deque[Event | _Growing] = deque()
        self._news: set[Event] = set()
        self._growing: dict[str, _Growing] = {}
        """Where more text of a conversation goes, as nothing else has come behind it."""
        self._joined = 0
        """Characters of text that was joined."""
        self._ready = asyncio.Event()
        self.dropped = 0
        """How many pace events found the queue full."""

    def offer(self, event: Event) -> None:
        """Put an event in the queue, or drop it if that is allowed and there is no room."""
        if isinstance(event, PaceEvent) and len(self._events) >= self._limit:
            self._offer_pace(event)
            return
        if isinstance(event, NewsEvent):
            if event in self._news:
                return
            self._news.add(event)
        self._growing.clear()
        self._events.append(event)
        self._ready.set()

    def _offer_pace(self, event: PaceEvent) -> None:
        """Join text to what waits already; drop what is not text, or too much of it."""
        if not isinstance(event, GrowthEvent) or self._joined + len(event.text) > _MOST_TEXT:
            self.dropped += 1
            return
        self._joined += len(event.text)
        growing = self._growing.get(event.conversation)
        if growing is not None and type(growing.first) is type(event):
            growing.pieces.append(event.text)
        else:
            self._growing[event.conversation] = growing = _Growing(event)
            self._events.append(growing)

    def drain(self) -> list[Event]:
        """Take everything that is there, without waiting."""
        waiting = list(self._events)
        self._events.clear()
        self._news.clear()
        self._growing.clear()
        self._joined = 0
        self._ready.clear()
        return [each.event() if isinstance(each, _Growing) else each for each in waiting]

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            await self._ready.wait()
            for event in self.drain():
                yield event


class Bus:
    """Carries events from where they happen to whoever has subscribed, on one event loop."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._loop = asyncio.get_running_loop()

    def publish(self, event: Event) -> None:
        """Tell every subscriber."""
        for subscription in self._subscriptions:
            subscription.offer(event)

    def publish_from_thread(self, event: Event) -> None:
        """Tell every subscriber, from a thread that is not the event loop's."""
        self._loop.call_soon_threadsafe(self.publish, event)

    @contextmanager
    def subscribe(self, limit: int = 1_000) -> Iterator[Subscription]:
        """Receive events until the block ends."""
        subscription = Subscription(limit)
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)
