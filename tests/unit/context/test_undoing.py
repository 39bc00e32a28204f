"""An undo follows the branch that is read."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC
from functools import partial

import pytest

from compacting import Rig, reply, user
from doubles import FakeClock
from minutebook.context.passes.words import all_words
from minutebook.context.prompt.branching import settle
from minutebook.context.prompt.sight import in_sight
from minutebook.context.sizing import with_slot
from minutebook.context.slot.bringing import Desk, find_nothing
from minutebook.context.slot.recalling import looked_for, recall
from minutebook.context.slot.usefulness import SlotRoom
from minutebook.domain.chats import MarkKind
from minutebook.domain.context import PagedIn, Why
from minutebook.domain.turns import Turn
from minutebook.store import chats, contexts, slots, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

DESK = Desk(
    find=find_nothing,
    recall=find_nothing,
    room_of=lambda *_: SlotRoom(tokens=800, recall_tokens=400),
    zone=UTC,
)


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


async def test_undo_says_when_the_prompt_does_not_fit(rig: Rig) -> None:
    """One pass back it fits; three passes back it does not, and what comes of that is said."""
    await talked(rig, 3)
    undone = [await rig.compaction().undo(rig.need()) for _ in range(3)]
    assert "does not fit" not in undone[0].reason
    assert undone[-1].after > rig.budget.tokens
    assert "does not fit now" in undone[-1].reason
    assert f"{undone[-1].after:,} of {rig.budget.tokens:,}" in undone[-1].reason


async def test_undo_counts_no_page_twice(rig: Rig) -> None:
    """A page that was brought back and stands word for word again leaves the slot."""
    await talked(rig, 1)

    def bring(tx: Transaction) -> str:
        (page, *_) = contexts.current(tx, rig.conversation).summaries
        paged = PagedIn(page=page.page, tokens=40, why=Why.MODEL, last_at=rig.clock())
        slots.put(tx, rig.conversation, paged)
        return page.page

    await rig.database.write(bring)
    need = rig.need()
    need = replace(need, terms=replace(need.terms, fixed=need.terms.fixed + 40))
    undone = await rig.compaction().undo(need)
    held = partial(slots.of_conversation, conversation=rig.conversation)
    assert await rig.database.read(held) == ()
    assert undone.after == await rig.used()


async def test_a_pin_stays_while_its_page_is_in_sight(rig: Rig) -> None:
    """A pinned page that an undo shows word for word is not shown twice, keeps its pin through the
    next search, and is shown as it was when it has left again."""
    await talked(rig, 1)

    def bring(tx: Transaction) -> PagedIn:
        (page, *_) = contexts.current(tx, rig.conversation).summaries
        paged = PagedIn(
            page=page.page, tokens=40, why=Why.MODEL, last_at=rig.clock(), is_pinned=True
        )
        slots.put(tx, rig.conversation, paged)
        return paged

    def shown(tx: Transaction) -> tuple[PagedIn, ...]:
        return with_slot(tx, contexts.current(tx, rig.conversation)).slot

    pinned = await rig.database.write(bring)
    assert await rig.database.read(shown) == (pinned,)
    need = rig.need()
    need = replace(need, terms=replace(need.terms, fixed=need.terms.fixed + 40))
    undone = await rig.compaction().undo(need)
    assert undone.after == await rig.used()
    assert await rig.database.read(shown) == ()
    await rig.say([user(random.Random(2), 10)])
    looked = partial(looked_for, desk=DESK, conversation=rig.conversation)
    assert await rig.database.read(looked) is None
    recalled = partial(
        recall, desk=DESK, conversation=rig.conversation, found=(), now=rig.clock(), used=99
    )
    await rig.database.write(recalled)
    await rig.compaction().compact(rig.need())
    assert await rig.database.read(shown) == (pinned,)


async def test_pins_without_room_are_told(rig: Rig) -> None:
    """A pass says of how many pinned messages nothing is in sight any more."""
    chance = random.Random(3)
    while await rig.used() < 1.6 * rig.budget.tokens:
        await rig.say([user(chance, 40), reply(chance, 20)])

    def pin(tx: Transaction) -> None:
        for turn in turns.forward(tx, rig.conversation, limit=999):
            chats.mark(tx, turn.id, MarkKind.PIN, rig.clock())

    await rig.database.write(pin)
    done = await rig.compaction().compact(rig.need())
    layout = await rig.database.read(lambda tx: contexts.current(tx, rig.conversation))
    kept = {word.turn for word in all_words(layout)}
    sight = await rig.database.read(partial(in_sight, layout=layout))
    seen = kept | {turn.id for turn in sight.turns}
    gone = [turn for turn in await active(rig) if turn.id not in seen]
    assert gone
    assert f"{len(gone)} pinned messages have no room" in done.reason


async def test_what_is_pinned_when_it_has_left_leaves_last(rig: Rig) -> None:
    """A message whose words stand beside a summary may be pinned there: they stay when words that
    were said later have to go."""
    chance = random.Random(5)

    async def talk() -> list[int]:
        """Talk on until room is made; return the turns of which words are kept then."""
        while await rig.used() < 1.2 * rig.budget.tokens:
            await rig.say([user(chance, 40), reply(chance, 20)])
        await rig.compaction().compact(rig.need())
        layout = await rig.database.read(lambda tx: contexts.current(tx, rig.conversation))
        return [word.turn for word in all_words(layout)]

    oldest = (await talk())[0]
    await rig.database.write(lambda tx: chats.mark(tx, oldest, MarkKind.PIN, rig.clock()))
    for _ in range(3):
        await talk()
    kept = await talk()
    assert oldest in kept
    assert kept[1] > oldest + 40
