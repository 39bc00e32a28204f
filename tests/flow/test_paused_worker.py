"""A provider that wants a person first: a run that is to end ends, and says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batching import MODEL, opened, say_pages, settings
from flow.processes import rows, run
from minutebook.domain.jobs import JobKind
from servers.batch_values import Doing, Ending, Endpoint, Fate, Fault
from servers.batches import BatchServer, batch_server

_FAST = ("models.summary=" + MODEL, "batches.poll_seconds=0.05", "batches.linger_seconds=0.05")
_SET = [word for setting in _FAST for word in ("--set", setting)]
_REFUSED = Fault(on=Endpoint.CREATE, status=401, times=99)
_ONCE = ("batches", "work", "--once", "--mode", "batch", *_SET)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BatchServer]:
    """Run a server of batches, and point everybody at it."""
    async with batch_server() as found:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", found.root)
        found.desk.ending(Ending(polls=1))
        yield found


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """Return a home with five pages that wait for a model's summary."""
    async with opened(tmp_path, settings()) as (engine, database):
        await say_pages(database, 5)
        await engine.pool.drain((JobKind.SUMMARISE,))
    return tmp_path


@pytest.mark.parametrize("more", [(), ("--wait",)])
async def test_a_paused_provider_is_not_waited_for(
    server: BatchServer, home: Path, more: tuple[str, ...]
) -> None:
    """It is said until when, why, and how to go on; nothing is said to be in flight."""
    server.desk.fault(_REFUSED)
    ran = await asyncio.to_thread(run, *_ONCE, *more, "--home", home)
    assert ran.returncode == 1, ran.stderr
    assert "Paused: anthropic until " in ran.stderr
    assert "minutebook batches resume anthropic" in ran.stderr
    assert "Check the key in ANTHROPIC_API_KEY" in ran.stderr
    assert "Not made: 5 summaries" in ran.stderr
    assert "In flight" not in ran.stderr


async def test_the_next_run_tries_again_at_once(server: BatchServer, home: Path) -> None:
    """Somebody may have changed the key; a run tries once and does not insist."""
    server.desk.fault(Fault(on=Endpoint.CREATE, status=401))
    wait: tuple[str | Path, ...] = (*_ONCE, "--wait", "--home", home)
    assert (await asyncio.to_thread(run, *wait)).returncode == 1
    again = await asyncio.to_thread(run, *wait)
    assert again.returncode == 0, again.stderr
    assert rows(home, "SELECT summary_by, count(*) FROM pages GROUP BY summary_by") == [(MODEL, 5)]
    assert server.desk.log()[Endpoint.CREATE] == 2


async def test_results_behind_a_refused_key_are_not_waited_for(
    server: BatchServer, home: Path
) -> None:
    """A batch that is under way and cannot be asked about stays, and is told."""
    server.desk.ending(Ending(polls=999))
    sent: tuple[str | Path, ...] = (*_ONCE, "--home", home)
    assert (await asyncio.to_thread(run, *sent)).returncode == 0
    server.desk.fault(Fault(on=Endpoint.RETRIEVE, status=401, times=99))
    ran = await asyncio.to_thread(run, *_ONCE, "--wait", "--home", home)
    assert ran.returncode == 1, ran.stderr
    assert "In flight: 1 batch, for the next run." in ran.stderr
    assert "Paused: anthropic until " in ran.stderr


async def test_a_refused_key_gives_up_no_page(server: BatchServer, home: Path) -> None:
    """Asked directly, the first refusal pauses as well: the key is at fault, no page is."""
    server.desk.fault(Fault(on=Endpoint.ANY, status=401, times=99))
    ran = await asyncio.to_thread(
        run, "batches", "work", "--once", "--wait", "--mode", "now", *_SET, "--home", home
    )
    assert ran.returncode == 1, ran.stderr
    assert "Paused: anthropic until " in ran.stderr
    assert rows(home, "SELECT DISTINCT state FROM orders") == [("ready",)]


_NOW = ("batches", "work", "--once", "--wait", "--mode", "now", *_SET)


async def test_a_cap_is_not_waited_for(server: BatchServer, home: Path) -> None:
    """A run that is to stay for its summaries ends all the same; what is left is kept for later."""
    capped = ("--set", "costs.per_day_usd=0.0000001", "--set", "workers.summarise=1")
    ran = await asyncio.to_thread(run, *_NOW, *capped, "--home", home)
    assert ran.returncode == 1, ran.stderr
    assert "Paused: Models have cost $0.00" in ran.stderr
    assert "or when you raise costs.per_day_usd and start again." in ran.stderr
    assert "Not made: 4 summaries; the next run tries again." in ran.stderr
    again = await asyncio.to_thread(run, *_NOW, "--home", home)
    assert again.returncode == 0, again.stderr
    assert len(server.desk.ledger().charges) == 5


async def test_what_is_given_up_fails_a_run_once(server: BatchServer, home: Path) -> None:
    """The run that gave up says so by its code too; the next one has nothing to do."""
    server.desk.fate(Fate(outcome=Doing.REFUSAL, times=2))
    ran = await asyncio.to_thread(run, *_NOW, "--home", home)
    assert ran.returncode == 1, ran.stderr
    assert "Made: 3 summaries by models." in ran.stderr
    assert "Given up: 2 summaries; `minutebook batches dead` says why." in ran.stderr
    again = await asyncio.to_thread(run, *_NOW, "--home", home)
    assert again.returncode == 0, again.stderr
    assert "Given up: 2 summaries; `minutebook batches dead` says why." in again.stderr


async def test_what_waits_for_a_yes_is_no_failure(server: BatchServer, home: Path) -> None:
    """It is said what waits, and how to say yes."""
    held = ("--set", "costs.confirm_above_usd=0")
    ran = await asyncio.to_thread(run, *_NOW, *held, "--home", home)
    assert ran.returncode == 0, ran.stderr
    assert "Waits for a yes: 5 pages" in ran.stderr
    assert "`minutebook batches approve 1`" in ran.stderr
    assert server.desk.ledger().charges == ()
