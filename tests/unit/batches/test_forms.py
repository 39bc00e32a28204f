"""Answers that are not in the form of a summary: prose is one, nonsense is not bought for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_room import USAGE, Desk
from batching import MODEL, say_pages
from minutebook.domain.batches import OrderState
from minutebook.domain.pages import SummaryState
from minutebook.errors import NotFoundError
from minutebook.events import BatchApplied
from minutebook.llm.batching import ItemOutcome, ItemResult, RemoteBatch
from minutebook.llm.protocol import Reply, StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.store import usage
from minutebook.wording import narrated

_NONSENSE = "---"


def answering(desk: Desk, text: str) -> None:
    """Have the model write the same whatever it is asked, in a batch or directly."""

    def answer(custom_id: str, prompt: str) -> ItemResult:
        reply = Reply(model=MODEL, text=text, stop_reason=StopReason.END, usage=USAGE)
        return ItemResult(custom_id=custom_id, outcome=ItemOutcome.SUCCEEDED, reply=reply)

    desk.provider.answer = answer
    desk.model = ScriptedModel([Answer(pieces=(text,), usage=USAGE)] * 9, name=MODEL)


@pytest.mark.parametrize("has_batches", [True, False])
async def test_prose_stands_on_the_page(desk: Desk, has_batches: bool) -> None:
    """What a model says plainly is kept, and bought once."""
    desk.has_batches = has_batches
    answering(desk, "A plain summary of what was said.")
    desk.open()
    await say_pages(desk.database, 2)
    await desk.see_through(rounds=3)
    assert {(order.state, order.attempts) for order in await desk.orders()} == {
        (OrderState.DONE, 0)
    }
    for page in await desk.pages():
        assert page.summary_state is SummaryState.FINAL
        assert page.summary == "A plain summary of what was said."
        assert page.label == "A plain summary of what was said"
    assert len(desk.provider.made) + len(desk.model.requests) == (1 if has_batches else 2)


@pytest.mark.parametrize("has_batches", [True, False])
async def test_nonsense_is_bought_twice_at_most(desk: Desk, has_batches: bool) -> None:
    """A whole answer that is no summary is asked for once more, then given up with its reason."""
    desk.has_batches = has_batches
    answering(desk, _NONSENSE)
    desk.open()
    await say_pages(desk.database, 1)
    await desk.see_through(rounds=6)
    (order,) = await desk.orders()
    assert order.state is OrderState.DEAD
    assert "says nothing" in order.error
    assert len(desk.provider.made) + len(desk.model.requests) == 2
    if has_batches:
        assert (await desk.database.read(usage.total)).calls == 2


@pytest.mark.parametrize(
    ("text", "usable", "told"),
    [
        (_NONSENSE, 0, "3 of 3 requests succeeded, 0 with a summary to use"),
        ("They met.", 3, "3 of 3 requests succeeded"),
    ],
)
async def test_what_is_told_are_summaries(desk: Desk, text: str, usable: int, told: str) -> None:
    """That a request succeeded says nothing of its answer."""
    answering(desk, text)
    await say_pages(desk.database, 3)
    with desk.bus.subscribe() as heard:
        await desk.work()
        desk.provider.finish()
        await desk.work(120)
        async for event in heard:
            if isinstance(event, BatchApplied):
                break
    assert isinstance(event, BatchApplied)
    assert event.usable == usable
    assert narrated(event).endswith(told)


async def test_results_that_are_not_there_yet_are_called_that(desk: Desk) -> None:
    """The batch is known and has ended: it is its results that are missing."""
    await say_pages(desk.database, 1)
    await desk.work()

    async def gone(batch: RemoteBatch, target: Path) -> int:
        raise NotFoundError("results of batch", batch.id)

    desk.provider.download = gone  # type: ignore[method-assign]
    desk.provider.finish()
    await desk.work(120)
    (batch,) = await desk.batches()
    assert batch.error == "It has ended, and the provider does not have its results yet."
