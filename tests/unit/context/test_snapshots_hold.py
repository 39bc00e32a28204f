"""Whatever happens to a conversation, a snapshot of it gives what was in sight then."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compacting import Rig, exchange
from doubles import FakeClock
from minutebook.chat import branches
from minutebook.config import Context as ContextSettings
from minutebook.context.means import Means
from minutebook.context.room import Context
from minutebook.domain.context import Trigger
from minutebook.domain.conversations import LIVE_SOURCE
from minutebook.domain.snapshots import Snapshot
from minutebook.errors import UsageError
from minutebook.llm.offline import OfflineModel
from minutebook.llm.protocol import Message, Passage
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.record.closing import close_tail
from minutebook.record.paging import PagingPolicy
from minutebook.store import conversations, pages, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_STEPS = st.lists(
    st.sampled_from(
        ["say"] * 8
        + ["make room"] * 3
        + ["undo", "leave", "take again", "refer", "let go", "pin", "resume", "branch", "close"]
        + ["snapshot"] * 3
    ),
    min_size=8,
    max_size=40,
)


class Life:
    """A conversation to which anything may happen, and the snapshots that are taken of it."""

    def __init__(self, database: Database, clock: FakeClock, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rig = Rig(database=database, clock=clock)
        self.database, self.clock = database, clock
        self.compaction = self.rig.compaction()
        model = OfflineModel()
        self.context = Context(
            Means(
                database=database,
                clock=clock,
                settings=ContextSettings(),
                models=lambda _: model,
                chat_model=model.name,
                counter=TokenCounter(),
                find_passages=_nothing,
                go_back=branches.go_back,
            )
        )
        self.kept: list[tuple[Snapshot, str, tuple[Message, ...]]] = []
        """Snapshots, with what would have been sent right then."""
        self.passes = self.resumed = 0

    async def begin(self) -> None:
        """Begin the conversation."""
        now = self.clock()
        self.rig.conversation = await self.database.write(
            lambda tx: conversations.create(tx, LIVE_SOURCE, "one", "One", now)
        )
        await self.step("say")

    async def step(self, what: str) -> None:
        """Let something happen; what cannot be done now is left."""
        match what:
            case "say":
                for _ in range(self.chance.randint(1, 4)):
                    await self.rig.say(exchange(self.chance))
            case "snapshot":
                await self._take()
            case "make room" | "undo":
                await self._pass(what)
            case "refer" | "let go" | "pin":
                await self._page(what)
            case "resume" | "branch" if self.kept:
                await (self._branch() if what == "branch" else self._resume())
            case "leave" | "take again" | "close":
                await self.database.write(lambda tx: self._turn(tx, what))

    async def _pass(self, what: str) -> None:
        if what == "make room":
            done = await self.rig.make_room(self.compaction)
            self.passes += done is not None and done.after < done.before
            return
        with suppress(UsageError):
            await self.compaction.undo(self.rig.need(Trigger.UNDO))

    async def _page(self, what: str) -> None:
        id_ = self.rig.conversation
        if what == "pin":
            if await self.database.read(partial(turns.last_active, conversation=id_)):
                await self.rig.pin(self.chance)
        elif what == "let go":
            await self.context.slots.let_go(id_)
        else:
            found = await self.database.read(partial(pages.newest, limit=99, conversation=id_))
            if found:
                await self.context.slots.refer(id_, [self.chance.choice(found).id])

    async def _resume(self) -> None:
        """Bring the conversation back, which then shows the same."""
        then = self.chance.choice(self.kept)[0]
        if then.conversation == self.rig.conversation:
            await self.context.snapshots.resume(then.id)
            self.resumed += 1

    async def _take(self) -> None:
        request = await self.context.preview(self.rig.conversation)
        taken = await self.context.snapshots.take(self.rig.conversation)
        self.kept.append((taken, request.system, request.messages))

    async def _branch(self) -> None:
        """Go on in another conversation from now on, which shows the same."""
        then, system, messages = self.chance.choice(self.kept)
        begun = await self.context.snapshots.branch(then.id)
        request = await self.context.preview(begun.id)
        assert (request.system, request.messages) == (system, messages)
        self.rig.conversation = begun.id

    def _turn(self, tx: Transaction, what: str) -> None:
        id_ = self.rig.conversation
        left = turns.left(tx, id_)
        recent = [turn for turn in turns.backward(tx, id_, limit=30) if turn.is_active]
        if what == "leave" and len(recent) > 2:
            turns.leave_from(tx, self.chance.choice(recent[1:]))
        elif what == "take again" and left:
            branches.take(tx, turns.by_key(tx, id_, self.chance.choice(left).key))
        elif what == "close":
            self.clock.forward(hours=30)
            close_tail(tx, id_, PagingPolicy().pause, self.clock())

    async def verify(self) -> None:
        """Compare all that was kept with what comes of the snapshots now."""
        for taken, system, messages in self.kept:
            found = await self.context.snapshots.then(taken.id)
            assert found.snapshot == taken
            assert found.request.system == system
            assert found.request.messages == messages
            assert found.revised == ()


async def _nothing(question: str) -> tuple[Passage, ...]:
    return ()


async def _live(folder: Path, seed: int, steps: list[str]) -> Life:
    database = await Database.open(folder / "store.db")
    try:
        life = Life(database, FakeClock(), seed)
        await life.begin()
        for what in [*steps, "snapshot", "say", "leave"]:
            await life.step(what)
        await life.verify()
    finally:
        await database.close()
    return life


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), steps=_STEPS)
def test_it_gives_what_was_in_sight(
    tmp_path_factory: pytest.TempPathFactory, seed: int, steps: list[str]
) -> None:
    """Byte for byte, after any number of turns, passes, undoings, branches and pages."""
    asyncio.run(_live(tmp_path_factory.mktemp("home"), seed, steps))


@pytest.mark.parametrize("seed", [3, 11])
def test_after_a_long_life(tmp_path: Path, seed: int) -> None:
    """The same over some hundred steps."""
    chance = random.Random(seed)
    kinds = "say,say,make room,snapshot,undo,leave,take again,refer,resume,close".split(",")
    life = asyncio.run(_live(tmp_path, seed, ["say"] * 10 + chance.choices(kinds, k=90)))
    assert life.passes > 1
    assert life.resumed > 1
    assert len(life.kept) > 4
