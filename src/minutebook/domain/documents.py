"""Scribe documents: the living text of a conversation and every version of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ScribeState(StrEnum):
    """Whether a document follows its conversation."""

    LIVE = "live"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The head of a document."""

    id: str
    conversation: str
    title: str
    slug: str
    state: ScribeState
    revision: int
    """Number of the newest revision; 0 before the first."""
    content: str
    """Markdown."""
    covered_seq: int
    """The last turn, by order of arrival, that the document tells."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The turns a revision tells: a run by order of arrival. No turns when `turns` is 0."""

    first_seq: int = 0
    last_seq: int = 0
    first_turn: str = ""
    """Key of the first turn."""
    last_turn: str = ""
    turns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version of a document."""

    document: str
    number: int
    author: str
    """`offline`, another model's name, or `person`."""
    base: int
    """The revision the author saw."""
    covers: Coverage
    patch: str
    """The section operations, as JSON."""
    cause: str
    """What set it off: a turn, a page, a command."""
    correlation: str
    at: datetime
    cost_usd: float | None = None
    """None when nothing was paid."""
