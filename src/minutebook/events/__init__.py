"""What has happened: frozen values in the past tense, and the bus that carries them.

kinds    what the bus treats differently
bus      who listens, and what waits for them
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minutebook.domain.context import Pass, Trigger, Why
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import Ending
from minutebook.events.bus import Bus as Bus
from minutebook.events.bus import Subscription as Subscription
from minutebook.events.kinds import Event as Event
from minutebook.events.kinds import GrowthEvent as GrowthEvent
from minutebook.events.kinds import NewsEvent as NewsEvent
from minutebook.events.kinds import PaceEvent as PaceEvent


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
class ReplyDelayed(Event):
    """A model could not answer, and is asked again, or another one is."""

    conversation: str
    model: str
    """The one that is asked now."""
    seconds: float
    """Until it is asked."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWentOn(Event):
    """A reply called tools; it is in the record with their results, and the model goes on."""

    conversation: str
    turn: str
    """Key of the turn that is in the record."""
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
class PassStarted(Event):
    """Room is being made in the prompt of a conversation."""

    conversation: str
    trigger: Trigger
    before: int
    """Tokens of the prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassWentOn(PaceEvent):
    """A compaction has come further."""

    conversation: str
    steps: int
    """That were taken so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassEnded(Event):
    """A compaction has ended, or one was undone."""

    conversation: str
    done: Pass
    """As it is recorded; its id is 0 when nothing had to be done, or when it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNeeded(NewsEvent):
    """A prompt is nearly full, and a person is to say whether room is made."""

    conversation: str
    used: int
    """Tokens of the prompt."""
    tokens: int
    """Tokens that fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkOutOfReach(NewsEvent):
    """What the settings ask of prompts cannot be reached in a conversation. Said once."""

    conversation: str
    used: int
    """Tokens of the prompt."""
    tokens: int
    """Tokens that the settings ask for."""
    reason: str
    """What holds the room, and what to change, for people."""


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
    usable: int
    """Summaries that stand on their pages because of it; an answer may be of no use."""


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
