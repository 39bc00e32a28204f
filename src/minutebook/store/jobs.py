"""The queue: jobs in the store.

Eligibility. A job can be claimed when it is queued, or failed and past its back-off, and no other
job of its group is leased, submitted, or older and still to do. A lease lasts as long as it is
renewed; when it runs out, the job is queued again. Only the owner of a lease can finish, fail or
release its job, so a worker that was taken for dead cannot undo what its successor did.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.jobs import Job, JobKind, JobRequest, JobState
from minutebook.errors import NotFoundError
from minutebook.store.transaction import Row, Transaction, storable


def ensure(tx: Transaction, request: JobRequest, now: datetime, due: datetime) -> None:
    """Make sure the work is pending and will run, or run again, after this moment."""
    tx.run("jobs.ensure", **_values(request, now, due))


def add_once(tx: Transaction, request: JobRequest, now: datetime) -> None:
    """Queue work that is never needed a second time under the same key."""
    tx.run("jobs.add_once", **_values(request, now, now))


def want(tx: Transaction, request: JobRequest, now: datetime) -> None:
    """Queue work that is not pending; what is pending, or waits for its moment, is left alone."""
    tx.run("jobs.want", **_values(request, now, now))


def is_queued_by(tx: Transaction, kind: JobKind, key: str, due: datetime) -> bool:
    """Say whether a job waits that will run by a moment."""
    found = tx.one("jobs.is_queued_by", kind=kind.value, key=key, due=to_micros(due))
    return found is not None


def is_held(tx: Transaction, kind: JobKind, key: str) -> bool:
    """Say whether somebody has leased a job."""
    return tx.one("jobs.is_held", kind=kind.value, key=key) is not None


def is_leased(tx: Transaction, kind: JobKind, key: str, now: datetime) -> bool:
    """Say whether a worker that may still be alive is at a job."""
    return tx.one("jobs.is_leased", kind=kind.value, key=key, now=to_micros(now)) is not None


def make_due(tx: Transaction, kind: JobKind, key: str, now: datetime) -> None:
    """Let a job that waits for its moment run now; a back-off is not cut short."""
    tx.run("jobs.make_due", kind=kind.value, key=key, now=to_micros(now))


def hasten(tx: Transaction, now: datetime) -> int:
    """Let every queued job that waits for its moment run now; return how many."""
    return tx.run("jobs.hasten", now=to_micros(now))


def hasten_kind(tx: Transaction, kind: JobKind, now: datetime) -> int:
    """Let every queued job of a kind run now; return how many."""
    return tx.run("jobs.hasten_kind", kind=kind.value, now=to_micros(now))


def claim(
    tx: Transaction, kind: JobKind, *, owner: str, now: datetime, lease_until: datetime
) -> Job | None:
    """Lease the oldest job of a kind that can be claimed."""
    row = tx.one(
        "jobs.claim",
        kind=kind.value,
        owner=owner,
        now=to_micros(now),
        lease_until=to_micros(lease_until),
    )
    return None if row is None else _from_row(row)


def claim_one(
    tx: Transaction, kind: JobKind, key: str, *, owner: str, now: datetime, lease_until: datetime
) -> Job | None:
    """Lease one job, whether it is due or not; None while somebody else has it, or it is done."""
    row = tx.one(
        "jobs.claim_one",
        kind=kind.value,
        key=key,
        owner=owner,
        now=to_micros(now),
        lease_until=to_micros(lease_until),
    )
    return None if row is None else _from_row(row)


def renew(tx: Transaction, job: int, *, owner: str, lease_until: datetime) -> bool:
    """Go on holding a job. False when it is no longer ours."""
    return bool(tx.run("jobs.renew", id=job, owner=owner, lease_until=to_micros(lease_until)))


def finish(tx: Transaction, job: Job, now: datetime) -> bool:
    """Mark a job done; queued again when it was asked for meanwhile. False when not ours."""
    return bool(tx.run("jobs.finish", id=job.id, owner=job.owner, now=to_micros(now)))


def go_on(tx: Transaction, job: Job, now: datetime, until: datetime) -> bool:
    """Hand back a job that has done a step, until its next; at once when it was asked for
    meanwhile. False when not ours."""
    return bool(
        tx.run("jobs.go_on", id=job.id, owner=job.owner, now=to_micros(now), until=to_micros(until))
    )


def fail(tx: Transaction, job: Job, error: str, now: datetime, retry_at: datetime | None) -> bool:
    """Note a failure: tried again at `retry_at`, or dead when that is None."""
    return bool(
        tx.run(
            "jobs.fail",
            id=job.id,
            owner=job.owner,
            error=storable(error),
            state=(JobState.DEAD if retry_at is None else JobState.FAILED).value,
            not_before=to_micros(retry_at or now),
            now=to_micros(now),
        )
    )


def release(tx: Transaction, job: Job, now: datetime) -> bool:
    """Hand back unfinished work, as if it had not been claimed."""
    return bool(tx.run("jobs.release", id=job.id, owner=job.owner, now=to_micros(now)))


def postpone(tx: Transaction, job: Job, reason: str, now: datetime, until: datetime) -> bool:
    """Hand back work that cannot be done before a moment, as if it had not been claimed."""
    return bool(
        tx.run(
            "jobs.postpone",
            id=job.id,
            owner=job.owner,
            reason=storable(reason),
            until=to_micros(until),
            now=to_micros(now),
        )
    )


def recall(tx: Transaction, now: datetime) -> int:
    """Let what was postponed be tried now; return how many jobs."""
    return tx.run("jobs.recall", now=to_micros(now))


def expire(tx: Transaction, now: datetime, max_attempts: int) -> int:
    """Queue again what workers held that have stopped renewing; return how many jobs."""
    return tx.run("jobs.expire", now=to_micros(now), max_attempts=max_attempts)


def owners(tx: Transaction) -> list[str]:
    """Return who holds leases."""
    return [row["owner"] for row in tx.all("jobs.owners")]


def orphan(tx: Transaction, owner: str) -> int:
    """End every lease of an owner that is known to be gone."""
    return tx.run("jobs.orphan", owner=owner)


def retry(tx: Transaction, job: int, now: datetime) -> Job:
    """Queue a failed or dead job again. Raises NotFoundError."""
    tx.run("jobs.retry", id=job, now=to_micros(now))
    row = tx.one("jobs.get", id=job)
    if row is None:
        raise NotFoundError("job", str(job), hint="`minutebook queue list` lists them.")
    return _from_row(row)


def retry_all(tx: Transaction, now: datetime) -> int:
    """Queue every failed and dead job again; return how many."""
    return tx.run("jobs.retry_all", now=to_micros(now))


def newest(tx: Transaction, *, limit: int, state: str = "", kind: str = "") -> list[Job]:
    """Return jobs, the one that changed last first."""
    return [_from_row(row) for row in tx.all("jobs.newest", state=state, kind=kind, limit=limit)]


def counts(tx: Transaction) -> dict[JobState, int]:
    """Return how many jobs there are in each state."""
    found = {JobState(row["state"]): row["jobs"] for row in tx.all("jobs.counts")}
    return {state: found.get(state, 0) for state in JobState}


def next_due(tx: Transaction, kind: JobKind) -> datetime | None:
    """Return when the next waiting job of a kind may run; None when none waits."""
    row = tx.one("jobs.next_due", kind=kind.value)
    return None if row is None else from_micros(row["not_before"])


def is_claimable(tx: Transaction, kind: JobKind, now: datetime) -> bool:
    """Say whether a job of a kind is due whose group is free."""
    return tx.one("jobs.is_claimable", kind=kind.value, now=to_micros(now)) is not None


def is_any_open(tx: Transaction, kind: JobKind) -> bool:
    """Say whether a job of a kind is still to be done, or under way."""
    return tx.one("jobs.is_any_open", kind=kind.value) is not None


def put_off(tx: Transaction, kinds: Collection[JobKind], after: datetime) -> list[Job]:
    """Return the jobs of some kinds that wait for a reason, until later than a moment; the one that
    goes on first comes first."""
    wanted = json.dumps([kind.value for kind in kinds])
    return [_from_row(row) for row in tx.all("jobs.put_off", kinds=wanted, after=to_micros(after))]


def unfinished(tx: Transaction) -> int:
    """Return how many jobs are queued or running; those in a back-off are not counted."""
    row = tx.one("jobs.unfinished")
    return 0 if row is None else int(row["jobs"])


def _values(request: JobRequest, now: datetime, due: datetime) -> dict[str, str | int | None]:
    return {
        "kind": request.kind.value,
        "key": request.key,
        "grp": request.group,
        "payload": request.payload,
        "cause": storable(request.cause),
        "correlation": request.correlation,
        "now": to_micros(now),
        "due": to_micros(due),
    }


def _from_row(row: Row) -> Job:
    return Job(
        id=row["id"],
        kind=JobKind(row["kind"]),
        key=row["key"],
        group=row["grp"],
        payload=row["payload"],
        state=JobState(row["state"]),
        attempts=row["attempts"],
        not_before=from_micros(row["not_before"]),
        owner=row["owner"],
        lease_until=None if row["lease_until"] is None else from_micros(row["lease_until"]),
        requests=row["requests"],
        error=row["error"],
        cause=row["cause"],
        correlation=row["correlation"],
        created_at=from_micros(row["created_at"]),
        updated_at=from_micros(row["updated_at"]),
    )
