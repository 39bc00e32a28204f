"""Whatever is said in however small a window, a reply is not refused while something can leave."""

from __future__ import annotations

import asyncio
import random
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compacting import FIXED, Rig, reply, storm, user
from doubles import FakeClock
from minutebook.context.passes.exchanges import current_from
from minutebook.context.passes.pressing import LEAST_TURN
from minutebook.context.prompt.assembly import messages, view
from minutebook.context.prompt.sight import Sight, in_sight
from minutebook.domain.context import Budget, PassState, Trigger
from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.llm.protocol import Message
from minutebook.store import contexts, pages, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


@pytest.fixture
async def rig(database: Database, clock: FakeClock) -> Rig:
    return await Rig(database=database, clock=clock).begin()


def people(chance: random.Random, words: int) -> TurnDraft:
    author = chance.choice(("Ann", "Bob", "Carla"))
    said = user(chance, words).content
    return TurnDraft(role=Role.PERSON, author=author, content=said)


def anything(chance: random.Random) -> list[TurnDraft]:
    """Return some turns of any role and size."""
    words = chance.choice((1, 5, 20, 60, 200, 1_500))
    match chance.randrange(6):
        case 0:
            return storm(chance, chance.randint(1, 4), words)
        case 1:
            return [people(chance, words) for _ in range(chance.randint(1, 6))]
        case 2:
            return [user(chance, words) for _ in range(chance.randint(1, 8))]
        case 3:
            return [reply(chance, words, thinking=chance.choice((0, 0, 80)))]
        case 4:
            return [TurnDraft(role=Role.SYSTEM, content=Content(text="So it is. " * words))]
        case _:
            return [user(chance, words), reply(chance, chance.choice((5, 50, 400)))]


async def shown(rig: Rig) -> tuple[tuple[Message, ...], Sight]:
    def work(tx: Transaction) -> tuple[tuple[Message, ...], Sight]:
        layout = contexts.current(tx, rig.conversation)
        sight = in_sight(tx, layout)
        return messages(view(tx, layout, sight)), sight

    return await rig.database.read(work)


async def check(rig: Rig, said: str) -> None:
    """The prompt fits, what is to be answered stands there, and nothing is out of reach."""
    told, sight = await shown(rig)
    current = [t for t in sight.turns if t.place >= current_from(sight)]
    used = await rig.used()
    assert used <= rig.budget.tokens or FIXED + LEAST_TURN * len(current) > rig.budget.tokens
    assert current
    if not current[-1].is_cut:
        assert said in told[-1].text
    elif said:
        assert told[-1].text.startswith(said[:20])
        assert f"all of it is on page {current[-1].page}" in told[-1].text
    for message, behind in pairwise([*told, Message(role=Role.USER)]):
        assert {c.id for c in message.tool_calls} == {r.call_id for r in behind.tool_results}

    def every(tx: Transaction) -> None:
        layout = contexts.current(tx, rig.conversation)
        rests = {each.page: each.rest for each in layout.summaries}
        gone = set(rests)
        gone |= set(contexts.story_pages(tx, layout.story.id)) if layout.story else set()
        there = {turn.id for turn in sight.turns}
        for turn in turns.forward(tx, rig.conversation, limit=1_000_000):
            assert turn.id in there or turn.page in gone
            if turn.id in there and turn.page in gone:
                rest = rests.get(turn.page or "")
                assert rest is not None
                assert (turn.sort_at, turn.seq) >= rest
        for seen in sight.turns:
            assert not seen.is_cut or pages.get(tx, seen.page or "").turns

    await rig.database.read(every)


async def play(seed: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "store.db")
        rig = await Rig(database=database, clock=FakeClock()).begin()
        rig.budget = Budget(window=chance.choice((450, 700, 1_500, 4_000)), reserve=100)
        rig.page_tokens = chance.choice((30, 250, 4_000))
        rig.keep_exchanges = chance.choice((0, 1, 4, 50))
        try:
            for _ in range(12):
                for _ in range(chance.randint(1, 3)):
                    await rig.say(anything(chance))
                question = user(chance, chance.choice((1, 20, 200)))
                await rig.say([question])
                await rig.make_room(rig.compaction())
                await check(rig, question.content.text)
        finally:
            await database.close()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_said_fits(seed: int) -> None:
    """In tiny windows, with pages of any size and any mix of roles."""
    asyncio.run(play(seed))


async def test_a_small_window_with_large_pages(rig: Rig) -> None:
    """A window of 8,192 tokens with pages of 4,000 goes on for hundreds of exchanges."""
    rig.budget, rig.page_tokens = Budget(window=8_192, reserve=2_048), 4_000
    chance = random.Random(1)
    for _ in range(150):
        await rig.say([user(chance, 15), reply(chance, 60)])
        await rig.make_room(rig.compaction())
        assert await rig.used() <= rig.budget.tokens
    passes = await rig.compaction().history(rig.conversation)
    assert all(done.after < 0.8 * rig.budget.tokens for done in passes)


