"""Side conversations: with the model as it was, and without a trace in the record."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from doubles import FakeClock
from minutebook.context.snapshots.summoning import Summons
from minutebook.domain.snapshots import Snapshot, Summon
from minutebook.domain.turns import Ending, Role
from minutebook.errors import (
    ModelBusyError,
    ModelReplyError,
    NotFoundError,
    PromptTooLongError,
    UsageError,
)
from minutebook.llm.offline import OfflineModel
from minutebook.llm.protocol import Capabilities
from minutebook.llm.scripted import Answer, Line
from minutebook.store.database import Database
from talking import Talk

BESIDE = {"summons", "summon_messages"}
"""Tables that a side conversation may write to."""


async def begun(talk: Talk, *questions: str) -> tuple[str, Snapshot]:
    """Have a conversation, and take a snapshot of it."""
    id_ = (await talk.chat.start()).id
    for question in questions:
        await talk.chat.say(id_, question)
        assert await talk.chat.answer(id_)
    return id_, await talk.context.snapshots.take(id_)


def talk_of(database: Database, clock: FakeClock, *script: Line) -> Talk:
    return Talk(database, clock, Answer(pieces=("The stove is Carla's.",)), *script)


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return everything that is in the store, by table."""
    with closing(sqlite3.connect(database.path)) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}


async def test_the_model_is_shown_what_was_in_sight(database: Database, clock: FakeClock) -> None:
    """The prompt of then, byte for byte, and the side conversation behind it."""
    answers = [Answer(pieces=(text,)) for text in ("Later.", "Carla's.", "Nine hours.")]
    talk = talk_of(database, clock, *answers)
    id_, taken = await begun(talk, "Whose stove?")
    await talk.chat.say(id_, "What comes later?")
    await talk.chat.answer(id_)
    then = (await talk.context.snapshots.then(taken.id)).request
    summon = await talk.context.summons.summon(taken.id)
    heard: list[str] = []
    first = await talk.context.summons.ask(summon.id, "Whose was it?", heard.append)
    second = await talk.context.summons.ask(summon.id, "How long does it burn?")
    assert (first.number, first.text, heard) == (2, "Carla's.", ["Carla's."])
    assert (second.number, second.role, second.model) == (4, Role.ASSISTANT, "scripted:test")
    request = talk.model.requests[-1]
    assert (request.system, request.tools) == (then.system, ())
    assert request.messages[: len(then.messages)] == then.messages
    beside = request.messages[len(then.messages) :]
    assert [message.role for message in beside] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert "as it was on 2026-03-14" in beside[0].text
    assert beside[0].text.endswith("Whose was it?")
    assert [message.text for message in beside[1:]] == ["Carla's.", "How long does it burn?"]
    assert "later" not in str(request.messages).lower().replace("held later", "")
    assert request.attribution.conversation == id_
    assert request.attribution.subject == summon.id


async def test_nothing_else_is_written(database: Database, clock: FakeClock) -> None:
    """Not a row of anything but the side conversation itself changes, from begin to end."""
    talk = talk_of(database, clock, *[Answer(pieces=("As I said.",))] * 3)
    _, taken = await begun(talk, "Whose stove?")
    before = rows(database)
    summon = await talk.context.summons.summon(taken.id)
    for number in range(3):
        await talk.context.summons.ask(summon.id, f"@@ref('pg_123456')@@ question {number}")
    await talk.context.summons.dismiss(summon.id)
    after = rows(database)
    assert {name for name in after if after[name] != before[name]} == BESIDE
    assert (len(after["summons"]), len(after["summon_messages"])) == (1, 6)


async def test_dismissed_with_a_record(database: Database, clock: FakeClock) -> None:
    """It stays to be read, and nothing more can be asked."""
    talk = talk_of(database, clock, Answer(pieces=("Yes.",), cost_usd=0.25))
    id_, taken = await begun(talk, "Whose stove?")
    summon = await talk.context.summons.summon(taken.id[:8])
    await talk.context.summons.ask(summon.id[:8], "Is it?")
    clock.forward(seconds=9)
    gone = await talk.context.summons.dismiss(summon.id)
    assert (gone.dismissed_at, gone.messages, gone.cost_usd) == (clock(), 2, 0.25)
    clock.forward(seconds=9)
    assert await talk.context.summons.dismiss(summon.id) == gone
    with pytest.raises(UsageError, match="was dismissed"):
        await talk.context.summons.ask(summon.id, "More?")
    aside = await talk.context.summons.get(summon.id)
    assert [said.text for said in aside.messages] == ["Is it?", "Yes."]
    assert (aside.snapshot, aside.summon) == (taken, gone)
    assert await talk.context.summons.of(id_, limit=9) == [gone]
    assert await talk.context.summons.of("cv_other", limit=9) == []


async def test_it_goes_on_in_another_process(database: Database, clock: FakeClock) -> None:
    """What was said is there after a restart."""
    talk = talk_of(database, clock, Answer(pieces=("Yes.",)))
    _, taken = await begun(talk, "Whose stove?")
    summon = await talk.context.summons.summon(taken.id)
    await talk.context.summons.ask(summon.id, "Is it?")
    again = Talk(database, clock, Answer(pieces=("Still.",)))
    assert (await again.context.summons.ask(summon.id, "Is it still?")).number == 4
    assert [message.text for message in again.model.requests[0].messages][-2:] == [
        "Yes.",
        "Is it still?",
    ]


