"""Costs from end to end: a model with its price, a cap, and work that waits for the next day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import repeat
from pathlib import Path

import pytest

from doubles import FakeClock
from minutebook.config.settings import Costs, Models, Scribe, Settings, Workers
from minutebook.domain.jobs import JobKind, JobState
from minutebook.domain.spending import Grouping
from minutebook.engine import Engine, open_engine
from minutebook.events import JobFailed, SpendingPaused
from minutebook.llm.models import ModelRegistry, make_offline
from minutebook.llm.protocol import Usage
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.paths import Home

PRICES = '[[price]]\nmodel = "scripted:*"\nfrom = 2026-01-01\ninput = 1\noutput = 1\n'
A_DOLLAR = Answer(pieces=("# Ferry\n\nIt leaves at noon.",), usage=Usage(input_tokens=1_000_000))
CAPPED = Settings(
    models=Models(summary="scripted:model"),
    costs=Costs(per_day_usd=2.0),
    scribe=Scribe(enabled=False),
    workers=Workers(summarise=1),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a home with prices, for models that say what a script says, for a dollar each."""
    model = ScriptedModel(repeat(A_DOLLAR), name="scripted:model")
    registry = ModelRegistry({"offline": make_offline, "scripted": lambda _: model})
    monkeypatch.setattr("minutebook.building.registry_of", lambda *_, **__: registry)
    home = Home.at(tmp_path / "home")
    home.ensure()
    home.prices_file.write_text(PRICES)
    return home


@asynccontextmanager
async def opened(home: Home, clock: FakeClock) -> AsyncIterator[Engine]:
    async with open_engine(home, CAPPED, clock=clock) as engine:
        yield engine


async def bring_in(engine: Engine, folder: Path, days: int) -> None:
    """Read in a log whose days are a page each."""
    lines = [f"2024-01-{day:02}T10:00:00  <Ana> The ferry.\n" for day in range(1, days + 1)]
    (folder / "chat.log").write_text("".join(lines))
    async for _ in engine.importer.import_paths([folder / "chat.log"]):
        pass


async def states(engine: Engine, kind: JobKind = JobKind.ASK) -> list[JobState]:
    return sorted(job.state for job in await engine.queue.list(kind=kind))


async def test_work_waits_for_the_next_day_when_a_cap_is_reached(
    home: Home, clock: FakeClock, tmp_path: Path
) -> None:
    """Nothing fails, no attempt is used up; it is told; and each day does its share."""
    async with opened(home, clock) as engine:
        await bring_in(engine, tmp_path, 5)
        with engine.bus.subscribe() as heard:
            await engine.do_what_can_be_done()
            events = heard.drain()
        assert await states(engine) == [JobState.DONE] * 2 + [JobState.QUEUED] * 3
        assert await engine.ledger.spent_today() == 2
        waiting = [job for job in await engine.queue.list() if job.state is JobState.QUEUED]
        assert {(job.attempts, "costs.per_day_usd" in job.error) for job in waiting} == {(0, True)}
        assert len([event for event in events if isinstance(event, SpendingPaused)]) == 1
        assert not any(isinstance(event, JobFailed) for event in events)
        clock.forward(days=1)
        await engine.do_what_can_be_done()
        assert await states(engine) == [JobState.DONE] * 4 + [JobState.QUEUED]


async def test_the_ledger_knows_on_whose_account_a_call_was(
    home: Home, clock: FakeClock, tmp_path: Path
) -> None:
    """Every summary is a row with its page, its job and its conversation, also after a restart."""
    async with opened(home, clock) as engine:
        await bring_in(engine, tmp_path, 2)
        await engine.do_what_can_be_done()
        asked = {job.payload: job.id for job in await engine.queue.list(kind=JobKind.ASK)}
        ordered = await engine.batches.orders()
        pages = {order.page: asked[str(order.id)] for order in ordered}
    async with opened(home, clock) as engine:
        (conversation,) = await engine.library.conversations()
        calls = await engine.ledger.calls()
        assert {call.subject: call.job for call in calls} == pages
        (tally,) = await engine.ledger.report(Grouping.CONVERSATION)
    assert (tally.name, tally.calls, tally.cost) == (conversation.id, 2, Decimal(2))


async def test_what_offline_does_is_not_on_the_ledger(
    home: Home, clock: FakeClock, tmp_path: Path
) -> None:
    """It costs nothing, and leaves no row."""
    async with open_engine(home, Settings(), clock=clock) as engine:
        await bring_in(engine, tmp_path, 2)
        await engine.do_what_can_be_done()
        assert await engine.ledger.calls() == []
        assert JobState.DONE in await states(engine, JobKind.SUMMARISE)
