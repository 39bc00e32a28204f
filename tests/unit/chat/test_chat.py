"""Conversations held here: what was said is in the record, whatever becomes of the answer."""

from __future__ import annotations

import pytest

from doubles import FakeClock
from minutebook.chat.speaking import NEW_TITLE
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import Ending, Origin, Role, ToolCall
from minutebook.errors import ModelError, NotFoundError, StoreFullError, UsageError
from minutebook.events import Event, ReplyFailed, ReplyFinished, ReplyStarted, TextArrived
from minutebook.llm.protocol import Passage, Request, StopReason
from minutebook.llm.scripted import Answer
from minutebook.store import conversations, jobs, turns
from minutebook.store.database import Database
from talking import Talk


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> Talk:
    """Return a chat whose model answers in two pieces."""
    return Talk(database, clock, Answer(pieces=("At ", "noon.")))


async def test_what_is_said_is_durable_before_anything_else(talk: Talk, database: Database) -> None:
    """When `say` returns, another connection can read it, and its work is queued."""
    conversation = await talk.chat.start()
    turn = await talk.chat.say(conversation.id, "When do we leave?")
    other = await Database.open(database.path)
    try:
        read = await other.read(lambda tx: turns.by_key(tx, conversation.id, turn.key))
        queued = await other.read(lambda tx: jobs.newest(tx, kind=JobKind.SCRIBE, limit=9))
    finally:
        await other.close()
    assert (read.content.text, read.origin, read.role) == (
        "When do we leave?",
        Origin.LIVE,
        Role.USER,
    )
    assert [(job.cause, job.correlation) for job in queued] == [
        (f"turns of {conversation.id}", turn.key)
    ]


async def test_the_model_is_asked_only_after_the_record_has_it(
    database: Database, clock: FakeClock
) -> None:
    """What it is asked is what was recorded."""
    seen: list[str] = []

    def look(request: Request) -> Answer:
        seen.append(request.messages[-1].text)
        return Answer(pieces=("ok",))

    talk = Talk(database, clock, look)
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "one")
    await talk.answered(conversation.id)
    assert seen == ["one"]


async def test_an_answer_arrives_in_pieces_and_is_recorded_whole(talk: Talk) -> None:
    """Started, arriving, finished; one turn with the name of the model."""
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "When?")
    turn = await talk.answered(conversation.id)
    assert turn is not None
    assert (turn.author, turn.role) == ("scripted:test", Role.ASSISTANT)
    assert await talk.said(conversation.id) == [(Role.USER, "When?"), (Role.ASSISTANT, "At noon.")]
    expected: list[type[Event]] = [ReplyStarted, TextArrived, TextArrived, ReplyFinished]
    assert talk.kinds() == expected
    finished = talk.events[-1]
    assert isinstance(finished, ReplyFinished)
    assert finished.turn == turn.key


async def test_thinking_and_tool_calls_are_recorded_too(
    database: Database, clock: FakeClock
) -> None:
    """Everything that the model said."""
    call = ToolCall(id="1", name="look", arguments="{}")
    talk = Talk(database, clock, Answer(thinking="hm", tool_calls=(call,)))
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "Look it up.")
    turn = await talk.answered(conversation.id)
    assert turn is not None
    assert (turn.content.thinking, turn.content.tool_calls) == ("hm", (call,))


async def test_a_failure_before_the_first_word_leaves_the_record_as_it_was(
    database: Database, clock: FakeClock
) -> None:
    """An event says why, and the next answer may come."""
    failing = Answer(error=ModelError("It is down.", hint="Try later."))
    talk = Talk(database, clock, failing, Answer(pieces=("Now.",)))
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "When?")
    assert await talk.answered(conversation.id) is None
    assert await talk.said(conversation.id) == [(Role.USER, "When?")]
    failed = talk.events[-1]
    assert isinstance(failed, ReplyFailed)
    assert (failed.reason, failed.turn) == ("It is down. Try later.", None)
    assert await talk.answered(conversation.id) is not None


async def test_a_failure_behind_some_words_keeps_them(database: Database, clock: FakeClock) -> None:
    """They are a turn that is marked as cut; the event names both reason and turn."""
    failing = Answer(pieces=("At ", "no"), error=ModelError("It is down.", hint="Try later."))
    talk = Talk(database, clock, failing)
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "When?")
    turn = await talk.answered(conversation.id)
    assert turn is not None
    assert (turn.content.text, turn.ending) == ("At no", Ending.CUT)
    failed = talk.events[-1]
    assert isinstance(failed, ReplyFailed)
    assert (failed.reason, failed.turn) == ("It is down. Try later.", turn.key)


