"""What the eye should see of the context, in two pictures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from doubles import FakeClock
from minutebook.config import load
from minutebook.tui.app import Workbench
from minutebook.tui.screens.page_map import PageMapScreen
from tui.cells import cells_of
from tui.conftest import Bench
from tui.test_making_room import engine_of, filled, short_prompts

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from minutebook.paths import Home

    Compare = Callable[..., bool]

__all__ = ["short_prompts"]


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let times be the same everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def _workbench(home: Home, theme: str) -> Workbench:
    app = Workbench(home, load(home, {"ui.theme": theme}), clock=FakeClock())
    app.animation_level = "none"
    return app


def test_the_view_of_the_context(home: Home, snap_compare: Compare) -> None:
    """Layers are bars against one budget, and every number has its place."""
    app = _workbench(home, "minutebook-dark")

    async def run(pilot: Pilot[None]) -> None:
        bench = Bench(app=app, pilot=pilot)
        await bench.until(lambda: app.engine is not None, "the engine")
        id_ = await filled(bench)
        await engine_of(bench).context.compact(id_)
        await engine_of(bench).pool.drain()
        await app.bench.action_show_view("context")
        await bench.shows("no call is on the ledger yet")
        await bench.until(lambda: bool(app.bench.document.text.blocks), "the document")
        app.bench.bar.say("", stays=True)
        await bench.shows("Jobs none")

    assert snap_compare(app, terminal_size=(80, 24), run_before=run)


def test_the_map_of_pages(home: Home, snap_compare: Compare) -> None:
    """Every page is a cell, and what the cursor is on is told below."""
    app = _workbench(home, "minutebook-light")

    async def run(pilot: Pilot[None]) -> None:
        bench = Bench(app=app, pilot=pilot)
        await bench.until(lambda: app.engine is not None, "the engine")
        await bench.leave_welcome()
        await app.push_screen(PageMapScreen("Pages of this conversation", cells_of(90), app.clock))
        await bench.shows("pg_")
        await pilot.press("up", "left")
        await bench.shows("Page number")

    assert snap_compare(app, terminal_size=(100, 30), run_before=run)
