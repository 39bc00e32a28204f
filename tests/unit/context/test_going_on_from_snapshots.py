"""Conversations that are resumed, and that go on from a snapshot of another."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from compacting import Rig, reply, user
from conversing import converse, exchanges, say
from doubles import FakeClock
from minutebook.context.passes.surveying import Hold, Terms, survey
from minutebook.context.prompt.sight import in_sight
from minutebook.domain.chats import ChatOptions
from minutebook.domain.context import (
    Budget,
    Layer,
    PlacedSummary,
    Span,
    Trigger,
    Why,
)
from minutebook.errors import UsageError
from minutebook.llm.protocol import Message
from minutebook.llm.scripted import Answer
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.store import contexts, conversations, pages, replies, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from talking import Talk

WORDS = "so many words of it "


def talk_of(database: Database, clock: FakeClock, page: int = 4_000) -> Talk:
    """Return a chat whose pages are so large."""
    script = [Answer(pieces=(f"Answer {n}. " + WORDS * 5,)) for n in range(40)]
    policy = RecordPolicy(paging=PagingPolicy(tokens=page), scribe_enabled=False)
    return Talk(database, clock, *script, policy=policy)


async def exchange(talk: Talk, conversation: str, text: str) -> None:
    """Say something, and let it be answered."""
    talk.clock.forward(seconds=1)
    await talk.chat.say(conversation, text)
    assert await talk.chat.answer(conversation)


async def now(talk: Talk, conversation: str) -> tuple[str, tuple[Message, ...]]:
    """Return what would be sent now."""
    request = await talk.context.preview(conversation)
    return request.system, request.messages


def texts(messages: tuple[Message, ...]) -> list[str]:
    return [message.text for message in messages]


async def test_resuming_brings_all_of_it_back(database: Database, clock: FakeClock) -> None:
    """Turns, layout, instructions and slot are as they were; what came since is a branch."""
    talk = talk_of(database, clock, page=60)
    id_ = (await talk.chat.start(options=ChatOptions(system="Be brief."))).id
    for number in range(3):
        await exchange(talk, id_, f"question {number} " + WORDS * 4)
    page = (await database.read(lambda tx: pages.newest(tx, conversation=id_, limit=9)))[-1]

    def summarise(tx: Transaction) -> None:
        layout = contexts.current(tx, id_)
        told = PlacedSummary(page=page.id, text="What was first.", tokens=6, by="offline")
        contexts.keep(tx, replace(layout, summaries=(told,)), clock(), onto=layout.revision)

    await database.write(summarise)
    await talk.context.slots.refer(id_, [page.id])
    before = await now(talk, id_)
    taken = await talk.context.snapshots.take(id_)
    second = (await database.read(lambda tx: turns.forward(tx, id_, limit=9)))[2]
    await talk.chat.say_again(id_, second.key, "something else")
    await talk.chat.choose(id_, ChatOptions(system="Be long."))
    await talk.context.slots.let_go(id_)
    await exchange(talk, id_, "and so on")
    revision = await database.read(lambda tx: contexts.revision(tx, id_))
    assert await now(talk, id_) != before
    held = await talk.context.snapshots.resume(taken.id)
    assert held.id == id_
    assert await now(talk, id_) == before
    assert await database.read(lambda tx: contexts.revision(tx, id_)) == revision + 1
    assert [each.why for each in await talk.context.slots.of(id_)] == [Why.PERSON]
    await exchange(talk, id_, "from here")
    assert texts((await now(talk, id_))[1])[-2].endswith("from here")


async def test_the_branch_that_was_left_can_be_taken(database: Database, clock: FakeClock) -> None:
    """Resuming loses nothing: what came since is beside what is said then."""
    talk = talk_of(database, clock)
    id_ = (await talk.chat.start()).id
    await exchange(talk, id_, "first")
    taken = await talk.context.snapshots.take(id_)
    await exchange(talk, id_, "second")
    before = await now(talk, id_)
    left = (await database.read(lambda tx: turns.forward(tx, id_, limit=9)))[2]
    await talk.context.snapshots.resume(taken.id)
    await exchange(talk, id_, "third")
    await talk.chat.branches.take(id_, left.key)
    assert await now(talk, id_) == before


async def test_what_cannot_be_resumed(database: Database, clock: FakeClock) -> None:
    """A log cannot be, nor what is being answered; nothing changes then."""
    talk = talk_of(database, clock)
    log = await database.write(lambda tx: conversations.create(tx, "pi", "1", "One", clock()))
    await database.write(lambda tx: say(tx, log, exchanges(2), clock()))
    taken = await talk.context.snapshots.take(log)
    with pytest.raises(UsageError, match="held here"):
        await talk.context.snapshots.resume(taken.id)
    id_ = (await talk.chat.start()).id
    await exchange(talk, id_, "first")
    taken = await talk.context.snapshots.take(id_)
    before = await now(talk, id_)
    reply = replace(talk.reply(id_), owner="there")
    await database.write(lambda tx: replies.begin(tx, reply))
    with pytest.raises(UsageError, match="on its way"):
        await talk.context.snapshots.resume(taken.id)
    assert await now(talk, id_) == before


async def test_a_branch_goes_on_from_there(database: Database, clock: FakeClock) -> None:
    """Its prompt begins with that of then, whatever becomes of either conversation."""
    talk = talk_of(database, clock, page=60)
    id_ = (await talk.chat.start(options=ChatOptions(system="Be brief."))).id
    for number in range(3):
        await exchange(talk, id_, f"question {number} " + WORDS * 4)
    system, before = await now(talk, id_)
    taken = await talk.context.snapshots.take(id_)
    counted = await database.read(lambda tx: conversations.get(tx, id_))
    other = await talk.context.snapshots.branch(taken.id, "Another way")
    assert (other.title, other.turns, other.is_live) == ("Another way", 0, True)
    assert texts((await now(talk, other.id))[1]) == texts(before)
    await exchange(talk, other.id, "in the branch")
    second = (await database.read(lambda tx: turns.forward(tx, id_, limit=9)))[2]
    await talk.chat.say_again(id_, second.key, "something else in the first")
    shown, messages = await now(talk, other.id)
    assert shown == system
    assert texts(messages)[: len(before)] == texts(before)
    assert texts(messages)[len(before)] == "in the branch"
    assert len(messages) == len(before) + 2
    first = await database.read(lambda tx: conversations.get(tx, id_))
    assert first.turns == counted.turns + 1
    own = await database.read(lambda tx: turns.forward(tx, other.id, limit=9))
    assert [turn.seq for turn in own] == [1, 2]
    assert (await talk.context.snapshots.origin(other.id)) == taken
    assert (await talk.context.snapshots.origin(id_)) is None


async def test_a_branch_is_accounted_for(database: Database, clock: FakeClock) -> None:
    """What it reads of the other counts as its own recent turns, also when it grows."""
    talk = talk_of(database, clock)
    id_ = (await talk.chat.start()).id
    for number in range(3):
        await exchange(talk, id_, f"question {number}")
    taken = await talk.context.snapshots.take(id_)
    other = (await talk.context.snapshots.branch(taken.id)).id
    sizes: dict[Layer, int] = {}
    for number in range(3):
        await exchange(talk, other, f"other {number}")
        sizes = {size.layer: size.tokens for size in (await talk.context.show(other)).layers}
        fresh = talk_of(database, clock)
        again = {size.layer: size.tokens for size in (await fresh.context.show(other)).layers}
        assert sizes == again
    first = {size.layer: size.tokens for size in (await talk.context.show(id_)).layers}
    assert sizes[Layer.RECENT] > first[Layer.RECENT]


async def test_leaving_turns_in_a_branch_never_leaves_its_origin(
    database: Database, clock: FakeClock
) -> None:
    """When its story tells of turns that were left, it begins anew from where it began."""
    talk = talk_of(database, clock, page=60)
    id_ = (await talk.chat.start()).id
    await exchange(talk, id_, "in the origin " + WORDS * 3)
    taken = await talk.context.snapshots.take(id_)
    other = (await talk.context.snapshots.branch(taken.id)).id
    for number in range(3):
        await exchange(talk, other, f"question {number} " + WORDS * 4)
    own = await database.read(lambda tx: pages.newest(tx, conversation=other, limit=9))
    first = (await database.read(lambda tx: turns.forward(tx, other, limit=1)))[0]

    def tell(tx: Transaction) -> None:
        layout = contexts.current(tx, other)
        draft = contexts.StoryDraft(
            conversation=other,
            before=None,
            text="A story.",
            tokens=3,
            by="offline",
            added=tuple(page.id for page in own),
        )
        told = contexts.add_story(tx, draft, clock())
        contexts.keep(tx, replace(layout, story=told), clock(), onto=layout.revision)

    await database.write(tell)
    await talk.chat.say_again(other, first.key, "said otherwise")
    _, messages = await now(talk, other)
    assert texts(messages)[0].startswith("in the origin")
    assert texts(messages)[-1] == "said otherwise"


async def test_what_can_leave_a_branch(database: Database, clock: FakeClock) -> None:
    """Pages of the origin can; its turns that lay on no page stay, and hold nothing else up."""
    talk = talk_of(database, clock)
    id_ = await database.write(lambda tx: converse(tx, "first", clock()))
    await database.write(lambda tx: say(tx, id_, exchanges(12), clock()))
    clock.forward(minutes=1)
    taken = await talk.context.snapshots.take(id_)
    assert taken.moment.paged < taken.moment.turns
    other = (await talk.context.snapshots.branch(taken.id)).id
    await database.write(lambda tx: say(tx, id_, exchanges(9, begin=12), clock()))
    await database.write(lambda tx: say(tx, other, exchanges(40), clock()))

    def work(tx: Transaction) -> None:
        layout = contexts.current(tx, other)
        sight = in_sight(tx, layout)
        late = [t for t in sight.turns if t.conversation == id_ and t.seq > taken.moment.paged]
        assert late
        assert {turn.page for turn in late} == {None}
        terms = Terms(budget=Budget(window=5_000, reserve=100))
        found = survey(tx, other, terms, Hold.TURN).prospect
        owners = [pages.get(tx, page.page).conversation for page in found.pages]
        assert owners[0] == id_
        assert owners[-1] == other
        assert found.turns is not None
        assert found.turns.before > late[-1].place
        assert None not in {piece.page for piece in found.turns.pieces}

    await database.read(work)


async def test_a_branch_of_a_long_log_is_opened(database: Database, clock: FakeClock) -> None:
    """Its pages are not worked off one by one: all but the newest go into the story at once."""
    rig = await Rig(database=database, clock=clock).begin()
    for number in range(60):
        chance = random.Random(number)
        await rig.say([user(chance, 40), reply(chance, 120)])
    talk = talk_of(database, clock)
    taken = await talk.context.snapshots.take(rig.conversation)
    rig.conversation = (await talk.context.snapshots.branch(taken.id)).id
    done = await rig.make_room(rig.compaction())
    assert done is not None
    assert (done.trigger, done.left_count > 0) == (Trigger.OPENING, True)
    assert done.after < 0.65 * 4_000
    assert rig.summarised <= 3


async def test_a_branch_of_a_branch(database: Database, clock: FakeClock) -> None:
    """It reads both of them, each up to where it was left."""
    talk = talk_of(database, clock)
    id_ = (await talk.chat.start()).id
    await exchange(talk, id_, "one")
    first = await talk.context.snapshots.take(id_)
    await exchange(talk, id_, "not seen")
    second = (await talk.context.snapshots.branch(first.id)).id
    await exchange(talk, second, "two")
    taken = await talk.context.snapshots.take(second)
    await exchange(talk, second, "not seen either")
    third = (await talk.context.snapshots.branch(taken.id)).id
    await exchange(talk, third, "three")
    _, messages = await now(talk, third)
    assert [text for text in texts(messages) if not text.startswith("Answer")] == [
        "one",
        "two",
        "three",
    ]
    spans = (await database.read(lambda tx: contexts.current(tx, third))).spans
    assert [span.conversation for span in spans] == [id_, second, third]
    assert spans[-1] == Span(conversation=third, behind=spans[-1].behind)
