"""An undo follows the branch that is read."""

from __future__ import annotations

import random
from functools import partial

import pytest

from compacting import Rig, reply, user
from doubles import FakeClock
from minutebook.context.prompt.branching import settle
from minutebook.context.prompt.sight import in_sight
from minutebook.domain.turns import Turn
from minutebook.store import contexts, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


@pytest.fixture
async def rig(database: Database, clock: FakeClock) -> Rig:
    return await Rig(database=database, clock=clock).begin()


async def talked(rig: Rig, passes: int) -> None:
    """Talk through some passes."""
    chance = random.Random(7)
    for _ in range(passes):
        while await rig.used() < 0.85 * rig.budget.tokens:
            await rig.say([user(chance, 10), reply(chance, 60)])
        await rig.compaction().compact(rig.need())


async def branch_at(rig: Rig, number: int) -> None:
    """Leave what was said from a turn on, and say something else."""

    def leave(tx: Transaction) -> None:
        turns.leave_from(tx, turns.forward(tx, rig.conversation, limit=999)[number])

    await rig.database.write(leave)
    await rig.say([user(random.Random(1), 10)])
    await rig.database.write(lambda tx: settle(tx, rig.conversation, rig.clock()))


async def active(rig: Rig) -> list[Turn]:
    told = await rig.database.read(lambda tx: turns.forward(tx, rig.conversation, limit=999))
    return [turn for turn in told if turn.is_active]


async def test_undo_on_another_branch_shows_that_branch(rig: Rig) -> None:
    """However often a pass is undone, what was left stays out and what is read is shown."""
    await talked(rig, 3)
    await branch_at(rig, 2)
    expected = [turn.key for turn in await active(rig)]
    for _ in range(3):
        await rig.compaction().undo(rig.need())
        layout = await rig.database.read(lambda tx: contexts.current(tx, rig.conversation))
        sight = await rig.database.read(partial(in_sight, layout=layout))
        assert (layout.story, layout.summaries) == (None, ())
        assert [turn.key for turn in sight.turns] == expected
