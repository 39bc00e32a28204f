"""Batches are sent once, whatever anybody knows of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from batch_room import Desk, good, undone
from batching import MODEL, say_pages
from minutebook.domain.batches import BatchState, OrderState
from minutebook.domain.pages import SummaryState
from minutebook.errors import (
    ModelAccessError,
    ModelBillingError,
    ModelBusyError,
    ModelNotReachedError,
    ModelRequestError,
    ModelUnreachableError,
    UsageError,
)
from minutebook.llm.batching import ItemOutcome
from minutebook.wording import waits_for_yes

GRACE = 15 * 60


async def test_a_batch_is_written_down_sent_and_applied(desk: Desk) -> None:
    """Every page has the model's summary; batches are no larger than the settings say."""
    desk.settings = replace(desk.settings, requests=4)
    desk.open()
    await say_pages(desk.database, 10)
    await desk.work()
    assert sorted(batch.requests for batch in await desk.batches()) == [2, 4, 4]
    assert {page.summary_state for page in await desk.pages()} == {SummaryState.STANDIN}
    desk.provider.finish()
    await desk.work(120)
    assert {batch.state for batch in await desk.batches()} == {BatchState.APPLIED}
    assert {page.summary_state for page in await desk.pages()} == {SummaryState.FINAL}
    assert list((desk.folder / "batches").iterdir()) == []


async def test_bytes_limit_a_batch_too(desk: Desk) -> None:
    """What does not fit goes into the next one."""
    desk.settings = replace(desk.settings, bytes=1_000)
    desk.open()
    await say_pages(desk.database, 6)
    await desk.work()
    found = await desk.batches()
    assert sum(batch.requests for batch in found) == 6
    assert len(found) > 1
    assert all(batch.bytes <= 1_000 for batch in found)


@pytest.mark.parametrize("keeps_labels", [False, True])
async def test_what_arrived_after_all_is_adopted(desk: Desk, keeps_labels: bool) -> None:
    """The answer was lost and the batch was not: it is found, and not sent again."""
    desk.provider.keeps_labels = keeps_labels
    desk.provider.after_create = ModelUnreachableError("cut")
    await say_pages(desk.database, 3)
    await desk.work()
    assert [batch.state for batch in await desk.batches()] == [BatchState.IN_DOUBT]
    await desk.see_through(rounds=3)
    assert desk.provider.sent == 1
    assert {batch.state for batch in await desk.batches()} == {BatchState.APPLIED}


@pytest.mark.parametrize("keeps_labels", [False, True])
async def test_what_never_arrived_is_sent_after_a_grace(desk: Desk, keeps_labels: bool) -> None:
    """Nothing is sent anew before the grace is over; then the same orders are."""
    desk.provider.keeps_labels = keeps_labels
    desk.provider.before_create = ModelUnreachableError("cut")
    await say_pages(desk.database, 3)
    await desk.work()
    await desk.work(GRACE - 120)
    assert desk.provider.sent == 1
    await desk.work(600)
    await desk.work(GRACE)
    assert desk.provider.sent == 2
    assert [b.state for b in await desk.batches()] == [BatchState.RELEASED, BatchState.OPEN]
    assert {order.attempts for order in await desk.orders()} == {0}


async def test_a_stranger_is_not_adopted(desk: Desk) -> None:
    """A batch of the same size by somebody with the same key is told by its results."""
    desk.provider.before_create = ModelUnreachableError("cut")
    desk.provider.make("", [b'{"id": "x%d", "prompt": ""}' % n for n in range(3)])
    await say_pages(desk.database, 3)
    await desk.work()
    await desk.work(2 * GRACE)
    assert desk.provider.sent == 1, "it could still be ours"
    desk.provider.finish()
    await desk.work(GRACE)
    assert desk.provider.sent == 1, "one look is not enough"
    for _ in range(5):
        await desk.work(GRACE)
    assert desk.provider.sent == 2
    (released, _) = await desk.batches()
    assert (released.state, released.excluded) == (BatchState.RELEASED, ("remote_0",) * 3)


async def test_busy_is_no_doubt(desk: Desk) -> None:
    """A provider that has too much to do has made nothing: the same batch is sent later."""
    desk.provider.before_create = ModelBusyError("429", retry_after=30)
    await say_pages(desk.database, 3)
    await desk.work()
    assert [batch.state for batch in await desk.batches()] == [BatchState.PREPARED]
    await desk.work(120)
    assert [batch.state for batch in await desk.batches()] == [BatchState.OPEN]


