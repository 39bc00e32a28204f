"""What a command writes about its own running: errors nobody foresaw, in a file of the home.

stderr is for people, and in JSON for machines; a traceback is for neither. Text from logs may stand
in it, so it is made harmless: it will be read with `cat`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from minutebook.domain.display import terminal_safe
from minutebook.paths import Home, ensure_private

_FILE = "engine.log"
_BYTES = 1_000_000
_OLD_FILES = 2
_LOGGER = "minutebook"


@contextmanager
def keep_log(home: Home) -> Iterator[None]:
    """Write what is logged to a file until the block ends; it is made when there is something."""
    handler = _Private(
        home.logs / _FILE, maxBytes=_BYTES, backupCount=_OLD_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Safe("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger(_LOGGER)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        with suppress(OSError):
            handler.close()


class _Private(RotatingFileHandler):
    """A log file for its owner alone."""

    def _open(self) -> TextIOWrapper:
        ensure_private(Path(self.baseFilename))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Do without the line when it cannot be written: on a full disk, that is told as it is."""


class _Safe(logging.Formatter):
    """Lets nothing reach a terminal as a command."""

    def format(self, record: logging.LogRecord) -> str:
        return terminal_safe(super().format(record))
