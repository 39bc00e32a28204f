"""A batch is written down some requests at a time, and is not sent before all of them are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from batch_room import Desk
from batching import say_pages
from minutebook.batches import loading, planning
from minutebook.domain.batches import BatchItem, BatchState, OrderState
from minutebook.domain.jobs import Job, JobKind
from minutebook.errors import StoreError
from minutebook.store import batches, jobs, orders
from minutebook.store.transaction import Transaction

_PAGES = 7


@pytest.fixture
async def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Open a room that writes two requests at a time, with pages that want a summary."""
    monkeypatch.setattr(loading, "_CLAIMED_AT_ONCE", 2)
    monkeypatch.setattr(loading, "_READ_AT_ONCE", 3)
    await say_pages(desk.database, _PAGES)
    return desk


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the store fail behind the second of all parts that are written down."""
    written: list[int] = []
    add_items = batches.add_items

    def failing(tx: Transaction, items: Sequence[BatchItem]) -> None:
        written.append(len(items))
        if len(written) == 3:
            raise StoreError("The power has gone.")
        add_items(tx, items)

    monkeypatch.setattr(batches, "add_items", failing)
    return written


async def states(desk: Desk) -> list[BatchState]:
    """Return the states of all batches, those that ended well first."""
    return sorted(batch.state for batch in await desk.batches())


async def test_it_is_written_in_parts_and_sent_whole(desk: Desk) -> None:
    """Whatever the size of the parts, every request is in the batch once."""
    await desk.work()
    (batch,) = await desk.batches()
    assert (batch.state, batch.requests) == (BatchState.OPEN, _PAGES)
    items = (await desk.room.show(batch.id)).items
    assert len({item.order for item in items}) == len(items) == _PAGES
    (made,) = desk.provider.made
    assert sorted(id_ for id_, _ in made.requests) == sorted(item.custom_id for item in items)


async def test_what_a_worker_left_in_the_middle_is_released(desk: Desk, broken: list[int]) -> None:
    """It was never sent; its requests go in a batch of the next worker, each once."""
    await desk.work()
    assert broken[:3] == [2, 2, 2]
    desk.open()
    await desk.see_through(rounds=4)
    assert await states(desk) == [BatchState.APPLIED, BatchState.RELEASED]
    assert desk.provider.sent == 1
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}
    assert list((desk.folder / "batches").iterdir()) == []


async def test_nothing_is_sent_meanwhile(desk: Desk, broken: list[int]) -> None:
    """A batch that is written down in part stays where it is as long as its writer may live."""
    await desk.work()
    assert await states(desk) == [BatchState.PREPARING]
    status = await desk.room.status()
    assert (status.open, status.in_flight, status.unsent) == (1, 0, 1)
    job = await dispatching(desk)
    (batch,) = await desk.batches()
    step = desk.room.handlers[JobKind.BATCH]
    again_at = await step(replace(job, payload=batch.id))
    assert again_at is not None
    assert again_at > desk.clock()
    assert (await states(desk), desk.provider.sent) == ([BatchState.PREPARING], 0)
    await desk.database.write(lambda tx: jobs.finish(tx, job, desk.clock()))
    assert await step(replace(job, payload=batch.id)) is None
    assert await states(desk) == [BatchState.RELEASED]
    assert {order.state for order in await desk.orders()} == {OrderState.READY}


async def dispatching(desk: Desk) -> Job:
    """Have somebody at the dispatcher's job."""
    now = desk.clock()

    def work(tx: Transaction) -> Job | None:
        return jobs.claim_one(
            tx,
            JobKind.DISPATCH,
            "dispatch",
            owner="another",
            now=now,
            lease_until=now + timedelta(minutes=1),
        )

    job = await desk.database.write(work)
    assert job is not None
    return job


async def test_what_another_has_taken_is_not_sent_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that lacks an order of its own is released as a whole, and made anew."""
    send, tries = orders.send, 0

    def late(tx: Transaction, ids: Sequence[int], *rest: object) -> int:
        nonlocal tries
        tries += 1
        return send(tx, ids, *rest) - (tries == 2)  # type: ignore[arg-type]

    monkeypatch.setattr(orders, "send", late)
    await desk.see_through(rounds=3)
    assert await states(desk) == [BatchState.APPLIED, BatchState.RELEASED]
    assert desk.provider.sent == 1
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}


async def test_who_was_taken_for_dead_writes_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its batch was released by another worker: what it goes on with is undone."""
    add_items, released = batches.add_items, 0

    def slow(tx: Transaction, items: Sequence[BatchItem]) -> None:
        nonlocal released
        add_items(tx, items)
        if not released:
            released = orders.release(tx, items[0].batch, desk.clock())
            batch = batches.get(tx, items[0].batch)
            batches.change(tx, replace(batch, state=BatchState.RELEASED), batch.state)
            planning.wake(tx, desk.clock())

    monkeypatch.setattr(batches, "add_items", slow)
    await desk.see_through(rounds=3)
    assert released == 2
    assert await states(desk) == [BatchState.APPLIED, BatchState.RELEASED]
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}
    assert len(desk.provider.made) == 1
