"""A summary that somebody waits for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from batch_room import Desk, summary_of
from batching import Said, say, say_pages, sentence
from doubles import FakeClock
from minutebook.domain.batches import OrderState
from minutebook.domain.jobs import JobState
from minutebook.domain.pages import SummaryState
from minutebook.errors import ModelBusyError, ModelError, ModelRequestError, ModelUnreachableError
from minutebook.llm.protocol import Request
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.store import jobs
from minutebook.store.database import Database


@pytest.fixture
async def desk(database: Database, clock: FakeClock, tmp_path: Path) -> Desk:
    return Desk(database, clock, tmp_path)


def answering(request: Request) -> Answer:
    return Answer(pieces=(summary_of(request.messages[0].text),))


async def test_a_page_is_summarised_at_once(desk: Desk) -> None:
    """The model is asked once, and nothing is left to be done."""
    await say_pages(desk.database, 1)
    desk.model = ScriptedModel([answering], name=desk.plan.model)
    (page,) = await desk.pages()
    assert await desk.room.summarise_now(page.id) is None
    assert await desk.room.summarise_now(page.id) is None
    (page,) = await desk.pages()
    assert page.summary_state is SummaryState.FINAL
    assert [order.state for order in await desk.orders()] == [OrderState.DONE]
    assert len(desk.model.requests) == 1
    asked = await desk.database.read(lambda tx: jobs.newest(tx, limit=9, kind="ask"))
    assert [job.state for job in asked] == [JobState.DONE]


async def test_an_order_that_waits_is_answered(desk: Desk) -> None:
    """What was ordered of a page already is not ordered a second time."""
    await say_pages(desk.database, 1)
    desk.plan = replace(desk.plan, linger=desk.plan.linger * 100)
    desk.open()
    await desk.pool.drain()
    desk.model = ScriptedModel([answering], name=desk.plan.model)
    (page,) = await desk.pages()
    assert await desk.room.summarise_now(page.id) is None
    await desk.see_through(rounds=2)
    assert len(desk.model.requests) == 1
    assert desk.provider.sent == 0


async def test_a_long_page_is_summarised_in_parts(desk: Desk) -> None:
    """Parts of a page that is too long are asked for in turn, and their summaries made one."""
    desk.narrow(1_950)
    policy = RecordPolicy(paging=PagingPolicy(tokens=500), scribe_enabled=False)
    long = " ".join(sentence(n) for n in range(80))
    await say(desk.database, [Said(key="k0", text=long)], policy=policy)
    (page,) = await desk.pages()
    assert await desk.room.summarise_now(page.id) is None
    (page,) = await desk.pages()
    assert page.summary_state is SummaryState.FINAL
    whole, *parts = await desk.orders()
    assert whole.state is OrderState.DONE
    assert len(parts) >= 2
    assert {part.state for part in parts} == {OrderState.DONE}


@pytest.mark.parametrize(
    "error", [ModelRequestError("It cannot read this."), ModelUnreachableError("It is away.")]
)
async def test_a_failure_says_why(desk: Desk, error: ModelError) -> None:
    """Where the model gives nothing, the reason comes back, and nobody has the job."""
    await say_pages(desk.database, 1)
    desk.model = ScriptedModel([Answer(error=error)], name=desk.plan.model)
    (page,) = await desk.pages()
    missing = await desk.room.summarise_now(page.id)
    assert missing is not None
    assert error.message in missing.reason
    assert (missing.is_asked, missing.wait) == (True, None)
    asked = await desk.database.read(lambda tx: jobs.newest(tx, limit=9, kind="ask"))
    assert [job.owner for job in asked] == [None]


async def test_a_model_that_is_busy_says_for_how_long(desk: Desk) -> None:
    """How long it wants to be left alone comes back with the reason."""
    await say_pages(desk.database, 1)
    busy = ModelBusyError("Slow down.", retry_after=7.0)
    desk.model = ScriptedModel([Answer(error=busy), answering], name=desk.plan.model)
    (page,) = await desk.pages()
    missing = await desk.room.summarise_now(page.id)
    assert missing is not None
    assert (missing.is_asked, missing.wait) == (True, 7.0)
    assert await desk.room.summarise_now(page.id) is None


async def test_what_is_in_a_batch_is_waited_for(desk: Desk) -> None:
    """A summary that is on its way in a batch is not paid for a second time."""
    await say_pages(desk.database, 3)
    for _ in range(3):
        await desk.work()
    assert desk.provider.sent == 1
    page = (await desk.pages())[0]
    missing = await desk.room.summarise_now(page.id)
    assert missing is not None
    assert "in a batch" in missing.reason
    assert not missing.is_asked
    assert desk.model.requests == []
