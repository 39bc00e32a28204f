"""The engine as one task of the app's loop.

It is opened behind the first frame: its rooms are imported in a thread, so that nothing of them
delays what a person sees first. What a person asks for meanwhile waits for it in `engine`.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.heap import set_start_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minutebook.clock import Clock
    from minutebook.config import Settings
    from minutebook.engine import Engine
    from minutebook.paths import Home
    from minutebook.tui.bridge import Bridge


class EngineRoom:
    """Opens the engine, keeps it running, and closes it."""

    def __init__(
        self, home: Home, settings: Settings, paths: Sequence[Path], *, clock: Clock
    ) -> None:
        self._home = home
        self._settings = settings
        self._clock = clock
        self._paths = tuple(paths)
        self._engine: Engine | None = None
        self._is_open = asyncio.Event()
        self._closing = asyncio.Event()

    async def engine(self) -> Engine:
        """Wait for the engine, and return it."""
        await self._is_open.wait()
        assert self._engine is not None  # noqa: S101 - set before the event
        return self._engine

    async def run(self, bridge: Bridge, opened: Callable[[Engine], None]) -> None:
        """Run the engine until told to close. Raises ConfigError and StoreError."""
        await asyncio.to_thread(_load)
        if self._closing.is_set():
            return
        from minutebook.engine import open_engine

        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(
                open_engine(self._home, self._settings, clock=self._clock)
            )
            subscription = stack.enter_context(engine.bus.subscribe())
            carrying = asyncio.create_task(bridge.carry(subscription), name="bridge")
            stack.callback(carrying.cancel)
            # First the screen, then the work: the record is there to be read straight away.
            opened(engine)
            self._engine = engine
            self._is_open.set()
            set_start_apart()
            await stack.enter_async_context(engine.background(self._paths))
            stack.callback(engine.pool.abort)  # what runs is handed back, and goes on next time
            await self._closing.wait()

    def close(self) -> None:
        """Let `run` end."""
        self._closing.set()


def _load() -> None:
    """Import the rooms."""
    import minutebook.engine  # noqa: F401
