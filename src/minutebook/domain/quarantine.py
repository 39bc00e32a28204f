"""Quarantine: input that could not be read, kept with its place and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One piece of input that could not be read."""

    place: str
    """Where it stands in the file, for people: `line 12`, `item 3`, `bytes 0-4096`."""
    reason: str
    excerpt: str = ""
    """The beginning of what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineItem:
    """A rejected piece as the store keeps it."""

    id: int
    path: str
    place: str
    reason: str
    excerpt: str
    at: datetime
