"""Summaries by a model, as the workbench shows them: with a server of batches, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from batching import MODEL, opened, quick, say_pages, settings
from minutebook.domain.batches import BatchState, OrderState
from minutebook.paths import Home
from servers.batch_values import Doing, Ending, Fate
from servers.batches import BatchServer, batch_server
from tui.conftest import Bench, Opens

_PAGES = 25


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BatchServer]:
    """Run a server of batches, and point the workbench at it."""
    async with batch_server() as found:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", found.root)
        monkeypatch.setenv("MINUTEBOOK_MODELS__SUMMARY", MODEL)
        monkeypatch.setenv("MINUTEBOOK_BATCHES__POLL_SECONDS", "0.05")
        # Long enough for all pages to be asked for before the first of them are sent.
        monkeypatch.setenv("MINUTEBOOK_BATCHES__LINGER_SECONDS", "2")
        monkeypatch.setenv("MINUTEBOOK_BATCHES__MODE", "batch")
        yield found


@pytest.fixture
async def record(server: BatchServer, home: Home) -> None:
    """Have pages that nobody has summarised."""
    async with opened(home.data, settings(batches=quick())) as (_, database):
        await say_pages(database, _PAGES)


async def show(bench: Bench, view: str) -> None:
    """Open a view of the lower bar."""
    await bench.app.bench.action_show_view(view)
    await bench.until(lambda: bench.app.bench.drawer_is_open, f"{view} is open")


async def test_a_batch_from_its_sending_to_its_summaries(
    workbench: Opens, record: None, server: BatchServer
) -> None:
    """It is told of in the lower bar and in its view; its summaries appear among the pages."""
    server.desk.ending(Ending())
    async with workbench() as bench:
        await bench.shows("1 in flight")
        await show(bench, "batches")
        await bench.shows("in flight        25 requests")
        await bench.shows("1 in flight, 0 applied")
        await bench.pilot.press("enter")
        await bench.shows("0 succeeded, 0 errored")
        await bench.pilot.press("escape")
        await show(bench, "pages")
        server.desk.finish()
        await bench.shows("Batches saved $")
        await show(bench, "batches")
        await bench.shows("25 succeeded")
        await bench.shows("saved against direct calls")
        await show(bench, "jobs")
        await bench.shows("100.0% of summaries succeeded · in batches 50/90/99% in")
        await bench.shows("in the last 1 h")


async def test_a_summary_that_comes_is_shown(
    workbench: Opens, record: None, server: BatchServer
) -> None:
    """The pages view is open while a batch ends: the model's summaries take their places."""
    server.desk.ending(Ending())
    async with workbench() as bench:
        await bench.shows("1 in flight")
        await bench.pilot.press("enter")
        await show(bench, "pages")
        await bench.shows("offline")
        server.desk.finish()
        await bench.shows(MODEL)


async def test_a_yes_is_asked_for(
    workbench: Opens, record: None, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may cost too much waits, with its numbers; a yes sends it."""
    monkeypatch.setenv("MINUTEBOOK_COSTS__CONFIRM_ABOVE_USD", "0.0001")
    server.desk.ending(Ending())
    async with workbench(size=(80, 24)) as bench:
        await bench.shows("1 waits for a yes")
        await show(bench, "batches")
        await bench.shows("25 held for a yes")
        await bench.shows("waits for a yes  25 pages")
        await bench.pilot.press("enter")
        await bench.shows("without batches   about $")
        await bench.shows("it comes to more than $0.0001")
        await bench.pilot.press("y")
        await bench.shows("1 in flight")
        engine = bench.app.engine
        assert engine is not None
        assert await engine.batches.approvals() == []


async def test_a_no_leaves_the_pages_as_they_are(
    workbench: Opens, record: None, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is refused is not sent; escape before left it open."""
    monkeypatch.setenv("MINUTEBOOK_COSTS__CONFIRM_ABOVE_USD", "0.0001")
    async with workbench() as bench:
        await show(bench, "batches")
        await bench.shows("waits for a yes  25 pages")
        for key in ("enter", "escape", "enter", "n"):
            if key != "enter":
                await bench.shows("May this be done?")
            await bench.pilot.press(key)
        await bench.shows("25 refused")
        assert server.desk.batches() == []


async def test_a_batch_is_cancelled(workbench: Opens, record: None, server: BatchServer) -> None:
    """After a question; what was not done waits for a yes."""
    server.desk.ending(Ending())
    async with workbench() as bench:
        await show(bench, "batches")
        await bench.shows("1 in flight, 0 applied")
        await bench.pilot.press("x")
        await bench.shows("End this batch of 25 requests now?")
        await bench.pilot.press("y")
        await bench.shows("waits for a yes")
        engine = bench.app.engine
        assert engine is not None
        (batch,) = await engine.batches.list()
        assert batch.is_cancel_wanted


async def test_what_was_given_up_is_tried_again(
    workbench: Opens, record: None, server: BatchServer
) -> None:
    """The reason is shown, and r has the summary wanted once more."""
    refused = Fate(
        contains="Page number 3:", outcome=Doing.ERRORED, error="invalid_request_error", times=1
    )
    server.desk.fate(refused)
    server.desk.ending(Ending())
    async with workbench() as bench:
        await bench.shows("1 in flight")
        await show(bench, "batches")
        server.desk.finish()
        await bench.shows("given up         summary of pg_")
        await bench.shows("1 given up")
        await bench.until(lambda: bench.app.bench.drawer_rows == 2, "two rows")
        await bench.pilot.press("g", "r")
        engine = bench.app.engine
        assert engine is not None

        async def settled() -> bool:
            server.desk.finish()
            status = await engine.batches.status()
            return status.orders[OrderState.DONE] == _PAGES

        await bench.shows("It is wanted again")
        while not await settled():
            await bench.pilot.pause(0.05)
        status = await engine.batches.status()
        assert status.orders[OrderState.DEAD] == 0
        assert status.batches[BatchState.FAILED] == 0


async def test_without_batches_nothing_is_said_of_them(workbench: Opens) -> None:
    """Where no model summarises, the lower bar has no word about batches."""
    async with workbench() as bench:
        await bench.leave_welcome()
        await bench.shows("Pages 0")
        assert "Batches" not in bench.screen_text()
        await show(bench, "batches")
        await bench.shows("nothing waits for a yes")
