"""`minutebook batches work`: summaries by a process that does nothing else."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batching import MODEL, opened, say_pages, settings
from flow.processes import rows, run, started
from minutebook.domain.jobs import JobKind
from servers.batch_values import Ending
from servers.batches import BatchServer, batch_server

_FAST = ("models.summary=" + MODEL, "batches.poll_seconds=0.05", "batches.linger_seconds=0.05")
_SET = [word for setting in _FAST for word in ("--set", setting)]


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BatchServer]:
    """Run a server of batches, and point everybody at it."""
    async with batch_server() as found:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", found.root)
        yield found


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """Return a home with twenty-five pages that wait for a model's summary."""
    async with opened(tmp_path, settings()) as (engine, database):
        await say_pages(database, 25)
        await engine.pool.drain((JobKind.SUMMARISE,))
    return tmp_path


def summaries(home: Path) -> list[tuple[object, ...]]:
    """Return how many pages have a summary by whom."""
    return rows(home, "SELECT summary_by, count(*) FROM pages GROUP BY summary_by")


async def test_a_worker_stops_when_told(server: BatchServer, home: Path) -> None:
    """It sends what waits, and SIGTERM ends it with nothing lost; the next one goes on."""
    server.desk.ending(Ending())
    with started("batches", "work", "--mode", "batch", *_SET, "--home", home) as worker:
        await asyncio.to_thread(worker.says, "sent: 25 requests")
        worker.send(signal.SIGTERM)
        assert await asyncio.to_thread(worker.ends) == 0
    listed = await asyncio.to_thread(run, "batches", "list", "--json", "--home", home)
    (batch,) = json.loads(listed.stdout)
    assert (batch["state"], batch["requests"], batch["cost_usd"]) == ("open", 25, None)
    server.desk.finish()
    once: tuple[str | Path, ...] = ("batches", "work", "--once", "--wait", *_SET, "--home", home)
    assert (await asyncio.to_thread(run, *once)).returncode == 0
    assert summaries(home) == [(MODEL, 25)]
    assert len(server.desk.ledger().charges) == 25


async def test_a_mode_holds_for_one_run(server: BatchServer, home: Path) -> None:
    """With `--mode now` no batch is made."""
    now: tuple[str | Path, ...] = (
        "batches",
        "work",
        "--once",
        "--mode",
        "now",
        *_SET,
        "--home",
        home,
    )
    done = await asyncio.to_thread(run, *now)
    assert done.returncode == 0, done.stderr
    assert summaries(home) == [(MODEL, 25)]
    assert rows(home, "SELECT count(*) FROM batches") == [(0,)]


async def test_work_of_other_kinds_is_left_alone(server: BatchServer, tmp_path: Path) -> None:
    """A worker for summaries writes no document."""
    server.desk.ending(Ending(polls=1))
    log = tmp_path / "#harbour.log"
    log.write_text("".join(f"2024-01-01T10:{n:02}:00  <Ana> Line {n}.\n" for n in range(9)))
    home = tmp_path / "home"
    await asyncio.to_thread(run, "import", log, "--home", home)
    before = rows(home, "SELECT count(*) FROM jobs WHERE kind = 'scribe' AND state = 'queued'")
    assert before != [(0,)]
    work: tuple[str | Path, ...] = ("batches", "work", "--once", *_SET, "--home", home)
    assert (await asyncio.to_thread(run, *work)).returncode == 0
    scribe = rows(home, "SELECT count(*) FROM jobs WHERE kind = 'scribe' AND state = 'queued'")
    assert scribe == before