async def test_what_nobody_was_reached_for_is_no_doubt(desk: Desk) -> None:
    """Without a connection nothing was made: no grace is waited for once there is one."""
    desk.provider.before_create = ModelNotReachedError("refused")
    desk.provider.is_stubborn = True
    await say_pages(desk.database, 3)
    await desk.work()
    assert [batch.state for batch in await desk.batches()] == [BatchState.PREPARED]
    desk.provider.before_create = None
    await desk.work(GRACE / 5)
    assert [batch.state for batch in await desk.batches()] == [BatchState.OPEN]


@pytest.mark.parametrize("error", [ModelBillingError("no credit"), ModelAccessError("no key")])
async def test_what_a_person_must_mend_pauses(desk: Desk, error: Exception) -> None:
    """Nothing is sent until the pause is over or lifted; nothing is lost."""
    desk.provider.before_create = error  # type: ignore[assignment]
    await say_pages(desk.database, 3)
    await desk.work()
    await desk.work(1_000)
    (pause,) = (await desk.room.status()).pauses
    assert (pause.provider, desk.provider.sent) == ("anthropic", 1)
    assert await desk.room.resume() == 1
    await desk.work()
    assert desk.provider.sent == 2
    assert [batch.state for batch in await desk.batches()] == [BatchState.OPEN]


async def test_a_pause_ends_by_itself(desk: Desk) -> None:
    """Time lifts it too."""
    desk.provider.before_create = ModelBillingError("no credit")
    await say_pages(desk.database, 3)
    await desk.work()
    await desk.work(3_700)
    assert desk.provider.sent == 2


async def test_a_refused_batch_uses_an_attempt(desk: Desk) -> None:
    """Its orders are tried again, in another batch, and given up in the end."""
    desk.settings = replace(desk.settings, max_attempts=2)
    desk.open()
    await say_pages(desk.database, 3)
    desk.provider.before_create = ModelRequestError("bad")
    desk.provider.is_stubborn = True
    await desk.work()
    await desk.work()
    assert {b.state for b in await desk.batches()} == {BatchState.FAILED}
    assert {order.state for order in await desk.orders()} == {OrderState.DEAD}
    assert len(await desk.room.dead()) == 3
    desk.provider.before_create = None
    assert await desk.room.retry() == 3
    await desk.see_through(rounds=1)
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}


async def test_a_batch_can_be_cancelled_before_it_is_sent(desk: Desk) -> None:
    """Nothing is sent then; its orders wait for a yes."""
    desk.provider.before_create = ModelBillingError("no credit")
    await say_pages(desk.database, 3)
    await desk.work()
    (batch,) = await desk.batches()
    await desk.room.cancel(batch.id[:8])
    await desk.work()
    assert [b.state for b in await desk.batches()] == [BatchState.RELEASED]
    assert {order.state for order in await desk.orders()} == {OrderState.HELD}
    with pytest.raises(UsageError):
        await desk.room.cancel(batch.id)
    assert desk.provider.sent == 1


async def test_a_batch_can_be_cancelled(desk: Desk) -> None:
    """What was not done by then waits for a yes, and is done after it."""
    await say_pages(desk.database, 3)
    await desk.work()
    (batch,) = await desk.batches()
    await desk.room.cancel(batch.id)
    await desk.work()
    assert [b.state for b in await desk.batches()] == [BatchState.CANCELING]
    desk.provider.answer = undone(ItemOutcome.CANCELED)
    desk.provider.finish()
    await desk.work(120)
    assert {order.state for order in await desk.orders()} == {OrderState.HELD}
    (approval,) = await desk.room.approvals()
    assert approval.estimate.pages == 3
    assert approval.estimate.cost is not None
    assert waits_for_yes(approval) == (
        f"Waits for a yes: 3 pages for {MODEL}: Its batch was cancelled."
        f" `minutebook batches approve {approval.id}` says it."
    )
    desk.provider.answer = good
    await desk.room.approve(approval.id)
    await desk.see_through(rounds=1)
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}


async def test_a_batch_that_ends_at_once_is_noticed_soon(desk: Desk) -> None:
    """The first looks come within seconds, whatever the time between later ones."""
    await say_pages(desk.database, 2)
    await desk.work()
    desk.provider.finish()
    await desk.work(seconds=8)
    assert [batch.state for batch in await desk.batches()] == [BatchState.APPLIED]
