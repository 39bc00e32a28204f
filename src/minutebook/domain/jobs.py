"""Jobs: units of background work, each named so that the same work is queued once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobKind(StrEnum):
    """What a job does."""

    SUMMARISE = "summarise"
    """Give one page a summary, and order a better one."""
    ASK = "ask"
    """Ask a model for one summary that was ordered."""
    DISPATCH = "dispatch"
    """Decide how orders go to their model, and make batches of them."""
    BATCH = "batch"
    """Bring one batch a step further: send it, ask for its state, apply its results."""
    SCRIBE = "scribe"
    """Bring one document up to date."""
    COMPACT = "compact"
    """Make room in the prompt of one conversation."""


class JobState(StrEnum):
    """Where a job stands: queued → leased → (submitted) → done | failed → … → dead."""

    QUEUED = "queued"
    LEASED = "leased"
    SUBMITTED = "submitted"
    """Handed to a provider; the result is awaited."""
    DONE = "done"
    FAILED = "failed"
    """Failed, and will be tried again after its back-off."""
    DEAD = "dead"
    """Given up after its last attempt; a person can retry it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """Work that is wanted. Asking again for a key that is pending changes nothing."""

    kind: JobKind
    key: str
    """Names the work; unique with the kind."""
    group: str | None = None
    """Jobs of one group run one at a time, in order."""
    payload: str = ""
    """What the work is about: one id."""
    cause: str = ""
    """What made it wanted, for people: a turn, a page, a command."""
    correlation: str = ""
    """Ties together what one action of a person set off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job in the store."""

    id: int
    kind: JobKind
    key: str
    group: str | None
    payload: str
    state: JobState
    attempts: int
    not_before: datetime
    owner: str | None
    lease_until: datetime | None
    requests: int
    """How often it has been asked for; a job asked for while it runs, runs again."""
    error: str
    cause: str
    correlation: str
    created_at: datetime
    updated_at: datetime
