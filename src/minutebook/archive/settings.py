"""What the room goes by, and what it works with: handed in once, by the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from minutebook.clock import Clock
from minutebook.config import Settings
from minutebook.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """When pages leave, and how they are written."""

    is_enabled: bool = True
    """Whether pages leave by themselves."""
    threshold: float = 0.25
    keep: timedelta = timedelta()
    """For how long a page stays after it came in or was brought back, whatever it is worth."""
    grace: timedelta = timedelta(days=14)
    """For how long a page waits for its review."""
    every: timedelta = timedelta(hours=24)
    """How often the house is kept."""
    chunk_tokens: int = 4_000_000
    """Of the pages that are written into one file: bounds the memory of a flush."""
    small_bytes: int = 16 * 1024 * 1024
    """Files below this are put together when a month has several."""
    linger: timedelta = timedelta(hours=1)
    """For how long a file that was replaced is kept for those who still read it."""

    @classmethod
    def of(cls, settings: Settings) -> ArchiveSettings:
        """Return what the settings say."""
        said = settings.archive
        return cls(
            is_enabled=said.enabled,
            threshold=said.threshold,
            keep=timedelta(days=said.keep_days),
            grace=timedelta(days=said.grace_days),
            every=timedelta(hours=said.maintenance_hours),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the room works with."""

    database: Database
    folder: Path
    clock: Clock
    settings: ArchiveSettings
    owner: str
    is_gone: Callable[[str], bool]
    """Says whether an owner is known to be gone."""
