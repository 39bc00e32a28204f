"""What the eye should see, in five pictures; everything else is asserted on data.

The clock stands still, nothing is animated, no cursor blinks, and no path of a machine is shown:
the record is imported beforehand and nothing is watched.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from doubles import FakeClock
from minutebook.config import load
from minutebook.engine import open_engine
from minutebook.tui.app import Workbench
from tui.conftest import Bench, whatsapp

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from minutebook.paths import Home

Compare = Callable[..., bool]

HARBOUR = (
    ("Ada", "The ferry to Winterbottom leaves on the 4th at 07:40, not at six."),
    ("Kit", "Then the table on the wall is wrong again."),
    ("Ada", "The wall is fifty minutes early. It always was."),
    ("Kit", "I bring three kilos of lamp oil, the rope, and *no* crampons."),
    ("Ines", "Crampons are with Olu. One spare pair for whoever laughed."),
)
GARDEN = (
    ("Rolf", "Parsnips take three weeks to show."),
    ("Ines", "So does patience. Sow them under the old door."),
)


async def _import(home: Home, folder: Path) -> None:
    async with open_engine(home, load(home)) as engine:
        async for report in engine.importer.import_paths([folder]):
            assert report.turns_new
        await engine.do_what_can_be_done()


@pytest.fixture
def record(home: Home, logs: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a home that holds two conversations and their documents."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    (logs / "WhatsApp Chat with Harbour.txt").write_text(whatsapp(*HARBOUR))
    (logs / "WhatsApp Chat with Garden.txt").write_text(whatsapp(*GARDEN, day=11))
    asyncio.run(_import(home, logs))
    return home


def _workbench(home: Home, theme: str = "minutebook-dark") -> Workbench:
    app = Workbench(home, load(home, {"ui.theme": theme}), clock=FakeClock())
    app.animation_level = "none"
    return app


def _when(app: Workbench, text: str, *keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what presses keys once the record is open, and waits for a text."""

    async def run(pilot: Pilot[None]) -> None:
        bench = Bench(app=app, pilot=pilot)
        await bench.until(lambda: app.engine is not None, "the engine")
        if text:
            await bench.until(lambda: bool(app.bench.document.text.blocks), "the document")
            await bench.shows("Jobs none")
        for key in keys:
            await pilot.press(key)
        await bench.shows(text)

    return run


def test_three_panes_in_the_dark(record: Home, snap_compare: Compare) -> None:
    """List, transcript and document stand side by side; only shade parts them."""
    app = _workbench(record)
    run = _when(app, "One spare pair")
    assert snap_compare(app, terminal_size=(140, 40), run_before=run)


def test_three_panes_in_the_light(record: Home, snap_compare: Compare) -> None:
    """The same on paper, with the keys in the document."""
    app = _workbench(record, "minutebook-light")
    run = _when(app, "One spare pair", "f4")
    assert snap_compare(app, terminal_size=(140, 40), run_before=run)


def test_one_pane_when_narrow(record: Home, snap_compare: Compare) -> None:
    """At 80×24 the chat has the whole width."""
    app = _workbench(record)
    run = _when(app, "One spare pair", "f3")
    assert snap_compare(app, terminal_size=(80, 24), run_before=run)


def test_search_over_the_workbench(record: Home, snap_compare: Compare) -> None:
    """Hits are accented, each between its neighbours; the workbench is dimmed behind."""
    app = _workbench(record)
    run = _when(app, "2 turns, enter", "ctrl+f", *"crampons")
    assert snap_compare(app, terminal_size=(100, 30), run_before=run)


def test_first_start(home: Home, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """One calm screen with its choices in the middle."""
    from minutebook.tui.screens import welcome

    monkeypatch.setattr(welcome, "find_samples", lambda: Path("samples"))
    app = _workbench(home)
    run = _when_empty(app)
    assert snap_compare(app, terminal_size=(100, 30), run_before=run)


def _when_empty(app: Workbench) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what waits for the first screen."""

    async def run(pilot: Pilot[None]) -> None:
        await Bench(app=app, pilot=pilot).shows("Start talking")

    return run
