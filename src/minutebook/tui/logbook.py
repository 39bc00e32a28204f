"""What the workbench writes about its own running: a file in the home, and the last lines at hand.

The log view shows the same lines. Text in them may come from anywhere; it is one line, harmless.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import UTC, datetime
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


class Logbook(logging.Handler):
    """Remembers the last lines, and keeps them in a file as soon as there is a place for it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[tuple[datetime, int, str]] = deque(maxlen=_REMEMBERED)
        """When, how grave (as `logging` counts), and what."""
        self._file: RotatingFileHandler | None = None
        self._early: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        at = datetime.fromtimestamp(record.created, UTC)
        self.lines.append((at, record.levelno, terminal_safe(record.getMessage())))
        if self._file is not None:
            self._file.emit(record)
        else:
            self._early.append(record)

    def keep_in(self, folder: Path) -> Path:
        """Write to a file in this folder from now on; return it. Raises ConfigError, OSError."""
        from logging.handlers import RotatingFileHandler

        from minutebook.paths import ensure_private

        path = folder / _FILE
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
        logging.getLogger(_LOGGER).removeHandler(self)
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()


class _SafeFormatter(logging.Formatter):
    """A log is read with `cat` and `less`: nothing in it reaches a terminal as a command."""

    def format(self, record: logging.LogRecord) -> str:
        return terminal_safe(super().format(record))
