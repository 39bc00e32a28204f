"""What has happened: frozen values in the past tense, and the bus that carries them.

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
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from minutebook.clock import system_clock
from minutebook.domain.context import Why
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import Ending

_MOST_TEXT: Final = 8_000_000
"""Characters of joined text that wait for one subscriber at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened."""

    at: datetime = field(default_factory=system_clock, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceEvent(Event):
    """One of many; it may be dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsEvent(Event):
    """Something is different now; to be told so twice says nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthEvent(PaceEvent):
    """What a model says has grown."""

    conversation: str
    text: str
    """What is new of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextArrived(GrowthEvent):
    """A reply that is on its way has grown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkingArrived(GrowthEvent):
    """A model thinks aloud before it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed(PaceEvent):
    """Long work has come further."""

    what: str
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyStarted(Event):
    """A model has been asked."""

    conversation: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFinished(Event):
    """A reply has ended, and is in the record."""

    conversation: str
    turn: str
    """Key of the turn; empty when it was stopped before the first word."""
    ending: Ending = Ending.WHOLE
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFailed(Event):
    """A model gave no usable reply; what came of it is in the record when `turn` is set."""

    conversation: str
    reason: str
    turn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesBroughtBack(Event):
    """Pages were put in sight of a model again, because somebody referred to them."""

    conversation: str
    pages: tuple[str, ...]
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledPages(Event):
    """A search put pages in sight of a model again, for what was said last."""

    conversation: str
    pages: tuple[str, ...]
    words: tuple[str, ...]
    """By which each was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesLetGo(Event):
    """Pages that had been brought back are out of sight again."""

    conversation: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFailed(Event):
    """A reference to a page leads nowhere, or there is no room for what it names."""

    conversation: str
    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationChanged(NewsEvent):
    """Turns of a conversation were recorded or revised, here or by another process."""

    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChanged(NewsEvent):
    """A page was closed, or summarised."""

    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChanged(NewsEvent):
    """A document has a new revision, or another state."""

    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineChanged(NewsEvent):
    """Input of a file could not be read."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged(NewsEvent):
    """Jobs have come, gone or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchChanged(NewsEvent):
    """A batch was made, went on, or ended."""

    batch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalChanged(NewsEvent):
    """Work waits for a yes, or has been given an answer."""

    approval: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedChanged(NewsEvent):
    """Another set of paths is to be watched, by decision of this process or another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStarted(Event):
    """This engine reads a file or folder from now on."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStopped(Event):
    """This engine reads a file or folder no more; what came in stays."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceImported(Event):
    """A chat log has been read, or what is new in it."""

    place: str
    format: str
    new: int
    known: int
    revised: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFailed(Event):
    """A chat log could not be read."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted(Event):
    """A worker has taken a job."""

    job: int
    kind: JobKind
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFinished(Event):
    """A job is done."""

    job: int
    kind: JobKind
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed(Event):
    """A job has failed."""

    job: int
    kind: JobKind
    subject: str
    reason: str
    retry_at: datetime | None
    """None when it was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPostponed(Event):
    """A job could not be done now, through no fault of its own; it waits."""

    job: int
    kind: JobKind
    subject: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalNeeded(Event):
    """Work is held until a person says yes to what it may cost."""

    approval: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSent(Event):
    """A provider has taken a batch."""

    batch: str
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchApplied(Event):
    """The results of a batch have been read, and kept where they belong."""

    batch: str
    succeeded: int
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFailed(Event):
    """A batch came to nothing; what it was for goes back into the queue."""

    batch: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPaused(Event):
    """Nothing is sent to a provider for a while; a person can lift that."""

    provider: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingPaused(Event):
    """A cap on costs is reached: what would cost more waits."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopFailed(Event):
    """A background loop met an error it does not know; it goes on."""

    loop: str
    reason: str


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
