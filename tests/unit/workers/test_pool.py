"""The worker pool."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from minutebook.clock import system_clock
from minutebook.domain.jobs import Job, JobKind, JobRequest, JobState
from minutebook.errors import ModelError, SpendingCapError, StoreFullError
from minutebook.events import Bus, JobFailed, JobPostponed
from minutebook.store import jobs
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from minutebook.workers.owner import is_gone, new_owner
from minutebook.workers.pool import PoolSettings, WorkerPool

SUMMARISE = JobKind.SUMMARISE


def pool(
    database: Database,
    handler: Callable[[Job], Awaitable[None]],
    *,
    bus: Bus | None = None,
    limit: int = 2,
    attempts: int = 3,
) -> WorkerPool:
    """Make a pool with one handler, and no wait before another attempt."""
    settings = PoolSettings(
        limits={SUMMARISE: limit}, max_attempts=attempts, first_backoff=timedelta(0)
    )
    return WorkerPool(database, {SUMMARISE: handler}, settings, bus or Bus(), system_clock)


async def want(database: Database, *keys: str) -> None:
    """Queue jobs."""
    now = system_clock()
    for key in keys:
        request = JobRequest(kind=SUMMARISE, key=key, payload=key)
        await database.write(lambda tx, r=request: jobs.add_once(tx, r, now))  # type: ignore[misc]


async def states(database: Database) -> dict[str, JobState]:
    """Return the state of each job."""
    found = await database.read(lambda tx: jobs.newest(tx, limit=100))
    return {job.key: job.state for job in found}


async def test_draining_does_all_that_is_due(database: Database) -> None:
    """Each job runs once; nothing is left."""
    done: list[str] = []

    async def handler(job: Job) -> None:
        done.append(job.key)

    await want(database, "a", "b", "c")
    await pool(database, handler).drain()
    assert sorted(done) == ["a", "b", "c"]
    assert set((await states(database)).values()) == {JobState.DONE}


async def test_no_more_than_the_limit_at_once(database: Database) -> None:
    """The limit of a kind holds."""
    running = most = 0

    async def handler(_: Job) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await want(database, *"abcdefgh")
    await pool(database, handler, limit=3).drain()
    assert 1 <= most <= 3


async def test_a_failure_is_kept_told_and_tried_again(database: Database) -> None:
    """A job that fails as often as is allowed is dead, with its reason."""
    bus = Bus()

    async def handler(_: Job) -> None:
        raise ModelError("The model is away.", hint="Try later.")

    await want(database, "a")
    with bus.subscribe() as heard:
        await pool(database, handler, bus=bus).drain()
        failures = [event for event in heard.drain() if isinstance(event, JobFailed)]
    (job,) = await database.read(lambda tx: jobs.newest(tx, limit=1))
    assert job.state is JobState.DEAD
    assert job.error == "The model is away. Try later."
    assert [failure.retry_at is None for failure in failures] == [False, False, True]


async def test_an_error_nobody_thought_of_fails_the_job_not_the_pool(database: Database) -> None:
    """The other jobs are done."""

    async def handler(job: Job) -> None:
        if job.key == "bad":
            raise KeyError("surprise")

    await want(database, "bad", "good")
    await pool(database, handler, attempts=1).drain()
    assert await states(database) == {"bad": JobState.DEAD, "good": JobState.DONE}


async def test_a_running_pool_notices_new_work_and_stops_gracefully(database: Database) -> None:
    """Work queued while it waits is done; told to stop, it lets its job end."""
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def handler(_: Job) -> None:
        begun.set()
        await may_end.wait()

    workers = pool(database, handler)
    running = asyncio.create_task(workers.run())
    await want(database, "a")
    async with asyncio.timeout(10):
        await begun.wait()
        workers.stop()
        await want(database, "b")
        may_end.set()
        await running
    assert await states(database) == {"a": JobState.DONE, "b": JobState.QUEUED}


async def test_aborting_hands_the_work_back(database: Database) -> None:
    """A job that is cut off is queued again at once."""
    begun = asyncio.Event()

    async def handler(_: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    workers = pool(database, handler)
    running = asyncio.create_task(workers.run())
    await want(database, "a")
    async with asyncio.timeout(10):
        await begun.wait()
        workers.abort()
        await running
    assert await states(database) == {"a": JobState.QUEUED}


async def test_the_jobs_of_a_killed_process_are_free_at_once(database: Database) -> None:
    """Nobody waits for the lease of a process that is known to be gone."""
    dead = "{}:{}".format(new_owner().split(":", maxsplit=1)[0], "999999999:1:x")
    await want(database, "a")
    now = system_clock()
    await database.write(
        lambda tx: jobs.claim(
            tx, SUMMARISE, owner=dead, now=now, lease_until=now + timedelta(hours=1)
        )
    )
    done: list[str] = []

    async def handler(job: Job) -> None:
        done.append(job.key)

    await pool(database, handler).drain()
    assert done == ["a"]


def test_owners_know_each_other() -> None:
    """This process lives; a number that was given to nobody, and other machines, are told apart."""
    mine = new_owner()
    host, _, started, _ = mine.rsplit(":", 3)
    assert not is_gone(mine)
    assert is_gone(f"{host}:999999999:{started}:x")
    assert is_gone(f"{host}:1:not-its-start:x")
    assert not is_gone("another-machine:1:1:x")


async def test_a_job_is_handed_back_before_it_has_begun(database: Database) -> None:
    """Stopped at once between its lease and its first step, it is free, and no attempt is lost."""

    async def handler(job: Job) -> None:
        raise AssertionError("it ran")

    await want(database, "a")
    stopped = pool(database, handler)
    claim = stopped._claim

    async def claim_and_abort(kind: JobKind) -> Job | None:
        job = await claim(kind)
        asyncio.get_running_loop().call_soon(stopped.abort)
        return job

    stopped._claim = claim_and_abort  # type: ignore[method-assign]
    await stopped.run()
    (job,) = await database.read(lambda tx: jobs.newest(tx, limit=1))
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


async def test_a_cap_postpones_a_job_and_costs_it_no_attempt(database: Database) -> None:
    """It waits, with the reason, until the cap leaves room; that is told."""
    bus, tomorrow = Bus(), system_clock() + timedelta(days=1)

    async def handler(_: Job) -> None:
        raise SpendingCapError("Enough for today.", resumes_at=tomorrow)

    await want(database, "a")
    with bus.subscribe() as heard:
        await pool(database, handler, bus=bus, attempts=1).drain()
        events = heard.drain()
    (job,) = await database.read(lambda tx: jobs.newest(tx, limit=1))
    assert (job.state, job.attempts, job.not_before) == (JobState.QUEUED, 0, tomorrow)
    assert job.error == "Enough for today."
    assert [e.until for e in events if isinstance(e, JobPostponed)] == [tomorrow]
    assert not any(isinstance(event, JobFailed) for event in events)


async def test_what_was_postponed_is_tried_again_by_the_next_run(database: Database) -> None:
    """A cap may have been raised; other jobs that wait for their moment go on waiting."""
    later, done = system_clock() + timedelta(days=1), asyncio.Event()
    is_capped = True

    async def handler(_: Job) -> None:
        if is_capped:
            raise SpendingCapError("Enough for today.", resumes_at=later)
        done.set()

    await want(database, "a")
    waiting = JobRequest(kind=SUMMARISE, key="b")
    await database.write(lambda tx: jobs.ensure(tx, waiting, system_clock(), later))
    await pool(database, handler).drain()
    is_capped = False
    workers = pool(database, handler)
    running = asyncio.create_task(workers.run())
    async with asyncio.timeout(10):
        await done.wait()
        workers.stop()
        await running
    assert await states(database) == {"a": JobState.DONE, "b": JobState.QUEUED}


async def test_a_job_whose_end_could_not_be_written_down_runs_again_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that was full for a moment does not keep the job until its lease runs out."""
    write, is_full = Database._write, False

    def writing(database: Database, work: Callable[[Transaction], object]) -> object:
        if is_full:
            raise StoreFullError("There is no room left.")
        return write(database, work)

    monkeypatch.setattr(Database, "_write", writing)
    ran: list[str] = []

    async def handler(job: Job) -> None:
        nonlocal is_full
        is_full = not ran
        ran.append(job.key)

    working = pool(database, handler)
    await want(database, "a")
    with pytest.raises(StoreFullError):
        await working.run()
    assert await states(database) == {"a": JobState.LEASED}
    is_full = False
    again = asyncio.create_task(working.run())
    while await states(database) != {"a": JobState.DONE}:
        await asyncio.sleep(0)
    working.stop()
    await again
    assert ran == ["a", "a"]