async def test_stopping_keeps_what_came(database: Database, clock: FakeClock) -> None:
    """A stopped answer is what had come of it; the next question goes on from there."""
    stuck = asyncio.Event()
    came = asyncio.Event()

    async def pause() -> None:
        if came.is_set():
            await stuck.wait()

    talk = talk_of(
        database, clock, Answer(pieces=("Half ", "of it"), pause=pause), Answer(pieces=("All.",))
    )
    _, taken = await begun(talk, "Whose stove?")
    summons = talk.context.summons
    summon = await summons.summon(taken.id)
    asking = asyncio.create_task(summons.ask(summon.id, "Tell.", lambda _: came.set()))
    await came.wait()
    with pytest.raises(UsageError, match="on its way"):
        await summons.ask(summon.id, "And?")
    assert summons.stop(summon.id)
    said = await asking
    assert (said.text, said.ending) == ("Half ", Ending.STOPPED)
    assert not summons.stop(summon.id)
    assert (await summons.ask(summon.id, "And?")).text == "All."
    assert "Half " in [message.text for message in talk.model.requests[-1].messages]


async def test_dismissing_and_closing_stop_it(database: Database, clock: FakeClock) -> None:
    """Whoever goes ends the call, and what came is kept."""
    for end in (_dismissed, _closed):
        came, stuck = asyncio.Event(), asyncio.Event()
        waits = iter((False, True))

        async def pause(waits: object = waits, stuck: asyncio.Event = stuck) -> None:
            if next(waits):  # type: ignore[call-overload]
                await stuck.wait()

        talk = talk_of(database, clock, Answer(pieces=("Half ", "of it"), pause=pause))
        _, taken = await begun(talk, "Whose stove?")
        summons = talk.context.summons
        summon = await summons.summon(taken.id)
        asking = asyncio.create_task(summons.ask(summon.id, "Tell.", lambda _, c=came: c.set()))  # type: ignore[misc]
        await came.wait()
        await end(summons, summon)
        assert (await asking).ending is Ending.STOPPED
        assert [said.text for said in (await summons.get(summon.id)).messages] == ["Tell.", "Half "]


async def _dismissed(summons: Summons, summon: Summon) -> None:
    assert (await summons.dismiss(summon.id)).messages == 2


async def _closed(summons: Summons, summon: Summon) -> None:
    await summons.close()


async def test_failures_are_told(database: Database, clock: FakeClock) -> None:
    """The question is kept, what came of the answer too, and asking again works."""
    broken = Answer(pieces=("Some",), error=ModelBusyError("Busy."))
    empty, whole = Answer(pieces=()), Answer(pieces=("Whole.",))
    talk = talk_of(database, clock, broken, empty, whole)
    _, taken = await begun(talk, "Whose stove?")
    summons = talk.context.summons
    summon = await summons.summon(taken.id)
    with pytest.raises(ModelBusyError):
        await summons.ask(summon.id, "One?")
    with pytest.raises(ModelReplyError, match="gave no answer"):
        await summons.ask(summon.id, "Two?")
    await summons.ask(summon.id, "Three?")
    told = [(said.text, said.ending) for said in (await summons.get(summon.id)).messages]
    assert told == [
        ("One?", Ending.WHOLE),
        ("Some", Ending.CUT),
        ("Two?", Ending.WHOLE),
        ("Three?", Ending.WHOLE),
        ("Whole.", Ending.WHOLE),
    ]


async def test_what_cannot_be_asked(database: Database, clock: FakeClock) -> None:
    """Nothing, nobody, and more than the model takes."""
    talk = talk_of(database, clock)
    _, taken = await begun(talk, "Whose stove?")
    summons = talk.context.summons
    with pytest.raises(NotFoundError, match="sn_none"):
        await summons.summon("sn_none")
    with pytest.raises(NotFoundError, match="su_none"):
        await summons.ask("su_none", "Who?")
    summon = await summons.summon(taken.id)
    with pytest.raises(UsageError, match="nothing to ask"):
        await summons.ask(summon.id, "  ")
    talk.model.capabilities = Capabilities(context_window=2_000, needs_network=False)
    with pytest.raises(PromptTooLongError, match="Begin another|takes"):
        await summons.ask(summon.id, "word " * 4_000)
    assert len(talk.model.requests) == 1


async def test_offline_quotes_what_was_in_sight(database: Database, clock: FakeClock) -> None:
    """Without a model the words of then answer, and nothing that was said later."""
    talk = Talk(database, clock)
    chat = talk.chat_with(OfflineModel(), clock)
    id_ = (await chat.start()).id
    await chat.say(id_, "Carla carries the paraffin stove over the pass.")
    taken = await talk.context.snapshots.take(id_)
    await chat.say(id_, "Now Ben carries the paraffin stove instead.")
    summon = await talk.context.summons.summon(taken.id)
    said = await talk.context.summons.ask(summon.id, "Who carries the paraffin stove?")
    assert "Carla carries the paraffin stove" in said.text
    assert "Ben" not in said.text
