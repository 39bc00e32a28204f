"""More is shown again when there is room again."""

from __future__ import annotations

import random

import pytest

from compacting import Rig, reply, user
from doubles import FakeClock
from minutebook.domain.context import Budget, PassState, Trigger
from minutebook.events import Bus, PassEnded
from minutebook.store import contexts
from minutebook.store.database import Database

LARGE, SMALL = Budget(window=9_000, reserve=1_000), Budget(window=1_600, reserve=400)


@pytest.fixture
async def rig(database: Database, clock: FakeClock) -> Rig:
    return await Rig(database=database, clock=clock, budget=LARGE).begin()


async def talk(rig: Rig, chance: random.Random, exchanges: int) -> None:
    for _ in range(exchanges):
        await rig.say([user(chance, 20), reply(chance, 60)])
        await rig.make_room(rig.compaction())


async def test_a_large_model_sees_again_what_a_small_one_did_not(rig: Rig) -> None:
    """The layout that was made for as much room comes back, with what was said since."""
    chance = random.Random(1)
    await talk(rig, chance, 70)
    large = await rig.database.read(lambda tx: contexts.current(tx, rig.conversation))
    before = await rig.used()
    assert large.revision
    rig.budget = SMALL
    await talk(rig, chance, 3)
    small = await rig.used()
    assert small < 0.25 * before
    rig.budget = LARGE
    bus = Bus()
    with bus.subscribe() as heard:
        done = await rig.compaction(bus).grow(rig.need(Trigger.GROWTH))
    assert done is not None
    assert (done.trigger, done.state, done.before) == (Trigger.GROWTH, PassState.ENOUGH, small)
    assert done.after == await rig.used() > before
    assert heard.drain() == [PassEnded(conversation=rig.conversation, done=done)]
    layout = await rig.database.read(lambda tx: contexts.current(tx, rig.conversation))
    assert (layout.story, layout.summaries) == (large.story, large.summaries)
    assert await rig.compaction().grow(rig.need(Trigger.GROWTH)) is None


async def test_it_can_be_taken_back(rig: Rig) -> None:
    """What a person has undone does not grow again by itself."""
    chance = random.Random(2)
    rig.budget = SMALL
    await talk(rig, chance, 12)
    rig.budget = LARGE
    small = await rig.used()
    done = await rig.compaction().grow(rig.need(Trigger.GROWTH))
    assert done is not None
    assert done.after > small + 300
    await rig.compaction().undo(rig.need())
    assert await rig.used() == small
    assert await rig.compaction().grow(rig.need(Trigger.GROWTH)) is None


async def test_what_would_be_far_too_much_stays_away(rig: Rig) -> None:
    """After a long talk in small windows the fullest layout that fits comes back."""
    chance = random.Random(3)
    rig.budget = Budget(window=1_900, reserve=400)
    await talk(rig, chance, 60)
    rig.budget = SMALL
    await talk(rig, chance, 1)
    rig.budget = Budget(window=2_900, reserve=400)
    before = await rig.used()
    done = await rig.compaction().grow(rig.need(Trigger.GROWTH))
    assert done is not None
    assert before < done.after < 0.6 * rig.budget.tokens
    assert await rig.compaction().grow(rig.need(Trigger.GROWTH)) is None


async def test_the_same_room_changes_nothing(rig: Rig) -> None:
    """Between passes for one model, nothing is brought back."""
    await talk(rig, random.Random(4), 80)
    assert await rig.compaction().grow(rig.need(Trigger.GROWTH)) is None