async def test_an_answer_that_broke_off_is_kept_and_told(
    database: Database, clock: FakeClock
) -> None:
    """A stream without a reason for its end is a failure; its words are not lost."""
    talk = Talk(database, clock, Answer(pieces=("At ", "noon.")).cut_after(1))
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "When?")
    turn = await talk.answered(conversation.id)
    assert turn is not None
    assert await talk.said(conversation.id) == [(Role.USER, "When?"), (Role.ASSISTANT, "At ")]
    failed = talk.events[-1]
    assert isinstance(failed, ReplyFailed)
    assert failed.turn == turn.key
    assert "broke off" in failed.reason


@pytest.mark.parametrize("reason", [StopReason.END, StopReason.CUT, StopReason.REFUSAL])
async def test_an_answer_of_nothing_is_a_failure(
    database: Database, clock: FakeClock, reason: StopReason
) -> None:
    """No empty turn is recorded."""
    talk = Talk(database, clock, Answer(stop_reason=reason))
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "When?")
    assert await talk.answered(conversation.id) is None
    assert talk.kinds() == [ReplyStarted, ReplyFailed]
    assert len(await talk.said(conversation.id)) == 1


async def test_a_store_that_is_full_is_told_as_a_failure(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for the answer hears that there will be none."""
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "When?")

    async def full(_: object) -> object:
        raise StoreFullError("There is no room left.")

    monkeypatch.setattr(talk.database, "write", full)
    assert await talk.answered(conversation.id) is None
    assert talk.kinds()[-1] is ReplyFailed


async def test_the_first_words_give_the_title(talk: Talk) -> None:
    """On one line, cut to length; later words do not change it, nor a title that was given."""
    conversation = await talk.chat.start()
    assert conversation.title == NEW_TITLE
    await talk.chat.say(conversation.id, "When do we\n\tleave " + "for the north " * 18)
    await talk.chat.say(conversation.id, "And where to?")
    named = await talk.database.read(lambda tx: conversations.get(tx, conversation.id))
    assert named.title.startswith("When do we leave for the north")
    assert named.title == "When do we leave" + " for the north" * 7 + " for…"
    given = await talk.chat.start("Winter")
    await talk.chat.say(given.id, "Hello")
    kept = await talk.database.read(lambda tx: conversations.get(tx, given.id))
    assert kept.title == "Winter"


async def test_what_was_found_does_not_hold_the_question_itself(talk: Talk) -> None:
    """The question is no answer to itself."""
    conversation = await talk.chat.start()
    asked = await talk.chat.say(conversation.id, "When?")
    talk.found = tuple(
        Passage(source=id_, speaker="Ana", role=Role.PERSON, text="x") for id_ in (asked.id, 99)
    )
    await talk.answered(conversation.id)
    (request,) = talk.model.requests
    assert [passage.source for passage in request.material.passages] == [99]
    assert request.material.question == "When?"


async def test_hostile_words_are_kept_as_they_are(talk: Talk) -> None:
    """Escape sequences and the like are data; only lone surrogates cannot be stored."""
    conversation = await talk.chat.start()
    turn = await talk.chat.say(conversation.id, "\x1b[31m \x00 \u202e \ud800 [bold]")
    assert turn.content.text == "\x1b[31m \x00 \u202e \ufffd [bold]"


async def test_a_clock_that_goes_back_does_not_mix_the_talk(talk: Talk, clock: FakeClock) -> None:
    """The answer is read behind what was asked."""
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "one")
    clock.forward(hours=-2)
    await talk.chat.say(conversation.id, "two")
    await talk.answered(conversation.id)
    assert [text for _, text in await talk.said(conversation.id)] == ["one", "two", "At noon."]


async def test_nothing_to_say_and_nowhere_to_say_it(talk: Talk) -> None:
    """White space is refused, and so is a conversation that is not there."""
    conversation = await talk.chat.start()
    with pytest.raises(UsageError, match="nothing to say"):
        await talk.chat.say(conversation.id, " \n\t ")
    with pytest.raises(NotFoundError, match="cv_none"):
        await talk.chat.say("cv_none", "hello")
