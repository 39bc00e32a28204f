"""Question and answer in one call; updates and instructions of a document in one order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from chronicle import NOON, Chronicle, chronicle

from minutebook.domain.chats import PartialReply
from minutebook.domain.documents import Document
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import Content, Origin, Role, ToolCall, TurnDraft
from minutebook.llm.protocol import StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.scribe import Scribe, ScribeSettings
from minutebook.scribe.directing import TRIGGER
from minutebook.scribe.history import entry
from minutebook.scribe.holding import GRACE
from minutebook.scribe.operations import to_patch
from minutebook.scribe.ordering import Order
from minutebook.scribe.patching import splices
from minutebook.store import documents, jobs, replies


@pytest.fixture
async def book() -> AsyncIterator[Chronicle]:
    """Open a conversation."""
    async with chronicle() as opened:
        yield opened


def appended(text: str) -> Answer:
    """Return the answer of a model that adds a line."""
    operation = {"op": "append_to_section", "anchor": "top", "body": text}
    call = ToolCall(
        id="1", name="update_document", arguments=json.dumps({"operations": [operation]})
    )
    return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE)


async def exchange(book: Chronicle, *said: tuple[Role, str]) -> None:
    """Record what is said here."""
    drafts = [
        TurnDraft(role=role, content=Content(text=text), at=NOON + timedelta(minutes=book.count))
        for role, text in said
    ]
    await book.record(drafts, Origin.LIVE)


async def answering(book: Chronicle) -> None:
    """Let a reply be on its way."""
    reply = PartialReply(
        conversation=book.conversation, key="r", model="m", owner="here", started_at=NOON
    )
    await book.database.write(partial(replies.begin, reply=reply))


def after(book: Chronicle, model: ScriptedModel, past: timedelta) -> Scribe:
    """Return a scribe whose clock has gone on."""
    return Scribe(book.database, model, ScribeSettings(), lambda: NOON + past)


def told(model: ScriptedModel) -> list[list[str]]:
    """Return what each call of a model told."""
    return [[each.text for each in request.material.passages] for request in model.requests]


async def test_question_and_answer_are_one_call(book: Chronicle) -> None:
    """While the answer is on its way nothing is told; with it, both are."""
    model = ScriptedModel([appended("x")])
    scribe = after(book, model, GRACE * 2)
    await exchange(book, (Role.USER, "When?"))
    await answering(book)
    again = await scribe.update(await book.job())
    assert again is not None
    assert again > NOON + GRACE * 2
    assert model.requests == []
    await exchange(book, (Role.ASSISTANT, "At noon."))
    await book.database.write(partial(replies.forget, key="r"))
    assert await scribe.update(await book.job()) is None
    assert told(model) == [["When?", "At noon."]]


async def test_what_was_just_said_waits_a_moment(book: Chronicle) -> None:
    """A model is perhaps about to be asked; when none is, the question is told alone."""
    model = ScriptedModel([appended("x")])
    await exchange(book, (Role.USER, "When?"))
    assert await after(book, model, GRACE / 2).update(await book.job()) == NOON + GRACE
    assert await after(book, model, GRACE).update(await book.job()) is None
    assert told(model) == [["When?"]]


async def test_only_the_open_question_waits(book: Chronicle) -> None:
    """What was said before it is told at once, and every turn once, in order."""
    model = ScriptedModel([appended("x")] * 2)
    await exchange(book, (Role.USER, "One?"), (Role.ASSISTANT, "1."), (Role.USER, "Two?"))
    await answering(book)
    scribe = after(book, model, GRACE * 2)
    assert await scribe.update(await book.job()) is not None
    await exchange(book, (Role.ASSISTANT, "2."))
    await book.database.write(partial(replies.forget, key="r"))
    assert await scribe.update(await book.job()) is None
    assert told(model) == [["One?", "1."], ["Two?", "2."]]
    covers = [(r.covers.first_seq, r.covers.last_seq) for r in await book.revisions()]
    assert covers == [(1, 2), (3, 4)]


async def test_offline_and_whoever_asks_wait_for_nothing(book: Chronicle) -> None:
    """Without a model each turn is told at once; so is all when a person wants an update now."""
    await exchange(book, (Role.USER, "When?"))
    await answering(book)
    model = ScriptedModel([appended("x")])
    job = replace(await book.job(), cause=TRIGGER)
    assert await book.scribe(model).update(job) is None
    assert told(model) == [["When?"]]
    await exchange(book, (Role.USER, "And where?"))
    assert await book.scribe().update(await book.job()) is None
    assert (await book.revisions())[-1].covers.last_seq == 2


async def test_an_instruction_waits_for_the_update_that_runs(book: Chronicle) -> None:
    """It is about the document as it will stand then, and no merge is needed."""
    await book.say("turn 1")
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        asked.set()
        await go_on.wait()

    model = ScriptedModel([replace(appended("one"), pause=slow), appended("two")])
    scribe = book.scribe(model)
    running = asyncio.create_task(scribe.update(await book.job()))
    await asyncio.wait_for(asked.wait(), 10)
    instructed = asyncio.create_task(scribe.instruct("winter-expedition", "add two"))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(running, instructed)
    first, second = await book.revisions()
    assert (first.covers.turns, second.base) == (1, 1)
    assert await book.content() == "# Winter expedition\n\none\n\ntwo\n"
    history = await scribe.history("winter-expedition")
    assert [each.change for each in history] == [
        "added to the opening",
        "named it Winter expedition; added to the opening",
    ]


async def test_the_first_instruction_finds_what_was_said(book: Chronicle) -> None:
    """A document that tells nothing yet is told first, also while the answer is on its way."""
    await exchange(book, (Role.USER, "hey"))
    await answering(book)
    model = ScriptedModel([appended("hey was said"), appended("- a list")])
    done = await book.scribe(model).instruct("winter-expedition", "Use lists")
    assert isinstance(done, Document)
    assert (done.revision, done.covered_seq) == (2, 1)
    assert done.content.startswith("# Winter expedition\n")


async def test_an_instruction_waits_for_other_processes(book: Chronicle) -> None:
    """An update that runs elsewhere is known by its lease."""
    await book.say("turn 1")
    document = (await book.scribe().find("winter-expedition")).id
    lease = partial(
        jobs.claim, kind=JobKind.SCRIBE, owner="elsewhere", now=NOON, lease_until=NOON + GRACE
    )
    job = await book.database.write(lease)
    assert job is not None
    looks = 0

    async def rest(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            await book.database.write(partial(jobs.finish, job=job, now=NOON))

    async with Order(book.database, lambda: NOON, rest).instructing(document):
        assert looks == 3


async def test_a_title_comes_before_what_was_there_first(book: Chronicle) -> None:
    """Whatever was written while there was no title, the title is the first line."""
    await book.say("turn 1")

    async def write() -> None:
        await book.scribe().edit("winter-expedition", 0, "My own words.\n")

    await book.update(ScriptedModel([replace(appended("one"), pause=write)]))
    assert await book.content() == "# Winter expedition\n\nMy own words.\n\none\n"


async def test_history_names_people_only_when_they_wrote(book: Chronicle) -> None:
    """What two models did at the same time was not merged with anybody's words."""
    await book.say("turn 1", "turn 2")
    await book.update()
    patch = to_patch(splices("a\n", "a\nb\n"))
    merged = replace((await book.revisions())[-1], patch=patch)
    assert entry(merged, {}).change == "merged with what people wrote"
    assert entry(merged, {}, is_alone=True).change == "merged with what was asked for meanwhile"
    scribe = book.scribe()
    await scribe.edit("winter-expedition", 2, "Mine.")
    first = await book.database.read(
        lambda tx: documents.first_by_person(tx, documents.find(tx, "winter").id)
    )
    assert first == 3
