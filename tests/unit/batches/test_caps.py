"""A cap of ours on spending: nobody waits for the next day, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from batch_room import Desk, as_it_should
from batching import say_pages
from minutebook.config import BatchMode
from minutebook.domain.batches import BatchState, OrderState
from minutebook.errors import SpendingCapError
from minutebook.llm.protocol import Attribution
from minutebook.llm.scripted import Answer, ScriptedModel

_PAGES = 3
_REASON = "Models have cost $2.00 today, and costs.per_day_usd is $2.00."


def capped(desk: Desk, mode: BatchMode) -> None:
    """Let the day have cost what it may, until the next one; calls come in that mode."""
    until = desk.clock() + timedelta(hours=9)
    desk.settings = replace(desk.settings, mode=mode)
    desk.open()

    async def check(model: str, attribution: Attribution) -> None:
        if desk.clock() < until:
            raise SpendingCapError(_REASON, resumes_at=until)

    refusal = Answer(error=SpendingCapError(_REASON, resumes_at=until))
    desk.model = ScriptedModel([*[refusal] * _PAGES, *[as_it_should] * _PAGES])
    object.__setattr__(desk.means, "check", check)


@pytest.mark.parametrize("mode", [BatchMode.BATCH, BatchMode.NOW])
async def test_nobody_waits_for_the_next_day(desk: Desk, mode: BatchMode) -> None:
    """What waits for it is not open; it is told why, and until when."""
    await say_pages(desk.database, _PAGES)
    capped(desk, mode)
    await desk.work()
    assert not await desk.room.is_open()
    status = await desk.room.status()
    assert status.put_off is not None
    assert status.put_off.reason == _REASON
    assert status.is_stalled
    assert status.paused_until == status.put_off.until
    assert (status.unanswered, desk.provider.sent) == (_PAGES, 0)


@pytest.mark.parametrize("mode", [BatchMode.BATCH, BatchMode.NOW])
async def test_the_next_day_goes_on(desk: Desk, mode: BatchMode) -> None:
    """By itself, with what was kept."""
    await say_pages(desk.database, _PAGES)
    capped(desk, mode)
    await desk.work()
    await desk.work(10 * 3_600)
    await desk.see_through(rounds=3)
    assert (await desk.room.status()).put_off is None
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}


async def test_what_is_under_way_is_waited_for(desk: Desk) -> None:
    """A batch that was sent before the cap is seen through."""
    await say_pages(desk.database, _PAGES)
    await desk.work()
    capped(desk, BatchMode.BATCH)
    await say_pages(desk.database, _PAGES, _PAGES)
    await desk.work()
    states = sorted(batch.state for batch in await desk.batches())
    assert states == [BatchState.OPEN, BatchState.PREPARED]
    assert await desk.room.is_open()
    desk.provider.finish()
    await desk.work(120)
    assert not await desk.room.is_open()
    assert (await desk.room.status()).is_stalled


async def test_what_is_under_way_is_spoken_for(desk: Desk) -> None:
    """A backlog does not pass a cap because its batches are not on the ledger yet: the next is sent
    when they are applied and there is room."""
    left = Decimal("0.0001")

    async def left_today(model: str) -> Decimal:
        return left

    desk.settings = replace(desk.settings, requests=1)
    desk.open()
    object.__setattr__(desk.means, "left_today", left_today)
    await say_pages(desk.database, _PAGES)
    await desk.work()
    states = sorted(batch.state for batch in await desk.batches())
    assert states == [BatchState.OPEN, BatchState.PREPARED, BatchState.PREPARED]
    waiting = next(b for b in await desk.batches() if b.state is BatchState.PREPARED)
    assert "costs.per_day_usd leaves $0.0001" in waiting.error
    assert await desk.room.is_open()
    desk.provider.finish()
    await desk.work(120)
    await desk.work(900)
    states = sorted(batch.state for batch in await desk.batches())
    assert states == [BatchState.APPLIED, BatchState.OPEN, BatchState.PREPARED]
