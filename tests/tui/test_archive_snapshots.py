"""What the eye should see of the SQL console and of the archive, in two pictures."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from doubles import FakeClock
from minutebook.config import load
from minutebook.tui.app import Workbench
from minutebook.tui.screens.sql import SqlScreen
from minutebook.tui.sql.work import Work
from minutebook.tui.widgets import archive_views
from tui.answering import Answer, answering
from tui.conftest import Bench
from tui.test_archive_view import fill

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from minutebook.paths import Home

    Compare = Callable[..., bool]

_SQL = """-- How much was said, by month
SELECT month, label, count(*) AS turns, sum(tokens) AS tokens
FROM turns WHERE role <> 'tool' AND tokens > 10
GROUP BY ALL ORDER BY month"""


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let times and sizes be the same everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()

    def size(database: Path) -> int:
        return 1_234_567

    monkeypatch.setattr(archive_views, "_size", size)
    monkeypatch.setattr(Work, "seconds", 0.12)


def _workbench(home: Home, theme: str) -> Workbench:
    settings = load(home, {"ui.theme": theme, "archive.enabled": True})
    app = Workbench(home, settings, clock=FakeClock())
    app.animation_level = "none"
    return app


def test_the_sql_console(home: Home, snap_compare: Compare) -> None:
    """The query in its colours, the tables beside it, rows with numbers on the right."""
    app = _workbench(home, "minutebook-dark")
    columns = {"month": "INTEGER", "label": "VARCHAR", "turns": "BIGINT", "tokens": "HUGEINT"}
    labels = ("The ferry", None, "[b]Lamp oil[/b] and rope", "Parsnips under the old door")
    rows = [[at, label, 3 * 7**at, 90 * 8**at] for at, label in enumerate(labels, 1)]

    async def run(pilot: Pilot[None]) -> None:
        bench = Bench(app=app, pilot=pilot)
        await bench.until(lambda: app.engine is not None, "the engine")
        await bench.leave_welcome()
        await bench.shows("Jobs none")
        answering(app.engine).answers = [Answer(columns, [rows])]
        app.action_sql()
        await bench.shows("F5 runs it")
        screen = app.screen
        assert isinstance(screen, SqlScreen)
        await bench.shows("verbatim")
        screen.editor.fill(_SQL)
        await pilot.press("f5")
        await bench.shows("4 rows in 0.12 s")
        await pilot.press("tab", "right")
        await bench.shows("label VARCHAR")

    assert snap_compare(app, terminal_size=(130, 30), run_before=run)


def test_the_view_of_the_archive(home: Home, snap_compare: Compare) -> None:
    """What is where, what waits and why, and what comes next."""
    asyncio.run(fill(home, FakeClock()))
    app = _workbench(home, "minutebook-light")

    async def run(pilot: Pilot[None]) -> None:
        bench = Bench(app=app, pilot=pilot)
        await bench.until(lambda: app.engine is not None, "the engine")
        await app.bench.action_show_view("archive")
        await bench.shows(" of 0.25")
        await bench.shows("Next: ")
        await bench.until(lambda: bool(app.bench.document.text.blocks), "the document")
        app.bench.bar.say("", stays=True)

    assert snap_compare(app, terminal_size=(100, 30), run_before=run)
