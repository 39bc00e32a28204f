"""The archive in the lower bar: what waits for its review, what leaves, and how it comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from conversing import converse, exchanges, say
from doubles import FakeClock
from minutebook.config import load
from minutebook.domain.archive import FlushReport, FlushWatch
from minutebook.engine import open_engine
from minutebook.paths import Home
from minutebook.store.database import Database
from tui.conftest import Bench, Opens

_AGE = timedelta(days=900)


async def fill(home: Home, clock: FakeClock) -> None:
    """Have a conversation of long ago, and let its pages wait for their review."""
    home.ensure()
    database = await Database.open(home.database)
    before = clock() - _AGE
    id_ = await database.write(lambda tx: converse(tx, "long ago", before))
    await database.write(lambda tx: say(tx, id_, exchanges(6), before, page_tokens=120))
    await database.close()
    settings = load(home, {"archive.enabled": True})
    async with open_engine(home, settings, clock=clock) as engine:
        await engine.archive.maintenance.run()
        await engine.do_what_can_be_done()


@pytest.fixture
def record(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Return a home whose pages wait."""
    monkeypatch.setenv("MINUTEBOOK_ARCHIVE__ENABLED", "true")
    clock = FakeClock()
    from datetime import UTC, datetime

    clock.now = datetime.now(UTC)
    asyncio.run(fill(home, clock))


async def show(bench: Bench) -> None:
    """Open the view."""
    await bench.app.bench.action_show_view("archive")
    await bench.shows("to review")


async def test_from_the_review_to_the_archive_and_back(workbench: Opens, record: None) -> None:
    """Pages are kept, pinned, archived; what leaves is told, proven, on the ledger, and returns."""
    async with workbench(size=(100, 30)) as bench:
        await show(bench)
        await bench.shows(" of 0.25")
        rows = bench.app.bench.drawer_rows
        assert rows > 3
        await bench.pilot.press("enter")
        await bench.shows("if nobody needs it")
        await bench.pilot.press("y")
        await bench.until(lambda: bench.app.bench.drawer_rows == rows - 1, "one is kept")
        await bench.pilot.press("g", "p")
        await bench.until(lambda: bench.app.bench.drawer_rows == rows - 2, "one is pinned")
        await bench.pilot.press("g", "a")
        await bench.shows("leaves with the next flush")
        await bench.pilot.press("A")
        await bench.shows(f"Archive all {rows - 2} pages that wait?")
        await bench.pilot.press("y")
        await bench.shows(f"{rows - 2} pages: leaves")
        await bench.pilot.press("f")
        await bench.shows("archived in")
        await bench.shows(f"{rows - 2} archived")
        await bench.pilot.press("v")
        await bench.shows("all is what was written")
        await bench.pilot.press("L")
        await bench.shows("to review → archived")
        await bench.pilot.press("escape", "b")
        await bench.shows("Bring back")
        await bench.shows(f"All {rows - 2} pages")
        await bench.pilot.press("enter")
        await bench.shows("0 archived")


async def test_archiving_is_watched_and_stopped(
    workbench: Opens, record: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its progress is told; x ends it between two files, and nothing waits for it."""
    async with workbench(size=(80, 24)) as bench:
        engine = bench.app.engine
        assert engine is not None

        async def flush(watch: FlushWatch) -> FlushReport:
            while not watch.is_over(FlushReport(pages=7)):
                await asyncio.sleep(0.01)
            return FlushReport(pages=7, turns=20)

        monkeypatch.setattr(engine.archive, "flush", flush)
        await show(bench)
        await bench.pilot.press("f")
        await bench.shows("7 pages so far · x stops it")
        await bench.pilot.press("f")
        await bench.until(
            lambda: "at work" in str(bench.app.bench.bar.shown), "one thing at a time"
        )
        await bench.pilot.press("x")
        await bench.shows("the rest waits for the next flush")
        await bench.pilot.press("m")
        await bench.shows("decay  waiting")


async def test_pages_that_stay(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pages do not leave by themselves, it is said, and how to let them."""
    monkeypatch.setenv("MINUTEBOOK_ARCHIVE__ENABLED", "false")
    async with workbench(size=(60, 20)) as bench:
        await bench.leave_welcome()
        await show(bench)
        for size in ((60, 20), (40, 12)):
            await bench.pilot.resize_terminal(*size)
            await bench.shows("Pages do not leave by themselves")
            await bench.shows("enabled = true lets them")
            for key in ("F1", "v verify", "L ledger", "m maint"):
                await bench.shows(key)
        await bench.pilot.press("f1")
        await bench.shows("f1 Help")
        await bench.pilot.press("escape")
        await bench.pilot.press("s")
        await bench.shows("F5 run")
