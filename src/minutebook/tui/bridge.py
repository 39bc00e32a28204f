"""From engine events to screen updates: many events become one value, at most every 40 ms.

The bridge sleeps until the bus has something. The first event after a silence is passed on at once;
what follows within the pace is gathered. There is no timer that runs when nothing happens.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from minutebook.events import (
    ApprovalNeeded,
    BatchApplied,
    BatchFailed,
    BatchSent,
    ConversationChanged,
    DocumentChanged,
    Event,
    JobFailed,
    JobFinished,
    JobStarted,
    LoopFailed,
    MarkOutOfReach,
    PageChanged,
    PassEnded,
    PassStarted,
    PassWentOn,
    Progressed,
    QuarantineChanged,
    QueueChanged,
    RecalledPages,
    ReferenceFailed,
    ReplyDelayed,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyWentOn,
    RoomNeeded,
    SendingPaused,
    SourceFailed,
    SourceImported,
    SpendingPaused,
    Subscription,
    TextArrived,
    ThinkingArrived,
    WatchStarted,
    WatchStopped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PACE = 0.04
"""Seconds between two updates of the screen, at least."""

ReplyEvent = (
    ReplyStarted
    | ReplyDelayed
    | ThinkingArrived
    | TextArrived
    | ReplyWentOn
    | ReplyFinished
    | ReplyFailed
)
_REPLY_EVENTS = (
    ReplyStarted,
    ReplyDelayed,
    ThinkingArrived,
    TextArrived,
    ReplyWentOn,
    ReplyFinished,
    ReplyFailed,
)
PassEvent = PassStarted | PassWentOn | PassEnded | RoomNeeded | MarkOutOfReach
_PASS_EVENTS = (PassStarted, PassWentOn, PassEnded, RoomNeeded, MarkOutOfReach)
_GROWING = (ThinkingArrived, TextArrived)
_JOB_EVENTS = (QueueChanged, JobStarted, JobFinished, JobFailed)
_WATCH_EVENTS = (WatchStarted, WatchStopped)
_BATCH_EVENTS = (
    ApprovalNeeded,
    BatchSent,
    BatchApplied,
    BatchFailed,
    SendingPaused,
    SpendingPaused,
)
_TOLD_EVENTS = (
    SourceImported,
    SourceFailed,
    JobFinished,
    JobFailed,
    LoopFailed,
    RecalledPages,
    ReferenceFailed,
    *_WATCH_EVENTS,
    *_BATCH_EVENTS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What has happened since the last update."""

    conversations: frozenset[str] = frozenset()
    """Ids of those whose turns changed."""
    documents: frozenset[str] = frozenset()
    replies: tuple[ReplyEvent, ...] = ()
    """In order; text that arrived in a row is one event."""
    passes: tuple[PassEvent, ...] = ()
    """Room that is made in prompts, in order."""
    told: tuple[Event, ...] = ()
    """Sources read, jobs done, and failures of any kind: what a person may want to hear of."""
    progress: Progressed | None = None
    """The newest, when nothing has ended since."""
    jobs_changed: bool = False
    pages_changed: bool = False
    quarantine_changed: bool = False

    @property
    def has_ended_reply(self) -> bool:
        """Whether a reply has ended, well or not."""
        return any(isinstance(event, ReplyFinished | ReplyFailed) for event in self.replies)


def merge(events: Iterable[Event]) -> News:
    """Make one value of some events."""
    listed = list(events)
    return News(
        conversations=frozenset(
            e.conversation for e in listed if isinstance(e, ConversationChanged)
        ),
        documents=frozenset(e.document for e in listed if isinstance(e, DocumentChanged)),
        replies=tuple(_joined(e for e in listed if isinstance(e, _REPLY_EVENTS))),
        passes=tuple(e for e in listed if isinstance(e, _PASS_EVENTS)),
        told=tuple(e for e in listed if isinstance(e, _TOLD_EVENTS)),
        progress=_last_progress(listed),
        jobs_changed=any(isinstance(e, _JOB_EVENTS) for e in listed),
        pages_changed=any(isinstance(e, PageChanged) for e in listed),
        quarantine_changed=any(isinstance(e, QuarantineChanged) for e in listed),
    )


def _joined(events: Iterable[ReplyEvent]) -> list[ReplyEvent]:
    """Join the pieces of one kind that follow one another in the same conversation."""
    joined: list[ReplyEvent] = []
    pieces: list[str] = []
    for event in events:
        last = joined[-1] if joined else None
        is_more = (
            isinstance(event, _GROWING)
            and type(last) is type(event)
            and last.conversation == event.conversation
        )
        if not is_more:
            _flush(joined, pieces)
            joined.append(event)
        if isinstance(event, _GROWING):
            pieces.append(event.text)
    _flush(joined, pieces)
    return joined


def _flush(joined: list[ReplyEvent], pieces: list[str]) -> None:
    if pieces and isinstance(last := joined[-1], _GROWING):
        joined[-1] = replace(last, text="".join(pieces))
    pieces.clear()


def _last_progress(events: list[Event]) -> Progressed | None:
    for event in reversed(events):
        if isinstance(event, Progressed):
            return event
        if isinstance(event, SourceImported | SourceFailed):
            return None
    return None


class Bridge:
    """Passes on what a subscription brings."""

    def __init__(self, pass_on: Callable[[News], None]) -> None:
        self._pass_on = pass_on
        self._waiting: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0

    async def carry(self, subscription: Subscription) -> None:
        """Pass on what comes, until cancelled."""
        try:
            async for event in subscription:
                self._waiting.append(event)
                if self._timer is None:
                    wait = max(0.0, self._last + PACE - monotonic())
                    self._timer = asyncio.get_running_loop().call_later(wait, self._flush)
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _flush(self) -> None:
        self._timer = None
        self._last = monotonic()
        events, self._waiting = self._waiting, []
        self._pass_on(merge(events))
