"""What follows when a provider does not take a batch, or has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from batch_room import Desk, as_it_should
from batching import MODEL, say_pages
from minutebook.batches.estimating import Estimating
from minutebook.config import BatchMode
from minutebook.domain.batches import ApprovalKind, BatchState, OrderState, Route
from minutebook.errors import NoBatchesError, PromptTooLongError
from minutebook.llm.batching import Parcel, RemoteBatch
from minutebook.llm.scripted import ScriptedModel

_DAY = timedelta(days=1).total_seconds()


def taking(desk: Desk, fits: Callable[[Parcel], bool]) -> list[int]:
    """Let the provider take only what fits; return how many requests each batch had."""
    create, seen = desk.provider.create, list[int]()

    async def chosen(parcel: Parcel) -> RemoteBatch:
        seen.append(len(parcel.lines))
        if not fits(parcel):
            raise PromptTooLongError("413")
        return await create(parcel)

    desk.provider.create = chosen  # type: ignore[method-assign]
    return seen


async def test_a_batch_that_is_too_large_is_halved(desk: Desk) -> None:
    """Until it is taken; no page is blamed for the size of a batch, no attempt is used."""
    seen = taking(desk, lambda parcel: len(parcel.lines) <= 3)
    await say_pages(desk.database, 8)
    await desk.see_through(rounds=3)
    assert seen[0] == 8
    assert max(seen) > 3 >= seen[-1]
    assert {(order.state, order.attempts) for order in await desk.orders()} == {
        (OrderState.DONE, 0)
    }
    found = await desk.batches()
    assert {batch.state for batch in found} == {BatchState.SPLIT, BatchState.APPLIED}
    (whole,) = [batch for batch in found if batch.requests == 8]
    assert "8 requests go in smaller ones" in whole.error


async def test_the_size_that_is_taken_is_remembered(desk: Desk) -> None:
    """What comes later is not tried at the old size first."""
    seen = taking(desk, lambda parcel: len(parcel.lines) <= 2)
    await say_pages(desk.database, 6)
    await desk.see_through(rounds=2)
    del seen[:]
    await say_pages(desk.database, 12)
    desk.open()
    await desk.see_through(rounds=2)
    assert max(seen) <= 2


async def test_a_page_is_blamed_when_it_is_alone(desk: Desk) -> None:
    """A request that is refused by itself is too long: its page is summarised in parts."""
    seen = taking(desk, lambda parcel: b"number 1:" not in b"".join(parcel.lines))
    await say_pages(desk.database, 3)
    await desk.see_through(rounds=4)
    assert 1 in seen
    states = [order.state for order in await desk.orders() if order.parent is None]
    assert states.count(OrderState.DONE) == 2


async def test_without_batches_pages_are_asked_for_directly(desk: Desk) -> None:
    """That there are none is remembered for a day, whoever works on the home."""
    desk.provider.before_create = NoBatchesError("404")
    desk.provider.is_stubborn = True
    desk.model = ScriptedModel([as_it_should] * 9, name=MODEL)
    desk.open()
    await say_pages(desk.database, 3)
    await desk.work()
    await desk.work()
    assert {(o.state, o.route) for o in await desk.orders()} == {(OrderState.DONE, Route.NOW)}
    assert [batch.state for batch in await desk.batches()] == [BatchState.DECLINED]
    assert (await desk.room.status()).pauses == ()
    await say_pages(desk.database, 5)
    desk.open()
    await desk.work()
    assert (desk.provider.sent, len(desk.model.requests)) == (1, 5)


@pytest.mark.parametrize("what", ["a day later", "another address"])
async def test_a_refusal_is_not_believed_for_ever(desk: Desk, what: str) -> None:
    """Another server, or another day, may have batches."""
    desk.provider.before_create = NoBatchesError("404")
    desk.model = ScriptedModel([as_it_should] * 9, name=MODEL)
    desk.open()
    await say_pages(desk.database, 1)
    await desk.work()
    await desk.work()
    if what == "a day later":
        desk.clock.forward(seconds=_DAY)
    else:
        desk.provider.key = "key-2"
    await say_pages(desk.database, 3)
    await desk.work()
    assert desk.provider.sent == 2


async def test_the_full_price_waits_for_a_yes(desk: Desk) -> None:
    """What was to cost half and would now cost more than is spent unasked is held."""
    desk.provider.before_create = NoBatchesError("404")
    desk.model = ScriptedModel([as_it_should] * 9, name=MODEL)
    estimating = Estimating(desk.means.prices, desk.means.counter)
    whole = estimating.of(MODEL, 3, 200, desk.clock(), batch=False)
    assert whole.cost is not None
    desk.settings = replace(desk.settings, confirm_above=whole.cost * Decimal("0.6"))
    desk.open()
    await say_pages(desk.database, 3)
    await desk.work()
    await desk.work()
    (asked,) = await desk.room.approvals()
    assert (asked.kind, asked.estimate.pages) == (ApprovalKind.UNANSWERED, 3)
    assert desk.model.requests == []
    await desk.room.approve(asked.id)
    await desk.work()
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}


async def test_mode_batch_says_what_to_do(desk: Desk) -> None:
    """Who insists on batches is told how to do without."""
    desk.settings = replace(desk.settings, mode=BatchMode.BATCH)
    desk.open()
    desk.provider.before_create = NoBatchesError("There are no batches at this provider: 404.")
    await say_pages(desk.database, 3)
    await desk.work()
    (pause,) = (await desk.room.status()).pauses
    assert 'mode to "auto" or "now" under [batches]' in pause.reason
    assert {order.state for order in await desk.orders()} == {OrderState.SENT}
