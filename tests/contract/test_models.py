"""What every model promises, whichever it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from contract.adapters import PROTOCOLS, rigged
from minutebook.domain.turns import Role, ToolCall
from minutebook.llm import prompts
from minutebook.llm.offline import OfflineModel
from minutebook.llm.prompts import UPDATE_DOCUMENT
from minutebook.llm.protocol import (
    FOR_THE_LEDGER,
    Material,
    Message,
    Model,
    Passage,
    Reply,
    ReplyDone,
    Request,
    SectionView,
    StopReason,
    StreamEvent,
    Task,
    TextDelta,
    ToolCallDelta,
)
from minutebook.llm.retrying import Retries, RetryingModel
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.llm.summaries import read
from minutebook.scribe.operations import read_reply
from servers.saying import Plan, Said
from servers.wire import Received

FERRY = "The ferry to Winterbottom leaves on the 4th of March at 07:30."
MATERIAL = Material(
    passages=(
        Passage(
            source=7, speaker="Ann", role=Role.PERSON, text=FERRY, page="pg_1", when="2026-03-04"
        ),
    ),
    sections=(SectionView(anchor="top", heading="", body=""),),
    title="Winter",
    question="When does the ferry leave?",
    budget=4_000,
)


OPERATION = {"op": "append_to_section", "anchor": "top", "body": FERRY}
UPDATE = ToolCall(
    id="call_1", name=UPDATE_DOCUMENT, arguments=json.dumps({"operations": [OPERATION]})
)
SUMMARY = ("Label: The ferry\n", "- Ann: ", FERRY)
CHAT = ("On the ", "4th ", "[pg_1].")


def scripted() -> Model:
    """Make a model that answers each task as a real one would."""

    def line(request: Request) -> Answer:
        if request.task is Task.SCRIBE:
            return Answer(tool_calls=(UPDATE,), stop_reason=StopReason.TOOL_USE)
        return Answer(pieces=SUMMARY if request.task is Task.SUMMARISE else CHAT)

    return ScriptedModel(line for _ in range(9))


def served(received: Received) -> Plan:
    """Answer as the scripted model does, seen from the other end of the wire."""
    asked = received.body.decode()
    if UPDATE_DOCUMENT in asked:
        return Plan(said=Said(calls=(UPDATE,), stop=StopReason.TOOL_USE))
    is_summary = json.dumps(prompts.system(Task.SUMMARISE), ensure_ascii=False)[1:60] in asked
    return Plan(said=Said(pieces=SUMMARY if is_summary else CHAT))


MODELS: dict[str, Callable[[], Model]] = {"offline": OfflineModel, "scripted": scripted}


@pytest.fixture(params=[*MODELS, *PROTOCOLS])
async def model(request: pytest.FixtureRequest, keys: None) -> AsyncIterator[Model]:
    """Return each model in turn."""
    if request.param in MODELS:
        yield MODELS[request.param]()
        return
    async with rigged(request.param) as rig:
        rig.server.otherwise = served
        yield RetryingModel(rig.model, Retries())
        assert rig.server.refused == []


def request_for(task: Task) -> Request:
    """Return a request that any model can answer."""
    return Request(
        task=task,
        system=prompts.system(task),
        messages=(Message(role=Role.USER, text=f"{MATERIAL.question} {FERRY}"),),
        tools=(prompts.update_document(),) if task is Task.SCRIBE else (),
        material=MATERIAL,
    )


async def streamed(model: Model, request: Request) -> list[StreamEvent]:
    """Return every event of an answer."""
    return [event async for event in model.stream(request)]


def reply_of(events: list[StreamEvent]) -> Reply:
    """Return the reply with which a stream ends."""
    assert isinstance(events[-1], ReplyDone)
    return events[-1].reply


@pytest.mark.parametrize("task", Task)
async def test_a_stream_ends_with_the_whole_reply(model: Model, task: Task) -> None:
    """Pieces come first; the reply is the last event, holds all of them, and is the only one."""
    events = await streamed(model, request_for(task))
    deltas = [event.text for event in events[:-1] if isinstance(event, TextDelta)]
    assert not any(isinstance(event, ReplyDone) for event in events[:-1])
    assert "".join(deltas) == reply_of(events).text
    calls = [event.arguments for event in events if isinstance(event, ToolCallDelta)]
    if calls:
        assert "".join(calls) == "".join(call.arguments for call in reply_of(events).tool_calls)


@pytest.mark.parametrize("task", Task)
async def test_complete_says_what_stream_says(model: Model, task: Task) -> None:
    """Both ways of asking give one answer, under the name of the model."""
    whole = await model.complete(request_for(task))
    assert whole == reply_of(await streamed(model, request_for(task)))
    assert whole.model == model.name
    assert model.capabilities.context_window > 0


async def test_chat_arrives_in_pieces(model: Model) -> None:
    """A chat answer is text, comes in more than one piece, and ends by itself."""
    events = await streamed(model, request_for(Task.CHAT))
    assert len(events) > 2
    assert reply_of(events).stop_reason is StopReason.END
    assert "[pg_1]" in reply_of(events).text


async def test_a_summary_can_be_read(model: Model) -> None:
    """The summary of a page has the one form that is read."""
    summary = read(await model.complete(request_for(Task.SUMMARISE)))
    assert summary.label
    assert "Ann" in summary.text


async def test_an_update_can_be_read(model: Model) -> None:
    """A scribe's answer is a call of `update_document` with valid operations."""
    reply = await model.complete(request_for(Task.SCRIBE))
    assert reply.stop_reason is StopReason.TOOL_USE
    (call,) = reply.tool_calls
    assert call.name == UPDATE_DOCUMENT
    (operation,) = read_reply(call.arguments)
    assert FERRY in getattr(operation, "body", "")


async def test_nothing_to_work_on_is_no_error(model: Model) -> None:
    """An empty request has an answer too."""
    for task in Task:
        await model.complete(Request(task=task))


async def test_leaving_a_stream_is_clean(model: Model) -> None:
    """A stream that is left after its first piece ends there, and the model answers again."""
    stream = model.stream(request_for(Task.CHAT))
    while not isinstance(first := await anext(stream), TextDelta):
        assert isinstance(first, FOR_THE_LEDGER)
    await stream.aclose()  # type: ignore[attr-defined]
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert (await model.complete(request_for(Task.CHAT))).text.startswith(first.text)


async def test_cancelling_is_clean(model: Model) -> None:
    """A task that waits for an answer can be cancelled; the model answers again."""
    task = asyncio.create_task(streamed(model, request_for(Task.CHAT)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await model.complete(request_for(Task.CHAT))).text


async def test_many_at_once(model: Model) -> None:
    """Answers to requests that run side by side do not mix."""
    asked = [Task.CHAT, Task.SUMMARISE, Task.SCRIBE]
    alone = [await model.complete(request_for(task)) for task in asked]
    together = await asyncio.gather(*(model.complete(request_for(task)) for task in asked))
    assert together == alone
