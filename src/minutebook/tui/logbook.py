"""What the workbench writes about its own running: a file in the home, and the last lines at hand.

The log view shows the same lines. Text in them may come from anywhere; it is one line, harmless.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from minutebook.domain.display import terminal_safe

if TYPE_CHECKING:
    from logging.handlers import RotatingFileHandler
    from pathlib import Path

_FILE = "workbench.log"
_BYTES = 1_000_000
_OLD_FILES = 2
_REMEMBERED = 500
_LOGGER = "minutebook"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line of the log."""

    number: int
    """Counts up; a line that takes the place of another has a number of its own."""
    at: datetime
    gravity: int
    """As `logging` counts."""
    text: str


class Logbook(logging.Handler):
    """Remembers the last lines, and keeps them in a file as soon as there is a place for it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.entries: deque[LogEntry] = deque(maxlen=_REMEMBERED)
        """The last lines, the newest at the end."""
        self._numbers = count()
        self._file: RotatingFileHandler | None = None
        self._early: list[logging.LogRecord] = []
        self._has_ended = False

    @property
    def lines(self) -> list[tuple[datetime, int, str]]:
        """When, how grave, and what."""
        return [(entry.at, entry.gravity, entry.text) for entry in self.entries]

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        self._add(datetime.fromtimestamp(record.created, UTC), record.levelno, record.getMessage())
        if self._file is not None:
            self._file.emit(record)
        else:
            self._early.append(record)

    def replace(self, old: LogEntry | None, at: datetime, text: str) -> LogEntry:
        """Add a line that says more than an old one, which goes. It is at hand, in no file."""
        if old is not None and old in self.entries:
            self.entries.remove(old)
        return self._add(at, logging.INFO, text)

    def _add(self, at: datetime, gravity: int, text: str) -> LogEntry:
        number = next(self._numbers)
        entry = LogEntry(number=number, at=at, gravity=gravity, text=terminal_safe(text))
        self.entries.append(entry)
        return entry

    def keep_in(self, folder: Path) -> Path:
        """Write to a file in this folder from now on, unless it is closed; return the file.

        Raises ConfigError, OSError.
        """
        from logging.handlers import RotatingFileHandler

        from minutebook.paths import ensure_private

        path = folder / _FILE
        if self._has_ended:
            return path
        ensure_private(path)
        handler = RotatingFileHandler(
            path, maxBytes=_BYTES, backupCount=_OLD_FILES, encoding="utf-8", errors="replace"
        )
        handler.setFormatter(_SafeFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._file, early, self._early = handler, self._early, []
        for record in early:
            handler.emit(record)
        return path

    def open(self) -> None:
        """Listen to everything of ours."""
        logger = logging.getLogger(_LOGGER)
        logger.addHandler(self)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)

    def close(self) -> None:
        """Stop listening."""
        self._has_ended = True
        logging.getLogger(_LOGGER).removeHandler(self)
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()


class _SafeFormatter(logging.Formatter):
    """A log is read with `cat` and `less`: nothing in it reaches a terminal as a command."""

    def format(self, record: logging.LogRecord) -> str:
        return terminal_safe(super().format(record))
