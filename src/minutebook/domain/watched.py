"""What is watched: files and folders whose logs are read as they grow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPath:
    """A file or folder that is watched."""

    path: str
    """Absolute."""
    added_at: datetime
