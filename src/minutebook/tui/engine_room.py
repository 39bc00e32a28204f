"""The engine as one task of the app's loop.

It is opened behind the first frame: its rooms are imported in a thread, so that nothing of them
delays what a person sees first. Watching one more folder is a new opening on the same home, because
an engine is told its folders when its background begins; that takes a moment, and nothing is lost.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

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
        self.paths = list(paths)
        """What is watched; when nothing is named, what was watched before."""
        self.engine: Engine | None = None
        self._closing = False
        self._turn = asyncio.Event()
        """Set to make the engine close: for good, or to open anew."""

    async def run(self, bridge: Bridge, opened: Callable[[Engine], None]) -> None:
        """Run the engine until told to close. Raises ConfigError and StoreError."""
        await asyncio.to_thread(_load)
        while not self._closing:
            self._turn.clear()
            async with AsyncExitStack() as stack:
                await self._open(stack, bridge, opened)
                await self._turn.wait()

    async def _open(
        self, stack: AsyncExitStack, bridge: Bridge, opened: Callable[[Engine], None]
    ) -> None:
        from minutebook.engine import open_engine

        engine = await stack.enter_async_context(
            open_engine(self._home, self._settings, clock=self._clock)
        )
        subscription = stack.enter_context(engine.bus.subscribe())
        carrying = asyncio.create_task(bridge.carry(subscription), name="bridge")
        stack.callback(carrying.cancel)
        self.engine = engine
        # First the screen, then the work: the record is there to be read straight away.
        opened(engine)
        remembered = [Path(path) for path in await engine.library.watched()]
        self.paths = self.paths or remembered
        await stack.enter_async_context(engine.background(self.paths))
        stack.callback(self._leave, engine)

    def _leave(self, engine: Engine) -> None:
        """Hand back the jobs that run: they go on when the engine is next opened."""
        self.engine = None
        engine.pool.abort()

    def watch(self, path: Path) -> None:
        """Watch one more file or folder."""
        if path not in self.paths:
            self.paths.append(path)
        self._turn.set()

    def close(self) -> None:
        """Let `run` end."""
        self._closing = True
        self._turn.set()


def _load() -> None:
    """Import the rooms."""
    import minutebook.engine  # noqa: F401
