"""Replies on their way: stopped, left behind, interrupted; and the messages that wait for them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from doubles import FakeClock
from minutebook.domain.chats import ChatOptions, MarkKind
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import Attachment, Ending, Role
from minutebook.errors import ModelBusyError, NotFoundError, UsageError
from minutebook.events import ReplyFailed, ReplyFinished
from minutebook.llm.protocol import StopReason
from minutebook.llm.scripted import Answer, Line
from minutebook.store import jobs, replies
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from talking import Talk


class Gate:
    """Lets the pieces of an answer through until it is shut."""

    def __init__(self, pieces: int) -> None:
        self._left = pieces
        self.is_reached = asyncio.Event()
        self.opens = asyncio.Event()

    async def __call__(self) -> None:
        """Wait when enough has gone through."""
        if self._left == 0:
            self.is_reached.set()
            await self.opens.wait()
        self._left = max(0, self._left - 1)


async def _begun(talk: Talk, gate: Gate) -> tuple[str, asyncio.Task[object]]:
    """Let an answer come as far as the gate."""
    conversation = (await talk.chat.start()).id
    await talk.chat.say(conversation, "When?")
    task = asyncio.create_task(talk.answered(conversation))
    await gate.is_reached.wait()
    return conversation, task


def _slow(gate: Gate) -> Line:
    return Answer(pieces=("At ", "noon", "."), pause=gate)


async def test_a_stopped_reply_is_kept_as_far_as_it_came(
    database: Database, clock: FakeClock
) -> None:
    """The turn says that it was stopped; the event too."""
    gate = Gate(2)
    talk = Talk(database, clock, _slow(gate))
    conversation, task = await _begun(talk, gate)
    assert talk.chat.is_answering(conversation)
    assert talk.chat.stop(conversation)
    await task
    assert (await talk.said(conversation))[1:] == [(Role.ASSISTANT, "At noon")]
    finished = talk.events[-1]
    assert isinstance(finished, ReplyFinished)
    assert finished.ending is Ending.STOPPED
    assert not talk.chat.is_answering(conversation)
    assert not talk.chat.stop(conversation)


async def test_a_reply_stopped_before_its_first_word_leaves_nothing(
    database: Database, clock: FakeClock
) -> None:
    """No empty turn is recorded, and nothing is left on its way."""
    gate = Gate(0)
    talk = Talk(database, clock, _slow(gate))
    conversation, task = await _begun(talk, gate)
    talk.chat.stop(conversation)
    assert await task is None
    assert len(await talk.said(conversation)) == 1
    assert await database.read(replies.on_their_way) == []


async def test_one_reply_at_a_time(database: Database, clock: FakeClock) -> None:
    """Whoever asks for a second one is told, here and from another process."""
    gate = Gate(0)
    talk = Talk(database, clock, _slow(gate))
    conversation, task = await _begun(talk, gate)
    with pytest.raises(UsageError, match="on its way"):
        await talk.chat.answer(conversation)
    other = Talk(database, clock, Answer(pieces=("x",)), owner="elsewhere")
    assert await other.answered(conversation) is None
    failed = other.events[-1]
    assert isinstance(failed, ReplyFailed)
    assert "Another minutebook" in failed.reason
    gate.opens.set()
    await task


async def test_what_a_gone_process_left_is_recorded(database: Database, clock: FakeClock) -> None:
    """As far as it was kept, marked as interrupted, once."""
    gate = Gate(2)
    talk = Talk(database, clock, _slow(gate))
    conversation, task = await _begun(talk, gate)
    while not (partial := await database.read(replies.on_their_way))[0].text:
        await asyncio.sleep(0)
    assert partial[0].text == "At noon"
    other = Talk(database, clock, owner="elsewhere")
    assert await other.chat.recover() == 0
    other.gone.add("here")
    assert await other.chat.recover() == 1
    assert await other.chat.recover() == 0
    assert (await other.said(conversation))[1:] == [(Role.ASSISTANT, "At noon")]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_closing_keeps_what_had_come(database: Database, clock: FakeClock) -> None:
    """Also when whoever asked for the reply has gone before."""
    gate = Gate(1)
    talk = Talk(database, clock, _slow(gate))
    conversation, task = await _begun(talk, gate)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert talk.chat.is_answering(conversation)
    await talk.chat.close()
    assert (await talk.said(conversation))[1:] == [(Role.ASSISTANT, "At ")]


async def test_what_waits_is_said_in_order(database: Database, clock: FakeClock) -> None:
    """One after the other, each when the answer before it has ended."""
    gate = Gate(0)
    talk = Talk(database, clock, _slow(gate), Answer(pieces=("b",)), Answer(pieces=("c",)))
    conversation, task = await _begun(talk, gate)
    await talk.chat.outbox.queue(conversation, "And then?")
    await talk.chat.outbox.queue(conversation, "", (Attachment(name="a.txt", content="x"),))
    await talk.chat.outbox.queue(conversation, "withdrawn")
    waiting = await talk.chat.outbox.waiting(conversation)
    assert [message.text for message in waiting] == ["And then?", "", "withdrawn"]
    await talk.chat.outbox.withdraw(waiting[2].id)
    with pytest.raises(NotFoundError):
        await talk.chat.outbox.withdraw(waiting[2].id)
    gate.opens.set()
    await task
    said = [text for _, text in await talk.said(conversation)]
    assert said == ["When?", "At noon.", "And then?", "b", "", "c"]
    assert await talk.chat.outbox.waiting(conversation) == []


async def test_what_waits_stays_behind_a_failure(database: Database, clock: FakeClock) -> None:
    """It is not said to a model that is down; the next answer takes it up."""
    cut = Answer(pieces=("At ",), stop_reason=StopReason.CUT)
    talk = Talk(database, clock, cut, Answer(pieces=("At noon.",)), Answer(pieces=("b",)))
    conversation = (await talk.chat.start()).id
    await talk.chat.say(conversation, "When?")
    await talk.chat.outbox.queue(conversation, "And then?")
    await talk.answered(conversation)
    assert len(await talk.chat.outbox.waiting(conversation)) == 1
    await talk.chat.answer_anew(conversation)
    said = [text for _, text in await talk.said(conversation)]
    assert said == ["When?", "At ", "At noon.", "And then?", "b"]


async def test_nothing_at_all_cannot_wait(database: Database, clock: FakeClock) -> None:
    """As it cannot be said."""
    talk = Talk(database, clock)
    conversation = (await talk.chat.start()).id
    with pytest.raises(UsageError):
        await talk.chat.outbox.queue(conversation, " \n")


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        (StopReason.MAX_TOKENS, Ending.MAX_TOKENS),
        (StopReason.CONTEXT_FULL, Ending.CONTEXT_FULL),
        (StopReason.REFUSAL, Ending.REFUSAL),
        (StopReason.END, Ending.WHOLE),
    ],
)
async def test_how_a_reply_ended_is_in_the_record(
    database: Database, clock: FakeClock, reason: StopReason, ending: Ending
) -> None:
    """The endings are told apart."""
    talk = Talk(database, clock, Answer(pieces=("Well",), stop_reason=reason))
    conversation = (await talk.chat.start()).id
    await talk.chat.say(conversation, "When?")
    turn = await talk.answered(conversation)
    assert turn is not None
    assert turn.ending is ending
    read = await database.read(lambda tx: talk.turn(tx, conversation, turn.key))
    assert read.ending is ending


async def test_attachments_are_shown_to_the_model_and_kept(
    database: Database, clock: FakeClock
) -> None:
    """Their text stands before the words, and cannot close its own frame."""
    talk = Talk(database, clock, Answer(pieces=("ok",)))
    conversation = (await talk.chat.start()).id
    file = Attachment(name='no"tes.txt', size=9, content="a </file> b")
    turn = await talk.chat.say(conversation, "Read this.", (file,))
    await talk.answered(conversation)
    assert turn.content.attachments == (file,)
    shown = talk.model.requests[0].messages[0].text
    assert shown == '<file name="no\'tes.txt">\na <\\/file> b\n</file>\n\nRead this.'


async def test_a_conversation_has_a_model_and_instructions_of_its_own(
    database: Database, clock: FakeClock
) -> None:
    """They are kept, and the request has the instructions behind our own."""
    talk = Talk(database, clock, Answer(pieces=("ok",)))
    options = ChatOptions(model="scripted:other", system="Answer in verse.")
    conversation = (await talk.chat.start(options=options)).id
    assert await talk.chat.options(conversation) == options
    await talk.chat.say(conversation, "When?")
    await talk.answered(conversation)
    assert talk.wanted == ["scripted:other", "scripted:other"]
    assert talk.model.requests[0].system.endswith("\n\nAnswer in verse.")
    await talk.chat.choose(conversation, ChatOptions())
    assert await talk.chat.options(conversation) == ChatOptions()


async def test_marks_come_and_go(database: Database, clock: FakeClock) -> None:
    """Good and bad exclude each other; a pin stands beside them."""
    talk = Talk(database, clock)
    conversation = (await talk.chat.start()).id
    turn = await talk.chat.say(conversation, "When?")
    assert await talk.chat.mark(conversation, turn.key, MarkKind.GOOD)
    assert await talk.chat.mark(conversation, turn.key, MarkKind.PIN)
    assert await talk.chat.mark(conversation, turn.key, MarkKind.BAD)
    assert await talk.chat.marks(conversation) == [
        (turn.key, MarkKind.BAD),
        (turn.key, MarkKind.PIN),
    ]
    assert not await talk.chat.mark(conversation, turn.key, MarkKind.BAD)
    assert await talk.chat.marks(conversation) == [(turn.key, MarkKind.PIN)]


async def test_what_gets_no_answer_is_told_alone(database: Database, clock: FakeClock) -> None:
    """An update that waits for the answer is due at once when none comes of it."""
    talk = Talk(database, clock, Answer(error=ModelBusyError("429")))
    conversation = (await talk.chat.start()).id
    await talk.chat.say(conversation, "When?")
    later = clock() + timedelta(seconds=15)

    def held(tx: Transaction) -> None:
        job = jobs.newest(tx, limit=1)[0]
        claimed = jobs.claim_one(
            tx, JobKind.SCRIBE, job.key, owner="me", now=clock(), lease_until=later
        )
        assert claimed is not None
        jobs.go_on(tx, claimed, clock(), later)

    await database.write(held)
    assert await talk.answered(conversation) is None
    found = await database.read(lambda tx: jobs.newest(tx, limit=1))
    assert [job.not_before for job in found] == [clock()]
