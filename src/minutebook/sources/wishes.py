"""How a file is to be read: as was asked for, else as its folder says, else as all are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from minutebook.config import resolve_zone
from minutebook.config.zone import is_zone, nearest_zone
from minutebook.domain.watched import DEFAULTS, FolderSettings
from minutebook.errors import UsageError
from minutebook.record.recorder import RecordPolicy
from minutebook.sources import titles
from minutebook.sources.choice import Choice
from minutebook.sources.containers import Filter
from minutebook.sources.disguise import PLAIN, Disguise
from minutebook.sources.registry import Detection
from minutebook.sources.source import ReadingOptions, Source
from minutebook.store.sources import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How logs are read."""

    reading: ReadingOptions
    policy: RecordPolicy
    filter: Filter = field(default_factory=Filter)
    quiet: timedelta = timedelta(seconds=1)
    """A watched file that has changed within this time may still be written to."""
    disguise: Disguise = PLAIN
    """What of a log the record is told."""
    is_itemised: bool = False
    """Whether reports say what came to each conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a file is to be read, and for how long."""

    file: Path
    live: bool
    is_wanted: Callable[[], bool]
    asked: Choice
    own: FolderSettings = DEFAULTS
    """What the watched folder of the file says."""

    @property
    def choice(self) -> Choice:
        """What is wanted, with what the folder says beside it."""
        asked, own = self.asked, self.own
        return replace(asked, format=asked.format or own.format, title=asked.title or own.title)

    def options(self, general: ReadingOptions) -> ReadingOptions:
        """Return what the log does not say about itself."""
        zone = self.asked.zone or self.own.zone
        return replace(general, zone=resolve_zone(zone)) if zone else general


def begun(
    source: Source, detection: Detection, state: SourceState | None, mark: str
) -> SourceState:
    """Return the state with which a reading begins; another format begins anew."""
    name = detection.format.name
    is_known = state is not None and state.format == name
    return SourceState(
        place=source.place,
        format=name,
        size=source.size,
        modified_at=source.modified_at,
        fingerprint=mark,
        resume=state.resume if state is not None and is_known else "",
    )


def check_zone(name: str) -> None:
    """Raise UsageError, with the nearest name, when there is no such time zone; none is right."""
    if name and not is_zone(name):
        nearest = nearest_zone(name)
        meant = f"Did you mean {nearest!r}?" if nearest else "Such as 'Europe/Berlin'."
        raise UsageError(f"There is no time zone {name!r}.", hint=meant)


def check_title(pattern: str) -> None:
    """Raise UsageError, with the nearest placeholder, when a title pattern makes no sense."""
    if pattern and (fault := titles.fault_of(pattern)):
        raise UsageError(f"The title pattern {pattern!r} {fault}")
