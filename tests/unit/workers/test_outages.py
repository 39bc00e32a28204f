"""The worker pool while a provider is away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from doubles import FakeClock
from minutebook.domain.jobs import Job, JobKind, JobRequest, JobState
from minutebook.errors import ModelBusyError, ModelError, ModelUnreachableError
from minutebook.events import Bus
from minutebook.store import jobs
from minutebook.store.database import Database
from minutebook.workers.pool import PoolSettings, WorkerPool

BUSY = ModelBusyError("429", retry_after=90)
ATTEMPTS = 4


async def run_for(
    database: Database, clock: FakeClock, errors: list[ModelError | None]
) -> list[Job]:
    """Run a job whose attempts come to this, an hour apart; return how it stood after each."""
    left = iter(errors)

    async def handler(_: Job) -> None:
        if (error := next(left)) is not None:
            raise error

    settings = PoolSettings(limits={JobKind.SCRIBE: 1}, max_attempts=ATTEMPTS)
    pool = WorkerPool(database, {JobKind.SCRIBE: handler}, settings, Bus(), clock)
    request = JobRequest(kind=JobKind.SCRIBE, key="d", payload="d")
    await database.write(lambda tx: jobs.add_once(tx, request, clock()))
    found = []
    for _ in errors:
        await pool.drain()
        found += await database.read(lambda tx: jobs.newest(tx, limit=1))
        clock.forward(hours=1)
    return found


@pytest.mark.parametrize("error", [BUSY, ModelUnreachableError("down")])
async def test_an_outage_uses_up_no_job(
    database: Database, clock: FakeClock, error: ModelError
) -> None:
    """However long it lasts, the job is there when the provider is back."""
    found = await run_for(database, clock, [*([error] * 12), None])
    states = [job.state for job in found]
    assert set(states[:2]) == {JobState.FAILED}
    assert set(states[2:-1]) == {JobState.QUEUED}
    assert states[-1] is JobState.DONE
    assert max(job.attempts for job in found) < ATTEMPTS
    assert all(job.error for job in found[:-1])


async def test_the_provider_says_how_long(database: Database, clock: FakeClock) -> None:
    """A limit that names its end is waited for."""
    found = await run_for(database, clock, [BUSY] * 4)
    assert found[-1].not_before - found[-1].updated_at == timedelta(seconds=90)


async def test_other_failures_are_given_up(database: Database, clock: FakeClock) -> None:
    """What fails for a reason of its own waits for a person in the end."""
    found = await run_for(database, clock, [ModelError("no")] * ATTEMPTS)
    assert [job.state for job in found][-2:] == [JobState.FAILED, JobState.DEAD]
