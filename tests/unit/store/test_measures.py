"""How the work goes, as the store counts it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from doubles import FakeClock
from minutebook.domain.batches import OrderDraft, OrderState, Route
from minutebook.domain.jobs import JobKind, JobRequest, JobState
from minutebook.domain.measures import Measures
from minutebook.store import jobs, orders
from minutebook.store.database import Database
from minutebook.store.measures import measure
from minutebook.store.orders import Settlement
from minutebook.store.transaction import Transaction

HOUR = timedelta(hours=1)


async def measured(database: Database, clock: FakeClock) -> Measures:
    """Return how the work goes, the last hour in six slots."""
    return await database.read(lambda tx: measure(tx, clock(), over=HOUR, slots=6))


def request(key: str, kind: JobKind = JobKind.SUMMARISE) -> JobRequest:
    return JobRequest(kind=kind, key=key, payload=key)


async def queue(database: Database, clock: FakeClock, key: str) -> None:
    """Queue a job that is due."""
    await database.write(lambda tx: jobs.ensure(tx, request(key), clock(), clock()))


async def end_one(database: Database, clock: FakeClock, error: str = "") -> None:
    """Have a worker end one job, or give it up."""

    def work(tx: Transaction) -> None:
        until = clock() + HOUR
        job = jobs.claim(tx, JobKind.SUMMARISE, owner="me", now=clock(), lease_until=until)
        assert job is not None
        if error:
            jobs.fail(tx, job, error, clock(), None)
        else:
            jobs.finish(tx, job, clock())

    await database.write(work)


async def test_nothing(database: Database, clock: FakeClock) -> None:
    """An empty home has no depth, no rate and no latency."""
    found = await measured(database, clock)
    assert (found.depths, found.latencies, found.success_rate) == ((), (), None)
    assert (found.waiting(), found.oldest()) == (0, None)
    assert found.throughput.done == (0,) * 6
    assert set(found.outcomes.values()) == {0}


async def test_depth_and_age(database: Database, clock: FakeClock) -> None:
    """Jobs by kind and state; the age of what waits begins when it is due."""
    begun = clock()
    for n in range(3):
        await queue(database, clock, f"k{n}")
        clock.forward(minutes=5)
    later = clock() + HOUR
    scribe = request("later", JobKind.SCRIBE)
    await database.write(lambda tx: jobs.ensure(tx, scribe, clock(), later))
    await end_one(database, clock, "no use")
    found = await measured(database, clock)
    said = {(each.kind, each.state): (each.jobs, each.since) for each in found.depths}
    assert said == {
        (JobKind.SUMMARISE, JobState.QUEUED): (2, begun + timedelta(minutes=5)),
        (JobKind.SUMMARISE, JobState.DEAD): (1, clock()),
        (JobKind.SCRIBE, JobState.QUEUED): (1, None),
    }
    assert found.waiting() == 3
    assert found.oldest() == begun + timedelta(minutes=5)


async def test_throughput(database: Database, clock: FakeClock) -> None:
    """What ended is counted in the slot it ended in; what is older is not."""
    for n in range(4):
        await queue(database, clock, f"k{n}")
    await end_one(database, clock)
    clock.forward(minutes=61)
    await end_one(database, clock)
    clock.forward(minutes=25)
    await end_one(database, clock)
    await end_one(database, clock)
    found = await measured(database, clock)
    assert found.throughput.done == (0, 0, 0, 1, 0, 2)
    assert found.throughput.width == timedelta(minutes=10)


def draft(n: int, route: Route) -> OrderDraft:
    return OrderDraft(
        key=f"o{n}",
        page=f"pg_{n}",
        conversation="c",
        content_hash="h",
        prompt="p",
        model="test:one",
        tokens=10,
        state=OrderState.READY,
        route=route,
    )


async def test_latency_and_success(database: Database, clock: FakeClock) -> None:
    """Times by the way summaries went, by nearest rank; the share of those that were given."""
    for n in range(1, 102):
        route = Route.BATCH if n <= 100 else Route.NOW
        await database.write(partial(orders.add, draft=draft(n, route), now=clock()))
    begun = clock()
    for n in range(1, 102):
        state = OrderState.DEAD if n % 4 == 0 else OrderState.DONE
        now = begun + timedelta(seconds=n)
        settlement = Settlement(state=state)
        await database.write(partial(orders.settle, id_=n, settlement=settlement, now=now))
    found = await measured(database, clock)
    assert found.success_rate == 76 / 101
    by_route = {each.route: each for each in found.latencies}
    batch = [n for n in range(1, 101) if n % 4]
    assert by_route[Route.BATCH].summaries == len(batch) == 75
    assert by_route[Route.BATCH].quantiles == {
        0.5: timedelta(seconds=batch[37]),
        0.9: timedelta(seconds=batch[67]),
        0.99: timedelta(seconds=batch[74]),
    }
    assert set(by_route[Route.NOW].quantiles.values()) == {timedelta(seconds=101)}
