"""What the garbage collector is spared."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from minutebook.heap import set_start_apart

if TYPE_CHECKING:
    from tui.conftest import Opens


async def test_start_is_set_apart_once(workbench: Opens) -> None:
    """The collector goes on, without what the start has left; what comes is not added to it."""
    async with workbench() as bench:
        await bench.until(lambda: gc.get_freeze_count() > 0, "the start is set apart")
        spared = gc.get_freeze_count()
        kept = [[number] for number in range(1_000)]
        set_start_apart()
        assert gc.get_freeze_count() <= spared
        assert gc.isenabled()
        assert gc.is_tracked(kept)
