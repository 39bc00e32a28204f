"""The queue, for people: what is to be done, what failed, and trying again."""

from __future__ import annotations

from datetime import timedelta

from minutebook.clock import Clock
from minutebook.domain.jobs import Job
from minutebook.domain.measures import Measures
from minutebook.store import changes, jobs
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.measures import measure
from minutebook.store.transaction import Transaction


class Queue:
    """Reads the queue, and gives failed jobs another try."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list(self, *, limit: int = 200, state: str = "", kind: str = "") -> list[Job]:
        """Return jobs, the one that changed last first."""
        return await self._database.read(
            lambda tx: jobs.newest(tx, limit=limit, state=state, kind=kind)
        )

    async def retry(self, job: int) -> Job:
        """Queue a failed or dead job again. Raises NotFoundError."""
        now = self._clock()

        def work(tx: Transaction) -> Job:
            changes.note(tx, Topic.JOB, str(job), now)
            return jobs.retry(tx, job, now)

        return await self._database.write(work)

    async def retry_all(self) -> int:
        """Queue every failed and dead job again; return how many."""
        now = self._clock()

        def work(tx: Transaction) -> int:
            changes.note(tx, Topic.JOB, "", now)
            return jobs.retry_all(tx, now)

        return await self._database.write(work)

    async def measures(self, *, over: timedelta = timedelta(hours=1), slots: int = 60) -> Measures:
        """Return how the work goes; its throughput over the time before now, in slots."""
        now = self._clock()
        return await self._database.read(lambda tx: measure(tx, now, over=over, slots=slots))

    async def hasten(self) -> int:
        """Let every queued job that waits for its moment run now; return how many."""
        now = self._clock()
        return await self._database.write(lambda tx: jobs.hasten(tx, now))
