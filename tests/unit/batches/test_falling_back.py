"""What no batch brings an answer for is asked for now, as far as that may cost so much."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from batch_room import Desk, as_it_should, failing, undone
from batching import MODEL, say_pages
from minutebook.batches import BatchSettings
from minutebook.config import BatchMode, Settings
from minutebook.config.settings import Batches
from minutebook.domain.batches import ApprovalKind, OrderState, Route
from minutebook.domain.pages import SummaryState
from minutebook.errors import ModelReplyError
from minutebook.llm.batching import ItemOutcome
from minutebook.llm.scripted import ScriptedModel


@pytest.fixture
async def expiring(desk: Desk) -> Desk:
    """Open a room whose batches expire, and whose model answers when it is asked directly."""
    desk.settings = replace(desk.settings, max_attempts=2)
    desk.provider.answer = undone(ItemOutcome.EXPIRED)
    desk.model = ScriptedModel([as_it_should] * 9, name=MODEL)
    desk.open()
    return desk


async def test_what_expires_again_and_again_goes_now(expiring: Desk) -> None:
    """The last batch that may be tried expires, and each page is asked for directly, once."""
    await say_pages(expiring.database, 3)
    await expiring.see_through(rounds=3)
    assert {(o.state, o.route) for o in await expiring.orders()} == {(OrderState.DONE, Route.NOW)}
    assert {page.summary_state for page in await expiring.pages()} == {SummaryState.FINAL}
    assert (len(expiring.provider.made), len(expiring.model.requests)) == (2, 3)


async def test_it_can_be_turned_off(expiring: Desk) -> None:
    """Then it is given up, and waits for a person."""
    expiring.settings = replace(expiring.settings, now_if_unanswered=False)
    expiring.open()
    await say_pages(expiring.database, 2)
    await expiring.see_through(rounds=3)
    assert len(await expiring.room.dead()) == 2
    assert expiring.model.requests == []


async def test_a_bad_answer_of_a_batch_is_no_silence(expiring: Desk) -> None:
    """What was answered, and paid, is not asked for at the full price as well."""
    expiring.provider.answer = failing(ModelReplyError("nonsense"))
    await say_pages(expiring.database, 1)
    await expiring.see_through(rounds=3)
    assert len(await expiring.room.dead()) == 1
    assert expiring.model.requests == []


async def test_much_of_it_waits_for_a_yes(expiring: Desk) -> None:
    """One question with all of it, at the full price; a yes lets it go."""
    await say_pages(expiring.database, 3)
    await expiring.work()
    expiring.settings = replace(expiring.settings, confirm_above=Decimal(0))
    expiring.open()
    await expiring.see_through(rounds=2)
    (asked,) = await expiring.room.approvals()
    assert (asked.kind, asked.estimate.pages) == (ApprovalKind.UNANSWERED, 3)
    assert asked.estimate.cost == asked.estimate.direct_cost
    assert asked.estimate.cost
    assert {o.state for o in await expiring.orders()} == {OrderState.HELD}
    assert expiring.model.requests == []
    await expiring.room.approve(asked.id)
    await expiring.work()
    assert {(o.state, o.route) for o in await expiring.orders()} == {(OrderState.DONE, Route.NOW)}


async def test_a_call_that_fails_too_is_the_last(expiring: Desk) -> None:
    """Asked directly, it is not asked again without a person."""
    expiring.model = ScriptedModel([], name=MODEL)
    expiring.open()
    await say_pages(expiring.database, 1)
    await expiring.see_through(rounds=3)
    assert len(await expiring.room.dead()) == 1


@pytest.mark.parametrize(
    ("mode", "is_allowed", "goes"),
    [
        (BatchMode.AUTO, True, True),
        (BatchMode.NOW, True, True),
        (BatchMode.BATCH, True, False),
        (BatchMode.AUTO, False, False),
    ],
)
def test_who_insists_on_batches_gets_them(mode: BatchMode, is_allowed: bool, goes: bool) -> None:
    """With `mode = batch` nothing is asked for in another way."""
    said = Batches(mode=mode, now_if_unanswered=is_allowed)
    settings = BatchSettings.of(Settings(batches=said), BatchSettings().zone)
    assert settings.now_if_unanswered is goes
