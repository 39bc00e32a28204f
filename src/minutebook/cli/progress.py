"""The one line of a terminal that says how far the work is; it is written over until it goes.

Whatever else is said clears it first, so that it never stands between lines that stay.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress

from minutebook.wording import plural

_CLEARED = "\r\x1b[K"


class ProgressLine:
    """A line at the end of stderr, where that is a terminal that can write over a line."""

    def __init__(self) -> None:
        is_terminal = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.is_possible = is_terminal
        self._shown = ""

    def show(self, text: str) -> None:
        """Write a line over the last one. It is cut, for a second line could not be taken back."""
        width = shutil.get_terminal_size().columns - 1
        if self.is_possible and text != self._shown:
            self._shown = text
            _write(f"{_CLEARED}{text[:width]}")

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._shown = ""
            _write(_CLEARED)


def so_far(turns: int, pages: int, documents: int, left: int) -> str:
    """Return what a progress line says."""
    parts = (
        f"{plural(turns, 'turn')} read",
        f"{plural(pages, 'page')} summarised",
        f"{plural(documents, 'document')} told",
        f"{plural(left, 'job')} left",
    )
    return " · ".join(parts)


def _write(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
