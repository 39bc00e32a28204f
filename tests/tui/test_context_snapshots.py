"""What the eye should see of the context, in two pictures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from doubles import FakeClock
from minutebook.config import load
from minutebook.context.room import Context
from minutebook.domain.context import Budget, Layer, LayerSize, PromptSizes
from minutebook.tui.app import Workbench
from minutebook.tui.screens.page_map import PageMapScreen
from minutebook.tui.widgets.page_grid import PageGrid
from tui.cells import cells_of
from tui.conftest import Bench
from tui.test_chatting import begin
from tui.test_making_room import short_prompts

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


async def _fixed(self: Context, conversation: str) -> PromptSizes:
    """Return sizes that follow from no prompt of ours."""
    tokens = (1_204, 3_010, 8_400, 21_500, 1_900, 612)
    layers = tuple(LayerSize(layer=layer, tokens=n) for layer, n in zip(Layer, tokens, strict=True))
    budget = Budget(window=53_192, reserve=8_192)
    return PromptSizes(model="offline", budget=budget, layers=layers, revision=3)


def test_the_view_of_the_context(
    home: Home, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Layers are bars against one budget, and every number has its place."""
    monkeypatch.setattr(Context, "show", _fixed)
    app = _workbench(home, "minutebook-dark")

    async def run(pilot: Pilot[None]) -> None:
        bench = Bench(app=app, pilot=pilot)
        await bench.until(lambda: app.engine is not None, "the engine")
        await bench.leave_welcome()
        await begin(bench)
        await app.bench.action_show_view("context")
        await bench.shows("no call is on the ledger yet")
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
        await bench.shows("Jobs none")
        await bench.until(lambda: app.bench.title_line.shown.right[0].text != "", "the model")
        await bench.shows("enter go")
        await app.push_screen(PageMapScreen("Pages of this conversation", cells_of(90), app.clock))
        grid = app.screen.query_one(PageGrid)
        await bench.until(lambda: grid.columns > 1, "the cells are laid out")
        await pilot.press("up", "left")
        await bench.shows("Page number 63")

    assert snap_compare(app, terminal_size=(100, 30), run_before=run)
