"""A provider that wants a person first: a run that is to end ends, and says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batching import MODEL, opened, say_pages, settings
from flow.processes import rows, run
from servers.batch_values import Ending, Endpoint, Fault
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
    """Return a home with five pages that nobody has summarised."""
    async with opened(tmp_path, settings()) as (_, database):
        await say_pages(database, 5)
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
