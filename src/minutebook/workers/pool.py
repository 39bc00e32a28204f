"""The worker pool: leases jobs and runs their handlers, so many of each kind at once.

A commit of this process wakes it at once; the work that other processes queue is found by looking
now and then. Told to stop, it claims nothing more and lets its jobs end; told to stop at once, it
hands them back. What it writes is about who does what, and would be found out again after a power
cut: it does not wait for the disk.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from minutebook.clock import Clock
from minutebook.config import Settings
from minutebook.domain.jobs import Job, JobKind
from minutebook.errors import (
    MinutebookError,
    ModelBusyError,
    ModelReplyError,
    ModelUnreachableError,
    PatchError,
    SpendingCapError,
    StoreError,
)
from minutebook.events import Bus, JobFailed, JobFinished, JobPostponed, JobStarted
from minutebook.store import changes, jobs
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from minutebook.workers.owner import is_gone, new_owner

Handler = Callable[[Job], Awaitable[datetime | None]]
"""Does one job, or some of it: returns when it is to go on, None when it is done.

Raises MinutebookError when it cannot; must be safe to run again at any time."""

_log = logging.getLogger(__name__)
_LOOK_AGAIN = 0.5
_BATCHES_AT_ONCE = 4
_LONGEST_BACKOFF = timedelta(minutes=10)
_MOST_UNUSABLE = 3
"""So often is a model asked that answers, and is paid for it, but not as it was asked to."""
_UNUSABLE_FACTOR = 15
"""It is asked again that much later than what may be over in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """How the pool works."""

    limits: Mapping[JobKind, int]
    """How many jobs of each kind run at once."""
    lease: timedelta = timedelta(seconds=60)
    """For how long a worker is believed without a sign of life."""
    max_attempts: int = 5
    first_backoff: timedelta = timedelta(seconds=2)

    @classmethod
    def of(cls, settings: Settings) -> PoolSettings:
        """Return what the settings say."""
        return cls(
            limits={
                JobKind.SUMMARISE: settings.workers.summarise,
                JobKind.ASK: settings.workers.summarise,
                JobKind.SCRIBE: settings.workers.scribe,
                JobKind.BATCH: _BATCHES_AT_ONCE,
            },
            lease=timedelta(seconds=settings.workers.lease_seconds),
            max_attempts=settings.workers.max_attempts,
        )


