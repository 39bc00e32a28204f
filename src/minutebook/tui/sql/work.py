"""One thing at a time with the console's process: begun, watched, stopped.

To stop is to cancel the task that waits: the console then interrupts its process, and kills it if
that does not help; to stop once more kills it at once. A process that ended is replaced before it
is asked again, and that is told.
"""

from __future__ import annotations

import asyncio
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from minutebook.errors import QueryError
from minutebook.tui.guard import run_guarded
from minutebook.tui.widgets.inked import Ink

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.screen import Screen
    from textual.timer import Timer
    from textual.worker import Worker

    from minutebook.engine import Engine

    Say = Callable[[str, Ink], None]

_TICK = 0.1


class Work:
    """What is under way."""

    def __init__(self, owner: Screen[Any], engine: Engine, say: Say) -> None:
        self._owner = owner
        self._console = engine.console
        self._say = say
        self._worker: Worker[Any] | None = None
        self._ticking: Timer | None = None
        self._word = ""
        self._begun = 0.0
        self.count = 0
        """What was done so far, if that is told."""

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self._worker is not None

    @property
    def seconds(self) -> float:
        """For how long it has been."""
        return monotonic() - self._begun

    def start(self, word: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do something that asks the console; what it raises is for the app to tell."""
        if self.is_busy:
            self._say("Something runs already; esc stops it.", Ink.WARNING)
            return
        self._word, self._begun, self.count = word, monotonic(), 0
        if self._ticking is None:
            self._ticking = self._owner.set_interval(_TICK, self._tick)
        self._ticking.resume()
        self._worker = run_guarded(self._owner, partial(self._do, work), "sql")
        self._tick()

    def stop(self) -> None:
        """Have it end; the second time at once."""
        if self._worker is not None:
            self._word = "Stopping"
            self._tick()
            self._worker.cancel()

    def hear(self, count: int) -> None:
        """Take note of how many rows were done."""
        self.count = count

    async def _do(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            self._end()
            self._say("Stopped", Ink.WARNING)
            raise
        finally:
            self._end()
            if self._owner.is_attached and not self._console.is_warm:
                run_guarded(self._owner, self._revive, "sql process")

    def _end(self) -> None:
        self._worker = None
        if self._ticking is not None:
            self._ticking.pause()

    async def _revive(self) -> None:
        """Have a new process in the place of one that ended."""
        self._say("Its process has ended; a new one starts …", Ink.WARNING)
        try:
            await self._console.confinement()
        except QueryError as error:
            self._say(error.message, Ink.ERROR)
            return
        if not self.is_busy:
            self._say("Its process had ended; a new one is ready", Ink.WARNING)

    def _tick(self) -> None:
        done = self._console.progress
        share = f" · {done:.0%}".replace("%", " %") if 0 < done <= 1 else ""
        rows = f" · {self.count:,} rows" if self.count else ""
        self._say(f"{self._word} {self.seconds:.1f} s{share}{rows} · esc stops it", Ink.ACCENT)
