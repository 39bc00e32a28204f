"""What goes now, what goes in batches, and what waits for a person's yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from batch_room import Desk
from batching import Said, say, say_pages, sentence
from minutebook.batches import Plan
from minutebook.config import BatchMode
from minutebook.domain.batches import ApprovalKind, OrderState, Route
from minutebook.domain.pages import SummaryState
from minutebook.domain.turns import Origin
from minutebook.errors import NotFoundError, UsageError
from minutebook.events import ApprovalNeeded
from minutebook.llm.protocol import Capabilities
from minutebook.llm.scripted import ScriptedModel
from minutebook.record import closing
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.store import pages
from minutebook.store.transaction import Transaction


async def routes(desk: Desk) -> set[Route]:
    """Return the ways orders went."""
    return {order.route for order in await desk.orders()}


@pytest.mark.parametrize(
    ("mode", "count", "has_batches", "route"),
    [
        (BatchMode.AUTO, 3, True, Route.NOW),
        (BatchMode.AUTO, 5, True, Route.BATCH),
        (BatchMode.BATCH, 1, True, Route.BATCH),
        (BatchMode.NOW, 9, True, Route.NOW),
        (BatchMode.AUTO, 9, False, Route.NOW),
        (BatchMode.BATCH, 9, False, Route.NOW),
    ],
)
async def test_the_way_follows_mode_and_size(
    desk: Desk, mode: BatchMode, count: int, has_batches: bool, route: Route
) -> None:
    """Small work goes now, a backlog as a batch; without batches all goes now."""
    desk.narrow(100_000)
    desk.settings = replace(desk.settings, mode=mode, small=5)
    desk.has_batches = has_batches
    desk.open()
    await say_pages(desk.database, count)
    await desk.see_through(rounds=1)
    assert await routes(desk) == {route}
    assert {page.summary_state for page in await desk.pages()} == {SummaryState.FINAL}
    assert len(desk.model.requests) == (count if route is Route.NOW else 0)


async def test_a_live_page_never_waits_for_a_batch(desk: Desk) -> None:
    """It is summarised at once, while the backlog goes through a batch."""
    desk.narrow(100_000)
    await say_pages(desk.database, 9)
    await say(
        desk.database, [Said(key="x", text=sentence(50))], conversation="two", origin=Origin.LIVE
    )
    await desk.see_through(rounds=1)
    by_route = [order.route for order in await desk.orders()]
    assert (by_route.count(Route.NOW), by_route.count(Route.BATCH)) == (1, 9)


async def test_more_pages_are_waited_for(desk: Desk) -> None:
    """Nothing is decided while orders keep coming in, unless there is a hurry."""
    await say_pages(desk.database, 2)
    await desk.pool.drain()
    assert await routes(desk) == {Route.UNDECIDED}
    await desk.room.hurry()
    await desk.pool.drain()
    assert await routes(desk) == {Route.BATCH}


@pytest.fixture
async def held(desk: Desk) -> Desk:
    """Have work that waits for a yes."""
    desk.settings = desk.unasked()
    desk.open()
    with desk.bus.subscribe() as heard:
        await say_pages(desk.database, 5)
        await desk.work()
        told = [event for event in heard.drain() if isinstance(event, ApprovalNeeded)]
    assert len(told) == 1
    assert "5 pages" in told[0].reason
    return desk


async def test_much_work_waits_for_a_yes(held: Desk) -> None:
    """With its tokens, its price, and its price without batches; another process knows of it."""
    held.open()
    await held.see_through(rounds=2)
    (approval,) = await held.room.approvals()
    estimate = approval.estimate
    assert (approval.kind, estimate.pages, held.provider.sent) == (ApprovalKind.COST, 5, 0)
    assert estimate.cost is not None
    assert estimate.direct_cost == 2 * estimate.cost > 0
    assert estimate.input_tokens > sum(page.tokens for page in await held.pages())


async def test_a_yes_lets_it_go(held: Desk) -> None:
    """All of it; and the same question cannot be answered twice."""
    (approval,) = await held.room.approvals()
    await held.room.approve(approval.id)
    await held.see_through(rounds=1)
    assert {order.state for order in await held.orders()} == {OrderState.DONE}
    assert await held.room.approvals() == []
    with pytest.raises(UsageError):
        await held.room.refuse(approval.id)
    with pytest.raises(NotFoundError):
        await held.room.approve(99)


async def test_a_no_leaves_the_stand_ins(held: Desk) -> None:
    """Nothing is sent."""
    (approval,) = await held.room.approvals()
    await held.room.refuse(approval.id)
    await held.see_through(rounds=1)
    assert {order.state for order in await held.orders()} == {OrderState.REFUSED}
    assert {page.summary_state for page in await held.pages()} == {SummaryState.STANDIN}
    assert held.provider.sent == 0


async def test_a_question_grows(held: Desk) -> None:
    """What comes in while a question waits is added to it."""
    await say_pages(held.database, 3, first=5)
    await held.work()
    (approval,) = await held.room.approvals()
    assert approval.estimate.pages == 8


async def test_a_backlog_in_small_pieces_is_a_backlog(desk: Desk) -> None:
    """What is under way unasked counts towards what may be spent unasked."""
    desk.settings = replace(desk.settings, confirm_above=Decimal("0.001"))
    desk.open()
    for number in range(20):
        await say_pages(desk.database, 1, first=number)
        await desk.work()
    states = [order.state for order in await desk.orders()]
    assert OrderState.SENT in states
    assert OrderState.HELD in states


@pytest.mark.parametrize(("most", "held_back"), [(1_000_000, False), (100, True)])
async def test_without_a_price_tokens_decide(desk: Desk, most: int, held_back: bool) -> None:
    """An unknown price is not nothing: much work of it waits too."""
    desk.plan = Plan(model="nobody:knows", prompt="p1")
    desk.model = ScriptedModel(
        [], name="nobody:knows", capabilities=Capabilities(context_window=100_000)
    )
    desk.settings = replace(desk.settings, confirm_above_tokens=most)
    desk.open()
    await say_pages(desk.database, 3)
    await desk.work()
    assert {order.state is OrderState.HELD for order in await desk.orders()} == {held_back}
    if held_back:
        (approval,) = await desk.room.approvals()
        assert approval.estimate.cost is None
        assert "no price" in approval.reason


@pytest.fixture
async def summarised(desk: Desk) -> Desk:
    """Have pages with stand-ins, from before a model was chosen."""
    desk.plan = Plan(model="offline", prompt="p1")
    desk.open()
    await say_pages(desk.database, 4)
    await desk.work()
    assert await desk.orders() == []
    return desk


@pytest.mark.parametrize("says_yes", [True, False])
async def test_another_model_asks_before_it_works_on_a_backlog(
    summarised: Desk, says_yes: bool
) -> None:
    """However cheap it is; asked once, not each time somebody looks."""
    desk = summarised
    desk.plan = Plan(model="anthropic:claude-haiku-5-5", prompt="p1")
    desk.open()
    assert (await desk.room.preflight()).pages == 4
    for _ in range(2):
        await desk.room.look_for_backlog()
    await desk.see_through(rounds=1)
    (approval,) = await desk.room.approvals()
    assert (approval.kind, approval.estimate.pages) == (ApprovalKind.BACKLOG, 4)
    assert await desk.orders() == []
    await (desk.room.approve if says_yes else desk.room.refuse)(approval.id)
    await desk.see_through(rounds=1)
    assert len(await desk.orders()) == (4 if says_yes else 0)
    await desk.room.look_for_backlog()
    assert await desk.room.approvals() == []
    assert (await desk.room.preflight()).pages == (0 if says_yes else 4)


async def test_another_prompt_is_a_backlog_too(desk: Desk) -> None:
    """Summaries asked for with other prompts are asked for again, after a yes."""
    await say_pages(desk.database, 2)
    await desk.see_through(rounds=1)
    desk.plan = replace(desk.plan, prompt="p2")
    desk.open()
    await desk.room.look_for_backlog()
    (approval,) = await desk.room.approvals()
    await desk.room.approve(approval.id)
    await desk.see_through(rounds=1)
    assert {page.summary_prompt for page in await desk.pages()} == {"p2"}


async def test_an_older_order_does_not_replace_a_newer(desk: Desk) -> None:
    """A summary that comes late, of a model that is not wanted any more, is not kept."""
    await say_pages(desk.database, 1)
    await desk.work()
    (page,) = await desk.pages()
    newer = replace(
        page, summary="- later", summary_state=SummaryState.FINAL, summary_order=99,
        summary_hash=page.content_hash,
    )  # fmt: skip
    await desk.database.write(lambda tx: pages.summarise(tx, newer))
    desk.provider.finish()
    await desk.work(120)
    assert (await desk.pages())[0].summary == "- later"


@pytest.mark.parametrize("mode", [BatchMode.NOW, BatchMode.BATCH])
@pytest.mark.parametrize("turns", [1, 8])
async def test_what_is_too_long_is_summarised_in_parts(
    desk: Desk, mode: BatchMode, turns: int
) -> None:
    """By turns, or by text; one summary is made of theirs, and it refers to every turn."""
    desk.narrow(1_950)
    desk.settings = replace(desk.settings, mode=mode)
    desk.open()
    long = " ".join(sentence(n) for n in range(80 // turns))
    said = [Said(key=f"k{n}", text=f"{n} {long}") for n in range(turns)]
    await say_long(desk, said)
    await desk.see_through(rounds=8)
    (page,) = await desk.pages()
    assert page.summary_state is SummaryState.FINAL
    assert {key for point in page.summary_points for key in point.turns} == {s.key for s in said}
    whole, *some = await desk.orders()
    assert whole.state is OrderState.DONE
    assert len(some) >= 2
    assert {order.state for order in some} <= {OrderState.DONE}
    assert max(order.depth for order in some) <= 5


async def say_long(desk: Desk, said: list[Said]) -> None:
    """Record turns that make one page, however long."""
    policy = RecordPolicy(paging=PagingPolicy(tokens=1_000_000), scribe_enabled=False)
    conversation = await say(desk.database, said, policy=policy)

    def close(tx: Transaction) -> None:
        closing.close_tail(tx, conversation, timedelta(hours=6), desk.clock())

    await desk.database.write(close)