class WorkerPool:
    """Runs jobs. One pool for a process; several processes may share a store."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[JobKind, Handler],
        settings: PoolSettings,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._settings = settings
        self._bus = bus
        self._clock = clock
        self.owner = new_owner()
        self._held: dict[int, tuple[Job, asyncio.Task[None]]] = {}
        self._adrift: dict[int, Job] = {}
        """Jobs of which the store could not take down what became of them: they are still ours."""
        self._unusable: dict[int, int] = {}
        """How often a model answered a job, since it last got on, so that it cannot be used."""
        self._wakes: dict[JobKind, asyncio.Event] = {kind: asyncio.Event() for kind in handlers}
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._random = random.Random()  # noqa: S311 - jitter
        database.on_commit(self._wake_from_thread)

    async def run(self, kinds: Collection[JobKind] = ()) -> None:
        """Work until told to stop. What was postponed before is tried again: settings change.

        Does jobs of these kinds only, if any are given.
        """
        await self.reclaim()
        await self._database.write_relaxed(self._take_up)
        self._adrift.clear()
        await self._work(tuple(kinds) or tuple(self._handlers), is_draining=False)

    async def drain(self, kinds: Collection[JobKind] = ()) -> None:
        """Work until nothing is left that can be done now, or told to stop meanwhile.

        Does jobs of these kinds only, if any are given.
        """
        wanted = tuple(kinds) or tuple(self._handlers)
        self._stopping.clear()
        await self.reclaim()
        while not self._stopping.is_set():
            await self._work(wanted, is_draining=True)
            if not await self._is_any_due(wanted):  # a job of one kind may have made one of another
                return

    def stop(self) -> None:
        """Claim nothing more; `run` returns when the jobs that run have ended."""
        self._stopping.set()
        self._wake()

    def abort(self) -> None:
        """Stop at once: the jobs that run are cancelled and handed back."""
        self.stop()
        for _, task in self._held.values():
            task.cancel()

    async def reclaim(self) -> int:
        """Free the jobs of workers that are gone; return how many."""
        owners = await self._database.read(jobs.owners)
        gone = [owner for owner in owners if is_gone(owner)]
        now, most = self._clock(), self._settings.max_attempts

        def work(tx: Transaction) -> int:
            for owner in gone:
                jobs.orphan(tx, owner)
            return jobs.expire(tx, now, most)

        return await self._database.write_relaxed(work)

    async def _work(self, kinds: Collection[JobKind], *, is_draining: bool) -> None:
        heartbeat = asyncio.create_task(self._beat(), name="heartbeat")
        try:
            async with asyncio.TaskGroup() as group:
                for kind in kinds:
                    group.create_task(self._lane(kind, is_draining=is_draining), name=kind.value)
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        finally:
            heartbeat.cancel()
            held = [task for _, task in self._held.values()]
            await asyncio.gather(heartbeat, *held, return_exceptions=True)
            await self._hand_back()

    async def _hand_back(self) -> None:
        """Release the jobs whose tasks were cancelled before they had begun."""
        for job, _ in list(self._held.values()):
            try:
                await self._settle(partial(jobs.release, job=job, now=self._clock()))
            except StoreError:
                self._adrift[job.id] = job
        self._held.clear()

    def _take_up(self, tx: Transaction) -> None:
        """Free what a store that failed has left leased to us, and what was postponed."""
        now = self._clock()
        for job in self._adrift.values():
            jobs.release(tx, job, now)
        jobs.recall(tx, now)

    async def _lane(self, kind: JobKind, *, is_draining: bool) -> None:
        """Keep up to the limit of one kind running."""
        running: set[asyncio.Task[None]] = set()
        while not self._stopping.is_set():
            self._wakes[kind].clear()
            await self._fill(kind, running)
            if is_draining and not running:
                break
            await self._wait(kind, running)
            running = _still_running(running)
        await asyncio.gather(*running, return_exceptions=True)

    async def _fill(self, kind: JobKind, running: set[asyncio.Task[None]]) -> None:
        while len(running) < self._settings.limits.get(kind, 1) and not self._stopping.is_set():
            job = await self._claim(kind)
            if job is None:
                return
            task = asyncio.create_task(self._run(job), name=f"{kind.value} {job.id}")
            task.add_done_callback(_hear)
            self._held[job.id] = (job, task)
            running.add(task)

    async def _wait(self, kind: JobKind, running: set[asyncio.Task[None]]) -> None:
        wake = asyncio.create_task(self._wakes[kind].wait())
        await asyncio.wait(
            {wake, *running}, timeout=_LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED
        )
        wake.cancel()

    async def _claim(self, kind: JobKind) -> Job | None:
        now = self._clock()
        due = await self._database.read(lambda tx: jobs.next_due(tx, kind))
        if due is None or due > now:
            return None
        lease_until = now + self._settings.lease
        return await self._database.write_relaxed(
            lambda tx: jobs.claim(tx, kind, owner=self.owner, now=now, lease_until=lease_until)
        )

    async def _is_any_due(self, kinds: Collection[JobKind]) -> bool:
        """Say whether a job could be claimed at this moment."""
        now = self._clock()

        def work(tx: Transaction) -> bool:
            return any(jobs.is_claimable(tx, kind, now) for kind in kinds)

        return await self._database.read(work)

    async def _run(self, job: Job) -> None:
        """Do a job, and write down what became of it. Raises StoreError when that cannot be."""
        try:
            await self._do(job)
        except StoreError:
            self._adrift[job.id] = job
            raise
        finally:
            self._held.pop(job.id, None)
            self._wake()

    async def _do(self, job: Job) -> None:
        self._bus.publish(JobStarted(job=job.id, kind=job.kind, subject=job.payload))
        try:
            again_at = await self._handlers[job.kind](job)
        except asyncio.CancelledError:
            await self._settle(lambda tx: jobs.release(tx, job, self._clock()))
            raise
        except SpendingCapError as error:
            await self._postpone(job, str(error), error.resumes_at)
        except (ModelBusyError, ModelUnreachableError) as error:
            await self._weather(job, error)
        except (ModelReplyError, PatchError) as error:
            await self._refuse(job, error)
        except MinutebookError as error:
            await self._fail(job, str(error))
        except Exception as error:  # noqa: BLE001 - the edge of the loop: recorded, retried, told
            _log.exception("Job %s (%s %s) failed", job.id, job.kind, job.payload)
            await self._fail(job, f"{type(error).__name__}: {error}")
        else:
            await self._end(job, again_at)

    async def _end(self, job: Job, again_at: datetime | None) -> None:
        """Note that a job is done, or when it goes on."""
        now = self._clock()
        self._unusable.pop(job.id, None)
        if again_at is not None:
            await self._settle(lambda tx: jobs.go_on(tx, job, now, again_at))
            return
        await self._settle(lambda tx: jobs.finish(tx, job, now))
        self._bus.publish(JobFinished(job=job.id, kind=job.kind, subject=job.payload))

    async def _refuse(self, job: Job, error: MinutebookError) -> None:
        """Give a job up sooner whose model answers in a way that cannot be used.

        Each answer is paid for, and the next one is likely to be the same. What was given up and is
        wanted again, by a person or by what is said next, is tried once each time until it works.
        """
        count = self._unusable[job.id] = self._unusable.get(job.id, 0) + 1
        if count >= _MOST_UNUSABLE or job.attempts >= self._settings.max_attempts:
            await self._note_failure(job, str(error), None)
        else:
            wait = min(_UNUSABLE_FACTOR * self._backoff(job), _LONGEST_BACKOFF)
            await self._note_failure(job, str(error), self._clock() + wait)

    async def _fail(self, job: Job, reason: str) -> None:
        await self._note_failure(job, reason, self._retry_at(job, self._clock()))

    async def _note_failure(self, job: Job, reason: str, retry_at: datetime | None) -> None:
        """Write down that a job failed, and tell of it; it is dead without another try."""
        now = self._clock()

        def work(tx: Transaction) -> None:
            if jobs.fail(tx, job, reason, now, retry_at):
                changes.note(tx, Topic.JOB, str(job.id), now)

        await self._settle(work)
        self._bus.publish(
            JobFailed(
                job=job.id, kind=job.kind, subject=job.payload, reason=reason, retry_at=retry_at
            )
        )

    async def _weather(self, job: Job, error: ModelBusyError | ModelUnreachableError) -> None:
        """Try again later, as often as it takes: an outage is no fault of the job.

        Its attempts are not used up, so that it is not given up either when this worker dies.
        """
        if job.attempts < self._settings.max_attempts - 1:
            await self._fail(job, str(error))
            return
        asked = error.retry_after if isinstance(error, ModelBusyError) else None
        wait = max(self._backoff(job), min(timedelta(seconds=asked or 0), _LONGEST_BACKOFF))
        await self._postpone(job, str(error), self._clock() + wait)

    async def _postpone(self, job: Job, reason: str, until: datetime) -> None:
        """Hand a job back until it may be done; that costs it no attempt."""
        now = self._clock()

        def work(tx: Transaction) -> None:
            if jobs.postpone(tx, job, reason, now, until):
                changes.note(tx, Topic.JOB, str(job.id), now)

        await self._settle(work)
        self._bus.publish(
            JobPostponed(job=job.id, kind=job.kind, subject=job.payload, reason=reason, until=until)
        )

    async def _settle(self, work: Callable[[Transaction], object]) -> None:
        """Write down what became of a job, also when its task is cancelled meanwhile."""
        await asyncio.shield(self._database.write_relaxed(work))

    def _retry_at(self, job: Job, now: datetime) -> datetime | None:
        """Return when to try again: twice the wait each time, and a random part of it more."""
        if job.attempts >= self._settings.max_attempts:
            return None
        return now + self._backoff(job)

    def _backoff(self, job: Job) -> timedelta:
        doublings: int = 2 ** (job.attempts - 1)
        wait = min(self._settings.first_backoff * doublings, _LONGEST_BACKOFF)
        return wait * (1 + self._random.random() / 2)

    async def _beat(self) -> None:
        """Renew the leases of what is held; drop what has been taken away."""
        while True:
            await asyncio.sleep(self._settings.lease.total_seconds() / 3)
            try:
                await self._renew_all(self._clock() + self._settings.lease)
            except StoreError:
                _log.warning("The leases could not be renewed", exc_info=True)

    async def _renew_all(self, lease_until: datetime) -> None:
        for job, task in list(self._held.values()):
            if not await self._renew(job, lease_until):
                task.cancel()

    async def _renew(self, job: Job, lease_until: datetime) -> bool:
        return await self._database.write_relaxed(
            lambda tx: jobs.renew(tx, job.id, owner=self.owner, lease_until=lease_until)
        )

    def _wake(self) -> None:
        for event in self._wakes.values():
            event.set()

    def _wake_from_thread(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)


def _hear(task: asyncio.Task[None]) -> None:
    """Take note of a failure, so that it is told once: by the lane, if that is still there."""
    if not task.cancelled():
        task.exception()


def _still_running(tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Return the tasks that run. Raises what kept the outcome of one from being written down."""
    for task in tasks:
        if task.done() and not task.cancelled():
            task.result()
    return {task for task in tasks if not task.done()}
