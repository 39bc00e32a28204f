"""What is watched: files and folders whose logs are read as they grow, and how each is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """How what lies in a watched folder is read. What is empty goes by the settings for all."""

    include: tuple[str, ...] = ()
    """Globs of the files that are read, relative to the folder; those for all count no more."""
    exclude: tuple[str, ...] = ()
    """Globs of what is left out, beside those for all."""
    zone: str = ""
    """IANA name of the time zone of logs that name none."""
    format: str = ""
    """Name of the format of all files; empty to go by their content."""
    title: str = ""
    """What conversations are called, with placeholders; empty for the title of their log."""
    scribe: bool = True
    """Whether documents are told what comes in."""


DEFAULTS = FolderSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """What is to be different about a watched folder; None leaves a setting as it is."""

    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    zone: str | None = None
    format: str | None = None
    title: str | None = None
    scribe: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be different."""
        return self == SettingsChange()

    def of(self, before: FolderSettings) -> FolderSettings:
        """Return settings with the change in them."""
        return FolderSettings(
            include=before.include if self.include is None else self.include,
            exclude=before.exclude if self.exclude is None else self.exclude,
            zone=before.zone if self.zone is None else self.zone,
            format=before.format if self.format is None else self.format,
            title=before.title if self.title is None else self.title,
            scribe=before.scribe if self.scribe is None else self.scribe,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPath:
    """A file or folder that is watched."""

    path: str
    """Absolute."""
    added_at: datetime
    settings: FolderSettings = field(default=DEFAULTS)
