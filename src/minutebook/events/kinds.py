"""What kinds of events there are: the bus treats each kind in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from minutebook.clock import system_clock


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
