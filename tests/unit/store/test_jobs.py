"""The queue: the same work once, groups in order, leases that end."""

from __future__ import annotations

from datetime import timedelta

from doubles import FakeClock
from minutebook.domain.jobs import Job, JobKind, JobRequest, JobState
from minutebook.store import jobs
from minutebook.store.database import Database

SCRIBE = JobKind.SCRIBE
LEASE = timedelta(seconds=60)


class Desk:
    """Does what workers do, with a clock that stands still."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock

    async def want(self, key: str, group: str | None = None, *, after: float = 0) -> None:
        """Ask for work."""
        request = JobRequest(kind=SCRIBE, key=key, group=group, payload=key)
        due = self.clock() + timedelta(seconds=after)
        await self.database.write(lambda tx: jobs.ensure(tx, request, self.clock(), due))

    async def claim(self, owner: str = "me") -> Job | None:
        """Lease the next job."""
        until = self.clock() + LEASE
        return await self.database.write(
            lambda tx: jobs.claim(tx, SCRIBE, owner=owner, now=self.clock(), lease_until=until)
        )

    async def finish(self, job: Job) -> bool:
        """Mark a job done."""
        return await self.database.write(lambda tx: jobs.finish(tx, job, self.clock()))

    async def fail(self, job: Job, *, retry_after: float | None) -> bool:
        """Note a failure."""
        at = None if retry_after is None else self.clock() + timedelta(seconds=retry_after)
        return await self.database.write(lambda tx: jobs.fail(tx, job, "no", self.clock(), at))

    async def state(self, key: str) -> JobState:
        """Return the state of a job."""
        found = await self.database.read(lambda tx: jobs.newest(tx, limit=100))
        return next(job.state for job in found if job.key == key)


async def test_work_that_is_pending_is_not_queued_twice(
    database: Database, clock: FakeClock
) -> None:
    """Asking again changes nothing while the work waits."""
    desk = Desk(database, clock)
    await desk.want("a")
    await desk.want("a")
    assert await desk.claim() is not None
    assert await desk.claim() is None


async def test_work_asked_for_while_it_runs_runs_again(
    database: Database, clock: FakeClock
) -> None:
    """What came in after the run began is not forgotten."""
    desk = Desk(database, clock)
    await desk.want("a")
    job = await desk.claim()
    assert job is not None
    await desk.want("a")
    await desk.finish(job)
    assert await desk.state("a") is JobState.QUEUED
    again = await desk.claim()
    assert again is not None
    await desk.finish(again)
    assert await desk.state("a") is JobState.DONE


async def test_a_group_runs_one_job_at_a_time_in_order(
    database: Database, clock: FakeClock
) -> None:
    """The second of a group waits for the first, even through its back-off; others do not."""
    desk = Desk(database, clock)
    for key, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        await desk.want(key, group)
    first = await desk.claim()
    other = await desk.claim()
    assert first is not None
    assert other is not None
    assert (first.key, other.key) == ("a1", "b1")
    assert await desk.claim() is None
    await desk.fail(first, retry_after=30)
    assert await desk.claim() is None
    clock.forward(seconds=31)
    again = await desk.claim()
    assert again is not None
    assert again.key == "a1"
    await desk.finish(again)
    second = await desk.claim()
    assert second is not None
    assert second.key == "a2"


async def test_a_dead_job_does_not_block_its_group(database: Database, clock: FakeClock) -> None:
    """Work that was given up lets the next of its group go on."""
    desk = Desk(database, clock)
    await desk.want("a1", "a")
    await desk.want("a2", "a")
    job = await desk.claim()
    assert job is not None
    await desk.fail(job, retry_after=None)
    assert await desk.state("a1") is JobState.DEAD
    following = await desk.claim()
    assert following is not None
    assert following.key == "a2"


async def test_a_lease_that_ran_out_is_taken_over(database: Database, clock: FakeClock) -> None:
    """A worker that was taken for dead can no longer finish what another does now."""
    desk = Desk(database, clock)
    await desk.want("a")
    lost = await desk.claim("first")
    clock.forward(seconds=61)
    freed = await database.write(lambda tx: jobs.expire(tx, clock(), 5))
    taken = await desk.claim("second")
    assert lost is not None
    assert taken is not None
    assert (freed, lost.id) == (1, taken.id)
    assert not await desk.finish(lost)
    assert await desk.finish(taken)


async def test_a_job_that_kills_its_workers_is_given_up(
    database: Database, clock: FakeClock
) -> None:
    """After as many attempts as are allowed, a lost lease is the end."""
    desk = Desk(database, clock)
    await desk.want("a")
    for _ in range(3):
        assert await desk.claim() is not None
        clock.forward(seconds=61)
        await database.write(lambda tx: jobs.expire(tx, clock(), 3))
    assert await desk.state("a") is JobState.DEAD


async def test_new_work_does_not_cut_a_backoff_short(database: Database, clock: FakeClock) -> None:
    """Asking again for failed work leaves its moment as it is."""
    desk = Desk(database, clock)
    await desk.want("a")
    job = await desk.claim()
    assert job is not None
    await desk.fail(job, retry_after=30)
    await desk.want("a")
    assert await desk.claim() is None


async def test_dead_work_that_is_asked_for_again_starts_anew(
    database: Database, clock: FakeClock
) -> None:
    """New turns bring a document back to the queue whose scribe was given up."""
    desk = Desk(database, clock)
    await desk.want("a")
    job = await desk.claim()
    assert job is not None
    await desk.fail(job, retry_after=None)
    await desk.want("a")
    again = await desk.claim()
    assert again is not None
    assert again.attempts == 1


async def test_released_work_counts_no_attempt(database: Database, clock: FakeClock) -> None:
    """A graceful stop hands work back as if it had not been taken."""
    desk = Desk(database, clock)
    await desk.want("a")
    job = await desk.claim()
    assert job is not None
    await database.write(lambda tx: jobs.release(tx, job, clock()))
    again = await desk.claim()
    assert again is not None
    assert again.attempts == 1


async def test_work_waits_for_its_moment(database: Database, clock: FakeClock) -> None:
    """A job is not claimed before it is due, unless it is hastened."""
    desk = Desk(database, clock)
    await desk.want("a", after=5)
    assert await desk.claim() is None
    await database.write(lambda tx: jobs.hasten(tx, clock()))
    assert await desk.claim() is not None
