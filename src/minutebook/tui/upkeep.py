"""Bring something on the screen up to date: never twice at once, not too often, never forgotten.

What changes while the work runs is picked up by running it once more, so a burst of a thousand
changes costs two or three readings and the last of them is always seen.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any

from minutebook.tui.guard import run_guarded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.dom import DOMNode
    from textual.worker import Worker


class Upkeep:
    """One piece of work that can be asked for at any time."""

    def __init__(
        self, owner: DOMNode, name: str, work: Callable[[], Awaitable[None]], *, pace: float = 0.0
    ) -> None:
        self._owner = owner
        self._name = name
        self._work = work
        self._pace = pace
        """Seconds between the beginnings of two runs, at least."""
        self._wanted = False
        self._running = False
        self._next = 0.0
        self._worker: Worker[Any] | None = None

    def ask(self) -> None:
        """See to it that the work runs, or runs again, after this moment."""
        self._wanted = True
        if not self._running:
            self._running = True
            self._worker = run_guarded(self._owner, self._run, self._name)

    async def _run(self) -> None:
        try:
            while self._wanted:
                if (wait := self._next - monotonic()) > 0:
                    await asyncio.sleep(wait)
                self._wanted = False
                self._next = monotonic() + self._pace
                await self._work()
        finally:
            self._running = False

    async def done(self) -> None:
        """Wait until nothing is left to do."""
        if self._worker is not None and not self._worker.is_finished:
            await self._worker.wait()
