"""Passes over random conversations: whatever is said, what a person may count on holds."""

from __future__ import annotations

import asyncio
import random
import tempfile
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compacting import BUDGET, FIXED, Rig, exchange
from doubles import FakeClock
from minutebook.context.passes import tiers
from minutebook.context.passes.exchanges import kept_from
from minutebook.context.prompt.account import Account
from minutebook.context.prompt.assembly import messages, view
from minutebook.context.prompt.sight import Sight, in_sight
from minutebook.domain.chats import MarkKind
from minutebook.domain.context import KeptWords, Layout, Pass, PassState, Tier, Trigger
from minutebook.domain.turns import HUMAN_ROLES, Origin, Role, Turn
from minutebook.llm.protocol import Message
from minutebook.store import chats, contexts, pages, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All there is to look at behind a pass."""

    layout: Layout
    sight: Sight
    turns: tuple[Turn, ...]
    told: frozenset[str]
    """Pages of the story."""
    pinned: frozenset[int]
    """Turns with words that are pinned, by row id."""

    @property
    def shown(self) -> frozenset[int]:
        """Turns that stand in the prompt, in sight or as words that are kept."""
        return frozenset(
            [*(turn.id for turn in self.sight.turns), *(w.turn for w in kept_words(self.layout))]
        )


def look(tx: Transaction, conversation: str) -> Seen:
    layout = contexts.current(tx, conversation)
    told = contexts.story_pages(tx, layout.story.id) if layout.story else []
    pins = {key for key, kind in chats.marked(tx, conversation) if kind is MarkKind.PIN}
    said = tuple(turns.forward(tx, conversation, limit=1_000_000))
    return Seen(
        layout=layout,
        sight=in_sight(tx, layout),
        turns=said,
        told=frozenset(told),
        pinned=frozenset(t.id for t in said if t.key in pins and t.content.text),
    )


def kept_words(layout: Layout) -> list[KeptWords]:
    told = layout.story.words if layout.story else ()
    return [*told, *(word for each in layout.summaries for word in each.words)]


def check_reach(seen: Seen) -> None:
    """Every turn is in sight, or on a page that is summarised or in the story."""
    rests = {each.page: each.rest for each in seen.layout.summaries}
    gone = {page for page, rest in rests.items() if rest is None} | seen.told
    shown = {turn.id for turn in seen.sight.turns}
    for turn in seen.turns:
        rest = rests.get(turn.page or "")
        is_hidden = turn.page in gone or (rest is not None and (turn.sort_at, turn.seq) < rest)
        assert (turn.id in shown) is not is_hidden


def check_words(before: Seen, seen: Seen, *, is_full: bool) -> None:
    """What people said on pages that left is there, newest first, within its share; all of it that
    stood there before and has room, unless words had to get shorter to make the prompt fit."""
    words = kept_words(seen.layout)
    stood = {turn.id for turn in before.sight.turns} | {w.turn for w in kept_words(before.layout)}
    tokens = sum(word.tokens for word in words)
    assert tokens <= BUDGET.words_share * BUDGET.tokens
    shown = {turn.id for turn in seen.sight.turns}
    humans = [
        turn.id
        for turn in seen.turns
        if turn.id not in shown and turn.role in HUMAN_ROLES and turn.content.text
    ]
    plain = [word.turn for word in words if not word.is_pinned]
    pins = {word.turn for word in words if word.is_pinned}
    newest = [turn for turn in humans if turn not in pins]
    assert plain == newest[len(newest) - len(plain) :]
    if is_full and len(plain) < sum(turn in stood for turn in newest):
        largest = BUDGET.words_share * BUDGET.tokens / 4
        assert tokens + 12 * len(words) + largest + 12 > BUDGET.words_share * BUDGET.tokens


def check_guard(seen: Seen, exchanges: int) -> None:
    """The last exchanges stand there word for word, unless a turn of theirs is too large."""
    every = [turn for turn in seen.turns if turn.is_active]
    guard = kept_from(seen.sight, exchanges)
    shown = {turn.id: turn for turn in seen.sight.turns}
    for turn in every:
        if (turn.sort_at, turn.seq) >= guard:
            assert not shown[turn.id].is_shortened


def check_references(tx: Transaction, done: Pass, texts: dict[str, str]) -> None:
    """Whatever left is found on its page, byte for byte."""
    for left in done.left:
        page = pages.get(tx, left.reference)
        for turn in turns.by_seq(tx, page.conversation, page.first_seq, page.last_seq):
            assert turn.content.hash == texts[turn.key]


def check_pass(done: Pass, used: int) -> None:
    """What a pass says of itself is so."""
    assert done.after == used
    if done.to_revision == done.from_revision:
        assert done.state is PassState.STUCK
        return
    assert done.after < done.before
    assert (done.state is PassState.ENOUGH) is (done.after < tiers.low_mark(BUDGET))
    assert done.reason or done.state is not PassState.STUCK
    assert done.left_count >= len(done.left) > 0
    if done.trigger is Trigger.THRESHOLD:
        assert done.before >= BUDGET.high * BUDGET.tokens
    if {Tier.TRIM_THINKING, Tier.SHORTEN} & set(done.tiers):
        assert done.before >= BUDGET.high * BUDGET.tokens


def check_pins(done: Pass, before: Seen, seen: Seen) -> None:
    """A pass says of how many pinned messages nothing is in sight any more; one that freed enough
    has nothing else to say. Where one pass came behind another, each speaks for itself."""
    if done.from_revision != before.layout.revision:
        return
    gone = len((before.shown & before.pinned) - seen.shown)
    are = "message has" if gone == 1 else "messages have"
    told = f"{gone} pinned {are} no room in context.words_share any more." if gone else ""
    assert told in done.reason
    if done.state is PassState.ENOUGH:
        assert done.reason == told


class Play:
    """A random conversation, and all that is done to it."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig = rig
        self.chance = random.Random(seed)
        self.compaction = rig.compaction()
        self.texts: dict[str, str] = {}
        self.account = Account()
        self.passes = 0

    async def begin(self) -> None:
        """Begin with nothing, or with what was imported."""
        await self.rig.begin()
        for _ in range(self.chance.choice((0, 0, 3, 60))):
            await self.rig.say(exchange(self.chance), origin=Origin.IMPORTED)

    async def round(self) -> None:
        """Say something, pin something, make room, take it back."""
        await self.rig.say(exchange(self.chance), step=self.chance.choice((1.0, 1.0, 30_000.0)))
        if self.chance.random() < 0.05:
            await self.rig.pin(self.chance)
        await self.weigh()
        before = await self.prompt()
        seen = await self.look()
        done = await self.rig.make_room(self.compaction)
        if done is None:
            return
        self.passes += 1
        await self.check(done, seen)
        if self.chance.random() < 0.15 and done.to_revision != done.from_revision:
            await self.undo(done, before)

    async def look(self) -> Seen:
        """Return all there is to look at."""
        return await self.rig.database.read(lambda tx: look(tx, self.rig.conversation))

    async def check(self, done: Pass, before: Seen) -> None:
        """Look at everything."""
        used = await self.rig.used()
        assert used <= BUDGET.tokens
        check_pass(done, used)
        seen = await self.look()
        check_pins(done, before, seen)
        self.texts |= {turn.key: turn.content.hash for turn in seen.turns}
        assert len(seen.layout.summaries) <= tiers.MOST_SUMMARIES
        check_reach(seen)
        check_words(before, seen, is_full="words" not in {left.what for left in done.left})
        check_guard(seen, self.rig.keep_exchanges)
        await self.rig.database.read(lambda tx: check_references(tx, done, self.texts))

    async def weigh(self) -> None:
        """What is counted turn by turn is what a recount finds."""

        def work(tx: Transaction) -> int:
            layout = contexts.current(tx, self.rig.conversation)
            return sum(each.tokens for each in self.account.layers(tx, layout))

        counted = FIXED + await self.rig.database.read(work)
        assert abs(counted - await self.rig.used()) <= 0.01 * counted

    async def prompt(self) -> tuple[Message, ...]:
        """Return what a model would be shown; no call and no result stands there alone."""

        def work(tx: Transaction) -> tuple[Message, ...]:
            layout = contexts.current(tx, self.rig.conversation)
            return messages(view(tx, layout, in_sight(tx, layout)))

        shown = await self.rig.database.read(work)
        for message, behind in pairwise([*shown, Message(role=Role.USER)]):
            assert {c.id for c in message.tool_calls} == {r.call_id for r in behind.tool_results}
        assert not shown or not shown[0].tool_results
        return shown

    async def undo(self, done: Pass, prompt: tuple[Message, ...]) -> None:
        """Take a pass back, and do it again."""
        before = await self.layout(done.from_revision)
        undone = await self.compaction.undo(self.rig.need())
        assert undone.after == await self.rig.used()
        assert await self.prompt() == prompt
        after = await self.layout(undone.to_revision)
        assert replace(after, revision=before.revision) == before
        await self.compaction.compact(self.rig.need())

    async def layout(self, revision: int) -> Layout:
        """Return a layout as it was."""
        conversation = self.rig.conversation
        return await self.rig.database.read(lambda tx: contexts.at(tx, conversation, revision))


async def play(seed: int, rounds: int, passes: int = 10**9) -> int:
    """Play so many rounds, or until there were so many passes; return how many there were."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "store.db")
        try:
            played = Play(Rig(database=database, clock=FakeClock()), seed)
            await played.begin()
            for _ in range(rounds):
                await played.round()
                if played.passes >= passes:
                    break
            return played.passes
        finally:
            await database.close()


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
@example(seed=17)
@example(seed=2_955_820_429)
def test_what_a_person_may_count_on(seed: int) -> None:
    """Long turns, storms of tools, thinking, pins, bursts, imports: it all holds."""
    asyncio.run(play(seed, rounds=30))


def test_passes_go_on() -> None:
    """There is always another pass, and it always frees something."""
    assert asyncio.run(play(1, rounds=60)) >= 5


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(4))
def test_two_thousand_passes(seed: int) -> None:
    """As above, for years of talk."""
    assert asyncio.run(play(seed, rounds=100_000, passes=500)) == 500
