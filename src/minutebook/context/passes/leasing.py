"""One pass for a conversation at a time, whatever processes there are.

The lease is that of a job, so that a pass that was begun for a person and one that a worker does in
the background know of each other, and what a process that died has left is free again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from minutebook.clock import Clock
from minutebook.domain.jobs import Job, JobKind, JobRequest
from minutebook.store import jobs
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_LEASE = timedelta(seconds=60)
_LOOK_SECONDS, _LOOKS = 0.25, 1_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    """Takes conversations for a pass."""

    database: Database
    clock: Clock
    owner: str
    is_gone: Callable[[str], bool]
    """Says whether an owner is known to be gone."""

    @asynccontextmanager
    async def taken(self, conversation: str) -> AsyncIterator[bool]:
        """Have a conversation until the block ends; yields whether it is ours.

        Raises StoreError.
        """
        job = await self.database.write_relaxed(lambda tx: self._take(tx, conversation))
        if job is None:
            yield False
            return
        beat = asyncio.create_task(self._beat(job), name="keep a conversation")
        try:
            yield True
        finally:
            beat.cancel()
            done = self.database.write_relaxed(lambda tx: jobs.finish(tx, job, self.clock()))
            await asyncio.shield(done)

    async def awaited(self, conversation: str) -> None:
        """Wait until nobody has a conversation, for some minutes at most. Raises StoreError."""
        for _ in range(_LOOKS):
            if not await self.database.read(
                partial(jobs.is_held, kind=JobKind.COMPACT, key=conversation)
            ):
                return
            await asyncio.sleep(_LOOK_SECONDS)

    def want(self, tx: Transaction, conversation: str) -> None:
        """Queue a pass for a worker; one that is queued or runs is enough."""
        jobs.want(tx, _request(conversation), self.clock())

    def _take(self, tx: Transaction, conversation: str) -> Job | None:
        now = self.clock()
        for owner in jobs.owners(tx):
            if self.is_gone(owner):
                jobs.orphan(tx, owner)
        jobs.want(tx, _request(conversation), now)
        return jobs.claim_one(
            tx,
            JobKind.COMPACT,
            conversation,
            owner=self.owner,
            now=now,
            lease_until=now + _LEASE,
        )

    async def _beat(self, job: Job) -> None:
        """Renew a lease until cancelled."""
        while True:
            await asyncio.sleep(_LEASE.total_seconds() / 3)
            until = self.clock() + _LEASE
            await self.database.write_relaxed(
                lambda tx, until=until: jobs.renew(  # type: ignore[misc]
                    tx, job.id, owner=self.owner, lease_until=until
                )
            )


def _request(conversation: str) -> JobRequest:
    return JobRequest(kind=JobKind.COMPACT, key=conversation, payload=conversation)
