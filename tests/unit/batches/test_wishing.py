"""A person asks for chosen pages, and says how they go to their model."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from batch_room import Desk, as_it_should
from batching import MODEL, say_pages
from minutebook.batches import Plan
from minutebook.domain.batches import OrderState, Route
from minutebook.errors import ModelRequestError, UsageError
from minutebook.llm.scripted import ScriptedModel
from minutebook.store import orders


async def ids(desk: Desk) -> list[str]:
    """Return the pages, the first first."""
    return [page.id for page in sorted(await desk.pages(), key=lambda page: page.first_seq)]


async def went(desk: Desk) -> list[tuple[OrderState, Route]]:
    """Return how the orders stand, by page."""
    pages = await ids(desk)
    found = sorted(await desk.orders(), key=lambda order: pages.index(order.page))
    return [(order.state, order.route) for order in found]


async def test_chosen_pages_go_in_the_way_that_is_wished(desk: Desk) -> None:
    """The rest goes as the settings say; each way is asked for by itself."""
    desk.model = ScriptedModel([as_it_should] * 3, name=MODEL)
    desk.settings = replace(desk.settings, small=3)
    desk.open()
    await say_pages(desk.database, 5)
    first, second, *_ = await ids(desk)
    assert (await desk.room.want([first], Route.BATCH)).pages == 1
    assert (await desk.room.want([second], Route.NOW)).pages == 1
    await desk.see_through(rounds=1)
    assert await went(desk) == [
        (OrderState.DONE, Route.BATCH),
        (OrderState.DONE, Route.NOW),
        *[(OrderState.DONE, Route.BATCH)] * 3,
    ]
    assert len(desk.model.requests) == 1


async def test_a_batch_and_a_call_have_their_prices(desk: Desk) -> None:
    """What is asked for is told with what it comes to in that way."""
    await say_pages(desk.database, 2)
    batch = await desk.room.want(await ids(desk), Route.BATCH)
    now = await desk.room.want(await ids(desk), Route.NOW)
    assert batch.cost is not None
    assert now.cost == now.direct_cost == 2 * batch.cost


async def test_a_wish_may_change_while_it_can(desk: Desk) -> None:
    """What is on its way, or is there, is left alone."""
    await say_pages(desk.database, 1)
    (page,) = await ids(desk)
    await desk.room.want([page], Route.NOW)
    await desk.room.want([page], Route.BATCH)
    await desk.work()
    assert await went(desk) == [(OrderState.SENT, Route.BATCH)]
    assert (await desk.room.want([page], Route.NOW)).pages == 0
    desk.provider.finish()
    await desk.work(120)
    assert (await desk.room.want([page], Route.NOW)).pages == 0
    assert await went(desk) == [(OrderState.DONE, Route.BATCH)]


async def test_what_was_given_up_can_be_wished_for(desk: Desk) -> None:
    """In another way, too."""
    desk.provider.before_create = ModelRequestError("bad")
    desk.provider.is_stubborn = True
    desk.settings = replace(desk.settings, max_attempts=1)
    desk.model = ScriptedModel([as_it_should], name=MODEL)
    desk.open()
    await say_pages(desk.database, 1)
    await desk.work()
    assert await went(desk) == [(OrderState.DEAD, Route.BATCH)]
    await desk.room.want(await ids(desk), Route.NOW)
    await desk.work()
    assert await went(desk) == [(OrderState.DONE, Route.NOW)]


async def test_much_waits_for_a_yes_whoever_wishes_it(desk: Desk) -> None:
    """Asking for pages is no yes to what they cost."""
    desk.settings = replace(desk.settings, confirm_above=Decimal(0))
    desk.open()
    await say_pages(desk.database, 2)
    await desk.room.want(await ids(desk), Route.NOW)
    await desk.work()
    assert await went(desk) == [(OrderState.HELD, Route.NOW)] * 2
    assert (await desk.room.want(await ids(desk), Route.BATCH)).pages == 0


async def test_without_a_model_there_is_nothing_to_wish(desk: Desk) -> None:
    """Whoever asks is told what to set."""
    desk.plan = Plan(model="offline", prompt="p1")
    desk.open()
    await say_pages(desk.database, 1)
    with pytest.raises(UsageError, match="No model"):
        await desk.room.want(await ids(desk), Route.NOW)


async def test_pages_since_a_moment(desk: Desk) -> None:
    """Those that an import has made are known by when they were closed."""
    await say_pages(desk.database, 2)
    assert len(await desk.room.pages_since((await desk.pages())[0].closed_at)) == 2
    assert await desk.room.pages_since(desk.clock()) == []
    assert await desk.database.read(lambda tx: orders.counts(tx)[OrderState.WAITING]) == 0
