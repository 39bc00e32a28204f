"""Pages: closed runs of turns, the unit of summarising, paging, annotating and archiving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Lifecycle(StrEnum):
    """How warm a page is."""

    ACTIVE = "active"
    PENDING_DECAY = "pending_decay"
    ARCHIVED = "archived"


class SummaryState(StrEnum):
    """How good the summary of a page is."""

    MISSING = "missing"
    STANDIN = "standin"
    """Made without a model; a model's may replace it."""
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSummary:
    """Why a page has no summary by a model, where one was wanted now."""

    reason: str
    is_asked: bool = False
    """Whether a model was asked for it in vain; else it is a matter of the page alone."""
    wait: float | None = None
    """Seconds after which the model wants to be asked again, when it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPoint:
    """One line of a summary, and where it came from."""

    text: str
    turns: tuple[str, ...] = ()
    """Keys of turns of the page; empty when the model named none."""
    is_pinned: bool = False
    """Whether it is what somebody said, word for word, because a person pinned it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntity:
    """Something with a name, and the turns of the page that speak of it."""

    text: str
    turns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A closed run of turns: arrival numbers `first_seq` to `last_seq` of one conversation."""

    id: str
    conversation: str
    first_seq: int
    last_seq: int
    first_turn: str
    """Key of the first turn."""
    last_turn: str
    turns: int
    tokens: int
    content_hash: str
    """Changes when a turn inside is revised; the id does not."""
    first_at: datetime | None
    last_at: datetime | None
    closed_at: datetime
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    label: str = ""
    summary: str = ""
    summary_by: str = ""
    """The model that wrote the summary."""
    summary_state: SummaryState = SummaryState.MISSING
    summary_hash: str = ""
    """The content hash that the summary was made from."""
    summary_prompt: str = ""
    """Version of the prompts it was asked for with; empty when that was not kept."""
    summary_order: int = 0
    """The order that it answers; one that was given earlier does not replace it."""
    summary_points: tuple[SummaryPoint, ...] = ()
    """The summary line by line."""
    summary_entities: tuple[PageEntity, ...] = ()
