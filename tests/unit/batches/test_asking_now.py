"""Direct calls keep one pace for a home, and leave a trace when their process ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from batch_room import Desk, as_it_should
from batching import MODEL, say_pages
from doubles import FakeClock
from minutebook.batches.answering import Pace
from minutebook.domain.batches import OrderState
from minutebook.domain.spending import Charge, Outcome
from minutebook.errors import ModelUnreachableError
from minutebook.llm.protocol import Request
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.store import asking, usage
from minutebook.store.asking import Call
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_GAP = timedelta(seconds=30)
_LONGEST = timedelta(hours=2)


@pytest.fixture
async def direct(desk: Desk) -> Desk:
    """Open a room whose provider has no batches."""
    desk.has_batches = False
    desk.model = ScriptedModel([as_it_should] * 9, name=MODEL)
    desk.open()
    return desk


def resting(into: list[float]) -> Callable[[float], Awaitable[None]]:
    """Return a way to sleep that only takes note of how long."""

    async def sleep(seconds: float) -> None:
        into.append(round(seconds, 3))

    return sleep


async def turn(database: Database, clock: FakeClock) -> float:
    """Take a turn; return how many seconds it is away."""
    now = clock()
    found = await database.write(
        partial(asking.turn, name="x", now=now, gap=_GAP, longest=_LONGEST)
    )
    return (found - now).total_seconds()


async def test_the_pace_is_that_of_the_home(database: Database, clock: FakeClock) -> None:
    """Two processes that share a home take turns; each waits for its own."""
    other = await Database.open(database.path)
    assert [await turn(d, clock) for d in (database, other, database)] == [0, 30, 60]
    clock.forward(seconds=300)
    assert [await turn(d, clock) for d in (other, database)] == [0, 30]
    await other.close()


async def test_a_clock_that_was_set_back_stops_nobody(database: Database, clock: FakeClock) -> None:
    """A turn in a far future is none that anybody could have taken."""
    clock.forward(seconds=1_000_000)
    await turn(database, clock)
    clock.forward(seconds=-1_000_000)
    assert await turn(database, clock) == 0


async def test_a_worker_waits_for_its_turn(desk: Desk) -> None:
    """As long as the setting says; without a limit nobody waits."""
    desk.settings = replace(desk.settings, now_per_minute=4)
    desk.open()
    slept: list[float] = []
    for _ in range(3):
        await Pace(desk.means, resting(slept)).wait()
    assert slept == [15, 30]
    desk.settings = replace(desk.settings, now_per_minute=0)
    desk.open()
    await Pace(desk.means, resting(slept)).wait()
    assert len(slept) == 2


async def calls(desk: Desk) -> list[tuple[str, str, bool]]:
    """Return key, outcome and whether it is an estimate of what is on the ledger."""
    found = await desk.database.read(partial(usage.newest, limit=9))
    return [(charge.key or "", charge.outcome, charge.is_estimated) for charge in found]


async def open_calls(desk: Desk) -> list[int]:
    """Return the orders of the calls that were begun and not ended."""
    orders = await desk.orders()
    found = [await desk.database.read(partial(asking.begun, order=order.id)) for order in orders]
    return [call.order for call in found if call is not None]


async def test_an_answer_leaves_no_doubt(direct: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is written down before it is made, under the key that the ledger has it by."""
    begun: list[Call] = []
    begin = asking.begin

    def noting(tx: Transaction, call: Call) -> None:
        begun.append(call)
        begin(tx, call)

    def answer(request: Request) -> Answer:
        assert [call.key for call in begun] == [request.attribution.key]
        return as_it_should(request)

    monkeypatch.setattr(asking, "begin", noting)
    direct.model = ScriptedModel([answer], name=MODEL)
    await say_pages(direct.database, 1)
    await direct.work()
    (order,) = await direct.orders()
    assert order.state is OrderState.DONE
    assert [call.order for call in begun] == [order.id]
    assert await open_calls(direct) == []


async def test_a_failure_leaves_no_doubt(direct: Desk) -> None:
    """A call of which it is known that it failed is struck out."""
    direct.model = ScriptedModel([Answer(error=ModelUnreachableError("down"))], name=MODEL)
    await say_pages(direct.database, 1)
    await direct.work()
    assert [order.state for order in await direct.orders()] == [OrderState.READY]
    assert await open_calls(direct) == []
    assert await calls(direct) == []


@pytest.mark.parametrize("is_on_the_ledger", [False, True])
async def test_a_call_that_was_cut_off_is_in_doubt(direct: Desk, is_on_the_ledger: bool) -> None:
    """It stands on the ledger, once, before the order is asked for again."""
    direct.has_batches = True
    direct.open()
    await say_pages(direct.database, 1)
    await direct.pool.drain()
    (order,) = await direct.orders()
    begun = Call(order=order.id, key="now_1", begun_at=direct.clock(), tokens=70)
    await direct.database.write(partial(asking.begin, call=begun))
    if is_on_the_ledger:
        charge = Charge(
            key="now_1", at=direct.clock(), task="summarise", model=MODEL, outcome="end"
        )
        await direct.database.write(partial(usage.add, charge=charge))
    direct.has_batches = False
    direct.open()
    await direct.work()
    assert [order.state for order in await direct.orders()] == [OrderState.DONE]
    expected = ("now_1", "end", False) if is_on_the_ledger else ("now_1", Outcome.IN_DOUBT, True)
    assert await calls(direct) == [expected]
    assert await open_calls(direct) == []
