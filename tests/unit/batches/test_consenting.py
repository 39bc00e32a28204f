"""A yes is for what is planned now, is asked for once, and a no can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from batch_room import Desk
from batching import MODEL, say_pages
from minutebook.batches import Plan
from minutebook.domain.batches import ApprovalKind, ApprovalState, OrderState
from minutebook.errors import UsageError

_OTHER = "anthropic:claude-sonnet-5"


@pytest.fixture
async def backlog(desk: Desk) -> Desk:
    """Have pages with stand-ins, and a model that was chosen since."""
    desk.plan = Plan(model="offline", prompt="p1")
    desk.open()
    await say_pages(desk.database, 4)
    await desk.work()
    choose(desk, MODEL)
    return desk


def choose(desk: Desk, model: str) -> None:
    """Set another model for summaries."""
    desk.plan = Plan(model=model, prompt="p1")
    desk.open()


async def test_what_is_approved_is_not_asked_about_again(backlog: Desk) -> None:
    """A worker that begins looks for a backlog before it does what was approved."""
    asked = await backlog.room.ask_about_backlog()
    assert asked is not None
    await backlog.room.approve(asked.id)
    await backlog.room.look_for_backlog()
    assert await backlog.room.approvals() == []
    await backlog.see_through(rounds=1)
    await backlog.room.look_for_backlog()
    found = await backlog.room.approvals(state=None)
    assert [(each.id, each.state) for each in found] == [(asked.id, ApprovalState.APPROVED)]
    assert {order.state for order in await backlog.orders()} == {OrderState.DONE}


async def test_a_question_about_another_model_lapses(backlog: Desk) -> None:
    """What waits is about the model that is set; it is asked about once."""
    old = await backlog.room.ask_about_backlog()
    assert old is not None
    choose(backlog, _OTHER)
    assert await backlog.room.approvals() == []
    assert (await backlog.room.status()).approvals == ()
    with pytest.raises(UsageError, match="writes no summaries now"):
        await backlog.room.approve(old.id)
    await backlog.room.look_for_backlog()
    (new,) = await backlog.room.approvals()
    assert (new.model, new.estimate.pages) == (_OTHER, 4)
    states = {each.id: each.state for each in await backlog.room.approvals(state=None)}
    assert states == {old.id: ApprovalState.LAPSED, new.id: ApprovalState.NEEDED}


async def test_without_a_model_every_question_is_shown(backlog: Desk) -> None:
    """Who asks without the settings of the worker sees what waits, too."""
    asked = await backlog.room.ask_about_backlog()
    choose(backlog, "offline")
    assert await backlog.room.approvals() == [asked]


async def test_a_question_with_nothing_left_lapses(desk: Desk) -> None:
    """When its pages are gone or changed, a yes would do nothing."""
    desk.settings = desk.unasked()
    desk.open()
    await say_pages(desk.database, 2)
    await desk.work()
    (asked,) = await desk.room.approvals()
    assert asked.kind is ApprovalKind.COST
    desk.clock.forward(seconds=600)
    await desk.room.refresh_approvals()
    assert await desk.room.approvals() == [asked]
    await desk.database.write(lambda tx: tx.run("orders.decide", **_dropped(asked.id)))
    await desk.pool.drain()
    await desk.room.refresh_approvals()
    assert await desk.room.approvals() == []


def _dropped(approval: int) -> dict[str, str | int]:
    return {"approval": approval, "state": "dropped", "now": 0, "limit": 9}


async def test_a_question_is_brought_up_to_date(backlog: Desk) -> None:
    """Before a yes, it says what the yes would be for."""
    await backlog.room.ask_about_backlog()
    choose(backlog, "offline")
    await say_pages(backlog.database, 7)
    await backlog.work()
    choose(backlog, MODEL)
    await backlog.room.refresh_approvals()
    (asked,) = await backlog.room.approvals()
    assert asked.estimate.pages == 7
    assert asked.reason.startswith("7 pages for")


@pytest.mark.parametrize("kind", [ApprovalKind.BACKLOG, ApprovalKind.COST])
async def test_a_no_can_be_taken_back(backlog: Desk, kind: ApprovalKind) -> None:
    """Then it is as if it had been a yes."""
    desk = backlog
    if kind is ApprovalKind.BACKLOG:
        await desk.room.ask_about_backlog()
    else:
        desk.settings = replace(desk.unasked())
        desk.open()
        await desk.room.want([page.id for page in await desk.pages()])
        await desk.work()
    (asked,) = await desk.room.approvals()
    assert asked.kind is kind
    await desk.room.refuse(asked.id)
    await desk.work()
    with pytest.raises(UsageError, match="refused"):
        await desk.room.refuse(asked.id)
    await desk.room.approve(asked.id)
    await desk.see_through(rounds=1)
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}
    with pytest.raises(UsageError, match="approved"):
        await desk.room.approve(asked.id)
