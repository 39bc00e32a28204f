"""The gate: what a model is told, and what is told of its answer."""

from __future__ import annotations

import json

import pytest

from minutebook.domain.turns import Role, ToolCall, ToolResult
from minutebook.errors import ModelUnreachableError
from minutebook.llm.protocol import (
    Material,
    Message,
    Model,
    Passage,
    ReplyDone,
    Request,
    StreamEvent,
    Task,
    TextDelta,
    Tool,
)
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.privacy.gate import Gate, GatedModel
from minutebook.privacy.keys import Key
from minutebook.privacy.redacting import Redactor
from minutebook.privacy.veil import Veil
from planting import PEM, VALUES

REDACTOR = Redactor(key=lambda: Key(secret=b"k" * 32))
EVERY = [value for values in VALUES.values() for value in values]
BOB = "bob@example.org"


def gate(redactor: Redactor = REDACTOR) -> Gate:
    return Gate(Veil(redactor))


def request_about(text: str) -> Request:
    """Return a request that says a text everywhere it can."""
    call = ToolCall(id="c1", name="find", arguments=json.dumps({"q": text}, ensure_ascii=False))
    passage = Passage(source=1, speaker="Ana", role=Role.PERSON, text=text)
    return Request(
        task=Task.CHAT,
        system=f"You know: {text}\n",
        messages=(
            Message(role=Role.USER, text=f"I have: {text}\n", ends_prefix=True),
            Message(role=Role.ASSISTANT, text=f"So: {text}\n", tool_calls=(call,)),
            Message(
                role=Role.TOOL, tool_results=(ToolResult(call_id="c1", content=f"is {text}\n"),)
            ),
        ),
        tools=(Tool(name="find", description=f"Finds {text}\n", schema="{}"),),
        material=Material(passages=(passage,), question=text),
    )


async def events_of(model: Model, request: Request) -> list[StreamEvent]:
    return [event async for event in model.stream(request)]


@pytest.mark.parametrize("value", EVERY)
async def test_no_value_stands_anywhere_in_what_is_told(value: str) -> None:
    """Neither in instructions and messages, nor in calls, results and tools."""
    model = ScriptedModel([Answer(pieces=("Fine.",))], name="far:model")
    await events_of(GatedModel(model, gate()), request_about(value))
    (told,) = model.requests
    assert value not in repr(told)
    assert (
        json.dumps(value, ensure_ascii=False)[1:-1] not in told.messages[1].tool_calls[0].arguments
    )


async def test_the_same_is_told_where_nothing_is_to_be_hidden() -> None:
    """Not a byte changes but the material, which no model behind a network reads."""
    request = request_about("The ferry leaves at 10:30 on 2024-01-02.")
    sent = (await gate().passed(request)).request
    assert (sent.system, sent.messages, sent.tools) == (
        request.system,
        request.messages,
        request.tools,
    )
    assert sent.material == Material()
    shut = gate(Redactor(key=REDACTOR.key, kinds=()))
    assert (await shut.passed(request_about(BOB))).request == request_about(BOB)


async def test_answers_have_the_values_again() -> None:
    """Whoever asks to write to somebody sees the address, which the provider never did."""
    mark = REDACTOR.hide(BOB).text
    model = ScriptedModel([Answer(pieces=("Write to ", mark[:5], mark[5:], " now."))] * 2)
    gated = GatedModel(model, gate())
    heard = await events_of(gated, request_about(BOB))
    assert "".join(e.text for e in heard if isinstance(e, TextDelta)) == f"Write to {BOB} now."
    assert isinstance(heard[-1], ReplyDone)
    assert heard[-1].reply.text == f"Write to {BOB} now."
    assert (await gated.complete(request_about(BOB))).text == f"Write to {BOB} now."


async def test_what_was_held_back_is_told_when_a_stream_breaks() -> None:
    """The fragment of an answer is kept whole, to its last character."""
    broken = Answer(pieces=("Write to [e-ma",), error=ModelUnreachableError("Gone."))
    heard: list[str] = []

    def hear(event: StreamEvent) -> None:
        heard.extend([event.text] if isinstance(event, TextDelta) else [])

    with pytest.raises(ModelUnreachableError):
        await GatedModel(ScriptedModel([broken]), gate()).complete(request_about(BOB), hear)
    assert "".join(heard) == "Write to [e-ma"


async def test_keys_in_arguments_come_back_as_they_were() -> None:
    """A key of several lines stands with escapes in a call, and with lines in an answer."""
    call = ToolCall(id="c", name="save", arguments=json.dumps({"key": PEM}))
    message = Message(role=Role.ASSISTANT, tool_calls=(call,))
    passed = await gate().passed(Request(task=Task.CHAT, messages=(message,)))
    told = passed.request.messages[0].tool_calls[0]
    assert json.loads(passed.restorer.call(told).arguments) == {"key": PEM}
    (mark,) = passed.restorer.values
    assert passed.restorer.text(mark) == PEM


async def test_prompts_begin_as_they_did() -> None:
    """What a provider has cached of a prompt stands in the next one too, to the letter."""
    first = request_about(BOB)
    asked = Message(role=Role.USER, text="And eve@example.org?")
    then = Request(task=Task.CHAT, system=first.system, messages=(*first.messages, asked))
    ours = gate()
    before, behind = await ours.passed(first), await ours.passed(then)
    assert behind.request.messages[:-1] == before.request.messages
    assert (await gate().passed(then)).request == behind.request


async def test_long_prompts_are_read_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt that nobody has read yet holds up nothing else; read once, it is known."""
    threads: list[object] = []

    async def beside(work: object, *_arguments: Request) -> object:
        threads.append(work)
        return ours.hidden(*_arguments)

    monkeypatch.setattr("minutebook.privacy.gate.asyncio.to_thread", beside)
    ours = gate()
    long = request_about("So it goes on and on. " * 5_000 + BOB)
    assert (await ours.passed(long)).request == (await ours.passed(long)).request
    assert len(threads) == 1


async def test_texts_that_are_known_are_forgotten_in_time() -> None:
    """What is remembered is bounded, and what was forgotten is hidden all the same."""
    veil = Veil(REDACTOR, most=100)
    for number in range(12):
        veil.hide(f"{BOB} {number}")
    assert veil.unread(f"{BOB} 0") > 0
    assert veil.unread(f"{BOB} 11") == 0
    assert BOB not in veil.hide(f"{BOB} 0").text
    veil.hide("x" * 101)
    assert veil.unread(f"{BOB} 11") == 0
