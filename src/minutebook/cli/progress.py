"""The one line of a terminal that says how far the work is; it is written over until it goes.

Whatever else is said clears it first, so that it never stands between lines that stay. Where stderr
is no terminal, a line that stays says it now and then, for whoever reads the log of a long run.
"""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import PurePath

from minutebook.domain.display import one_line
from minutebook.domain.progress import Standing
from minutebook.wording import plural

_CLEARED = "\r\x1b[K"
_PACE_SECONDS = 0.3
_SELDOM_SECONDS = 15.0


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


def of_reading(standing: Standing) -> str:
    """Return how far reading has come: what is done, at which pace, and how long the rest takes."""
    parts = [
        f"{standing.percent} %",
        f"{standing.files_done:,} of {plural(standing.files, 'file')}",
        plural(standing.turns_new, "new turn"),
    ]
    if standing.bytes_per_second is not None:
        parts.append(f"{standing.bytes_per_second / 1e6:.1f} MB/s")
    if standing.seconds_left is not None:
        parts.append(f"{lasting(standing.seconds_left)} left")
    if standing.place:
        parts.append(PurePath(standing.place).name)
    return one_line(" · ".join(parts))


def lasting(seconds: float) -> str:
    """Return a time that is an estimate, in words, and not more exact than it is."""
    if seconds < 60:
        return "less than a minute"
    if seconds < 3_600:
        return f"about {math.ceil(seconds / 60)} min"
    return f"about {seconds / 3_600:.1f} h"


@asynccontextmanager
async def shown(progress: Callable[[], Standing], line: ProgressLine) -> AsyncIterator[None]:
    """Show how far reading has come while the block runs."""
    telling = asyncio.create_task(_show(progress, line), name="progress")
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        line.clear()


async def _show(progress: Callable[[], Standing], line: ProgressLine) -> None:
    while True:
        await asyncio.sleep(_PACE_SECONDS if line.is_possible else _SELDOM_SECONDS)
        standing = progress()
        if standing.is_idle:
            line.clear()
        elif line.is_possible:
            line.show(of_reading(standing))
        else:
            _write(f"{of_reading(standing)}\n")


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
