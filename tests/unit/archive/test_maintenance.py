"""Maintenance: due at once when overdue, one runner at a time, failures on record."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from archiving import Rig, rig_of
from doubles import FakeClock
from minutebook.archive import maintenance
from minutebook.archive.settings import ArchiveSettings
from minutebook.domain.archive import StepState
from minutebook.errors import ArchiveError
from minutebook.store import archive_schedule
from minutebook.store.database import Database

STEPS = ["decay", "flush", "compact", "verify", "free space"]


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine have nothing else to do."""
    monkeypatch.setattr(maintenance, "_is_busy", lambda: False)


async def test_what_is_due_is_done_once(rig: Rig) -> None:
    """What was never done is due at once, and then not before its time."""
    assert await rig.archive.maintenance.look() == len(STEPS)
    assert await rig.archive.maintenance.look() == 0
    rig.clock.forward(hours=25)
    assert await rig.archive.maintenance.look() == 3
    rig.clock.forward(days=7)
    assert await rig.archive.maintenance.look() == len(STEPS)
    assert [step.name for step in await rig.archive.maintenance.steps()] == STEPS


async def test_a_process_that_was_just_started_does_what_is_overdue(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    """When a step is due stands in the store: a new process does not begin to wait."""
    first = rig_of(database, clock, tmp_path / "archive")
    await first.archive.maintenance.look()
    clock.forward(hours=30)
    second = rig_of(database, clock, tmp_path / "archive", owner=("host:9:9:b", lambda _: False))
    assert await second.archive.maintenance.look() == 3


async def test_a_busy_machine_is_left_alone_for_a_while(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With much to do, what is due waits for a quarter of its interval, and no longer."""
    await rig.archive.maintenance.look()
    monkeypatch.setattr(maintenance, "_is_busy", lambda: True)
    rig.clock.forward(hours=25)
    assert await rig.archive.maintenance.look() == 0
    rig.clock.forward(hours=6)
    assert await rig.archive.maintenance.look() == 3


async def test_a_failure_is_on_record_and_stops_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that fails says why and is tried again sooner; the others are done."""

    async def fails(*_: object) -> str:
        raise ArchiveError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("minutebook.archive.flushing.Flush.run", fails)
        assert await rig.archive.maintenance.look() == len(STEPS) - 1
    steps = {step.name: step for step in await rig.archive.maintenance.steps()}
    assert (steps["flush"].state, steps["flush"].error) == (StepState.FAILED, "The disk is full.")
    assert steps["verify"].state is StepState.WAITING
    rig.clock.forward(hours=6)
    assert await rig.archive.maintenance.look() == 1
    steps = {step.name: step for step in await rig.archive.maintenance.steps()}
    assert (steps["flush"].state, steps["flush"].error) == (StepState.WAITING, "")


async def test_an_unforeseen_failure_is_on_record_and_told(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on to the edge of the loop, and the steps behind it are done with the next look."""

    async def fails(*_: object) -> str:
        raise ValueError("no one thought of this")

    with monkeypatch.context() as patch:
        patch.setattr("minutebook.archive.flushing.Flush.run", fails)
        with pytest.raises(ValueError, match="no one"):
            await rig.archive.maintenance.look()
        assert await rig.archive.maintenance.look() == len(STEPS) - 2
    steps = {step.name: step for step in await rig.archive.maintenance.steps()}
    assert steps["flush"].state is StepState.FAILED
    assert "no one thought of this" in steps["flush"].error


async def test_one_process_at_a_time(database: Database, clock: FakeClock, tmp_path: Path) -> None:
    """While one is at work another one leaves the archive alone, until the first is gone."""
    gone: set[str] = set()
    one = rig_of(database, clock, tmp_path / "archive", owner=("host:1:1:a", gone.__contains__))
    two = rig_of(database, clock, tmp_path / "archive", owner=("host:2:2:b", gone.__contains__))
    await one.database.write(
        lambda tx: archive_schedule.take(
            tx, "host:1:1:a", gone.__contains__, timedelta(minutes=30), clock()
        )
    )
    assert await two.archive.maintenance.look() == 0
    with pytest.raises(ArchiveError, match="Another process"):
        await two.archive.flush()
    gone.add("host:1:1:a")
    assert await two.archive.maintenance.look() == len(STEPS)
    assert await one.archive.maintenance.look() == 0


async def test_decay_goes_on_where_it_was_interrupted(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was cut short is gone on with behind the last place it noted."""
    await rig.converse("one")
    monkeypatch.setattr("minutebook.archive.lifecycle._AT_ONCE", 1)
    rig.clock.forward(days=400)
    await rig.archive.maintenance.steps()
    pages = sorted(page.id for page in await rig.pages(""))
    await rig.database.write(lambda tx: archive_schedule.reach(tx, "decay", pages[1]))
    await rig.archive.maintenance.look()
    waiting = {each.page for each in await rig.archive.review.pending(100)}
    assert waiting == set(pages[2:])
    rig.clock.forward(hours=25)
    await rig.archive.maintenance.look()
    waiting = {each.page for each in await rig.archive.review.pending(100)}
    assert waiting == set(pages)


async def test_pages_stay_when_the_archive_is_off(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    """With `archive.enabled` off nothing leaves by itself; what a person archives does."""
    settings = ArchiveSettings(is_enabled=False, grace=timedelta())
    rig = rig_of(database, clock, tmp_path / "archive", settings)
    conversation = await rig.converse("one")
    clock.forward(days=4_000)
    await rig.archive.maintenance.run()
    assert await rig.archive.review.pending(10) == []
    assert await rig.archive_all(conversation)
    assert await rig.cold() > 0


async def test_space_is_given_back(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """When much of the store's file is empty, the file becomes smaller, and reads as before."""
    conversation = await rig.torture()
    before = await rig.turns(conversation)
    await rig.archive_all(conversation)
    monkeypatch.setattr("minutebook.archive.room._FREED_AT_LEAST", 4096)
    steps = {step.name: step for step in await rig.archive.maintenance.run()}
    freed = int(steps["free space"].detail.split()[0].replace(",", ""))
    assert freed > 100_000
    assert await rig.turns(conversation) == before


async def test_a_step_that_is_cancelled_was_interrupted(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no failure: the step stays due, and is done with the next look."""
    begun = asyncio.Event()

    async def hangs(*_: object) -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    with monkeypatch.context() as patch:
        patch.setattr("minutebook.archive.flushing.Flush.run", hangs)
        looking = asyncio.create_task(rig.archive.maintenance.look())
        await asyncio.wait_for(begun.wait(), 10)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
    steps = {step.name: step for step in await rig.archive.maintenance.steps()}
    assert (steps["flush"].state, steps["flush"].error) == (StepState.INTERRUPTED, "")
    assert await rig.archive.maintenance.look() == len(STEPS) - 1
    assert {step.state for step in await rig.archive.maintenance.steps()} == {StepState.WAITING}


async def test_a_step_whose_process_was_killed_was_interrupted(rig: Rig) -> None:
    """What still runs on record when somebody else takes over is not running, and goes on."""
    await rig.archive.maintenance.look()
    now = rig.clock()
    await rig.database.write(lambda tx: archive_schedule.begin(tx, "verify", now))
    rig.clock.forward(hours=25)
    assert await rig.archive.maintenance.look() == 3
    steps = {step.name: step for step in await rig.archive.maintenance.steps()}
    assert steps["verify"].state is StepState.INTERRUPTED