@pytest.mark.parametrize(("window", "words"), [(4_096, 40), (8_192, 110)])
async def test_a_pass_in_a_small_window_holds(rig: Rig, window: int, words: int) -> None:
    """It goes so deep at once that the next ten turns have room, and the last exchange stays."""
    rig.budget, rig.page_tokens = Budget(window=window, reserve=window // 4), 4_000
    chance, passes, exchanges = random.Random(1), 0, 40
    for _ in range(exchanges):
        await rig.say([user(chance, words), reply(chance, words)])
        done = await rig.make_room(rig.compaction())
        passes += done is not None
        _, sight = await shown(rig)
        assert [turn.is_less for turn in sight.turns[-2:]] == [False, False]
    assert 2 <= passes <= exchanges // 5


async def test_what_was_answered_last_stays_for_what_is_asked_then(rig: Rig) -> None:
    """In a small window a pass before a reply leaves the exchange before it word for word."""
    rig.budget, rig.page_tokens = Budget(window=8_192, reserve=2_048), 4_000
    chance, passes = random.Random(1), 0
    for _ in range(34):
        await rig.say([user(chance, 80)])
        passes += await rig.make_room(rig.compaction()) is not None
        _, sight = await shown(rig)
        last = sight.turns[-3:]
        assert not any(turn.is_less for turn in last)
        assert passes == 0 or [turn.role for turn in last] == [Role.USER, Role.ASSISTANT, Role.USER]
        await rig.say([reply(chance, 80)])
    assert passes >= 2


async def test_a_pass_holds_for_ten_exchanges_where_it_can(rig: Rig) -> None:
    """In a window of 8,192 tokens with exchanges of about 300, each pass is ten behind the last."""
    rig.budget, rig.page_tokens = Budget(window=8_192, reserve=2_048), 4_000
    chance, at = random.Random(1), list[int]()
    for number in range(44):
        await rig.say([user(chance, 80), reply(chance, 80)])
        if await rig.make_room(rig.compaction()):
            at.append(number)
    assert len(at) >= 3
    assert min(behind - before for before, behind in pairwise(at)) >= 10


async def test_a_burst_without_a_reply(rig: Rig) -> None:
    """31 messages of a person that nobody answered are one exchange, and fit all the same."""
    chance = random.Random(2)
    for _ in range(31):
        await rig.say([user(chance, 130)])
    assert await rig.used() > 1.5 * rig.budget.tokens
    done = await rig.make_room(rig.compaction())
    assert done is not None
    assert await rig.used() < 0.8 * rig.budget.tokens
    told, sight = await shown(rig)
    assert not sight.turns[-1].is_cut
    assert "<said speaker=" in told[0].text


async def test_tiny_pages_do_not_stay_at_the_mark(rig: Rig) -> None:
    """With pages of a few words room is made below 80 % each time."""
    rig.page_tokens = 20
    chance = random.Random(3)
    for _ in range(120):
        await rig.say([user(chance, 12), reply(chance, 25)])
        done = await rig.make_room(rig.compaction())
        assert done is None or done.after < 0.8 * rig.budget.tokens
    assert await rig.compaction().history(rig.conversation)


async def test_talk_among_people(rig: Rig) -> None:
    """Where kept words weigh as much as what they stand for, room is made all the same."""
    chance = random.Random(4)
    for _ in range(200):
        await rig.say([people(chance, 30)])
        done = await rig.make_room(rig.compaction())
        assert done is None or done.after < 0.8 * rig.budget.tokens
    assert len(await rig.compaction().history(rig.conversation)) > 3


async def test_a_smaller_model(rig: Rig) -> None:
    """A story and summaries made for a large window are shortened for a small one."""
    chance = random.Random(5)
    rig.budget = Budget(window=40_000, reserve=1_000)
    while await rig.compaction().history(rig.conversation) == []:
        await rig.say([user(chance, 40), reply(chance, 150)])
        await rig.make_room(rig.compaction())
    rig.budget = Budget(window=1_100, reserve=100)
    await rig.say([user(chance, 20)])
    await rig.make_room(rig.compaction())
    assert await rig.used() <= rig.budget.tokens


async def test_the_last_exchanges_stay_where_others_can_leave(rig: Rig) -> None:
    """They leave last: what fits without their leaving keeps them word for word, but where the
    window is small."""
    chance = random.Random(6)
    rig.budget, rig.page_tokens = Budget(window=10_000, reserve=1_000), 4_000
    for _ in range(90):
        await rig.say([user(chance, 15), reply(chance, 60)])
    done = await rig.make_room(rig.compaction())
    assert done is not None
    assert done.state is PassState.ENOUGH
    _, sight = await shown(rig)
    assert len(sight.turns) >= 8
    assert not any(turn.is_less for turn in sight.turns)


async def test_a_refused_prompt_that_nothing_can_leave(rig: Rig) -> None:
    """The same pass does not run again before there is a page more."""
    await rig.say([user(random.Random(1), 3)])
    compaction, rig.budget = rig.compaction(), Budget(window=100, reserve=10)
    need = rig.need(Trigger.OVERFLOW)
    first = await compaction.make_room(need)
    assert first is not None
    assert (first.state, first.after) == (PassState.STUCK, first.before)
    assert await compaction.make_room(need) is None
    assert len(await compaction.history(rig.conversation)) == 1
    await rig.say([user(random.Random(2), 400)])
    again = await compaction.make_room(need)
    assert again is not None
    assert again.after < again.before
