"""Direct calls whose process ended in the middle are shown, before and after a new try."""

from __future__ import annotations

from dataclasses import replace

from batch_room import Desk, as_it_should
from batching import say_pages
from minutebook.config import BatchMode
from minutebook.domain.batches import OrderState
from minutebook.llm.protocol import Reply, Request
from minutebook.llm.scripted import ScriptedModel
from minutebook.store import asking
from minutebook.store.asking import Call


async def begun(desk: Desk) -> None:
    """Have a page whose model was asked by a process that ended in the middle."""
    desk.settings = replace(desk.settings, mode=BatchMode.NOW)
    desk.model = ScriptedModel([], name=desk.plan.model)
    desk.open()
    await say_pages(desk.database, 1)
    await desk.work()
    (order,) = await desk.orders()
    call = Call(order=order.id, key="now_1_ab", begun_at=desk.clock(), tokens=120)
    await desk.database.write(lambda tx: asking.begin(tx, call))


async def test_a_call_that_was_begun_is_in_doubt(desk: Desk) -> None:
    """It is listed with its page, before anybody has looked into it."""
    await begun(desk)
    (doubt,) = await desk.room.doubts()
    (page,) = await desk.pages()
    assert (doubt.key, doubt.page, doubt.input_tokens) == ("now_1_ab", page.id, 120)
    assert (doubt.is_on_ledger, doubt.cost) == (False, None)


async def test_a_call_that_was_asked_again_stays_listed(desk: Desk) -> None:
    """The page has its summary; what the lost call may have cost is on the ledger."""
    await begun(desk)
    desk.model = ScriptedModel([as_it_should], name=desk.plan.model)
    desk.open()
    await desk.work(3_600)
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}
    (doubt,) = await desk.room.doubts()
    assert doubt.is_on_ledger
    assert doubt.cost is not None
    assert doubt.cost > 0


async def test_a_call_that_is_under_way_is_in_no_doubt(desk: Desk) -> None:
    """Somebody holds its job, and will say what came of it."""
    seen: list[int] = []
    desk.settings = replace(desk.settings, mode=BatchMode.NOW)
    model = ScriptedModel([as_it_should], name=desk.plan.model)

    class Watched:
        """Looks for doubts while it is asked."""

        name, capabilities = model.name, model.capabilities

        async def complete(self, request: Request) -> Reply:
            seen.append(len(await desk.room.doubts()))
            return await model.complete(request)

    desk.model = Watched()  # type: ignore[assignment]
    desk.open()
    await say_pages(desk.database, 1)
    await desk.work()
    assert seen == [0]
