"""Habits of servers that speak the protocols in ways of their own, byte for byte."""

from __future__ import annotations

import gzip

import pytest

from contract.adapters import PROTOCOLS, heard, rigged
from minutebook.errors import ModelReplyError, ModelUnreachableError, PromptTooLongError
from minutebook.llm.protocol import Reply, StopReason
from servers.saying import Plan, as_json

STREAM = "text/event-stream"
USED = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}


def chunk(
    delta: dict[str, object] | None = None, reason: str | None = None, **more: object
) -> dict[str, object]:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": reason}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "choices": [choice], **more}


def lines(*events: object, newline: str = "\n") -> bytes:
    """Write chunks as events; a text stands as it is."""
    told = (e if isinstance(e, str) else f"data: {as_json(e)}" for e in events)
    return "".join(f"{event}{newline}{newline}" for event in told).encode()


def calling(arguments: object, name: str | None = None, **more: object) -> dict[str, object]:
    function = {"arguments": arguments} if name is None else {"arguments": arguments, "name": name}
    return {"tool_calls": [{**more, "function": function}]}


def typed(kind: str, **fields: object) -> str:
    return f"event: {kind}\ndata: {as_json({'type': kind, **fields})}"


def block(index: int, kind: str, **fields: object) -> str:
    return typed("content_block_start", index=index, content_block={"type": kind, **fields})


def piece(index: int, kind: str, **fields: object) -> str:
    return typed("content_block_delta", index=index, delta={"type": kind, **fields})


def message(**fields: object) -> str:
    empty = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
    return typed("message_start", message={**empty, "stop_reason": None, **fields})


def end(reason: str | None = "end_turn", **fields: object) -> str:
    return typed("message_delta", delta={"stop_reason": reason}, **fields)


async def answered(protocol: str, body: bytes, **headers: str) -> Reply:
    async with rigged(protocol) as rig:
        rig.server.plan(Plan(body=body, content_type=STREAM, headers=headers))
        found = await heard(rig.model)
        assert found.error is None
        return found.reply


HELLO = (chunk({"role": "assistant", "content": ""}), chunk({"content": "Hel"}))
LO = (chunk({"content": "lo"}), chunk({}, "stop"))
WHOLE = {"message": {"role": "assistant", "content": "Hello"}}
COMPLETIONS = {
    "no [DONE], no usage": lines(*HELLO, *LO),
    "comments": lines(": PROCESSING", ":", *HELLO, ": keep", *LO, "data: [DONE]"),
    "CRLF": lines(*HELLO, *LO, "data: [DONE]", newline="\r\n"),
    "no space": lines(*HELLO, *LO).replace(b"data: ", b"data:"),
    "empty reasons": lines(chunk({"content": "Hello"}, ""), chunk({"content": None}), *LO[1:]),
    "null delta": lines(*HELLO, LO[0], chunk(choices=[{"delta": None, "finish_reason": "stop"}])),
    "null choices": lines(chunk(choices=None), *HELLO, *LO),
    "eos": lines(*HELLO, LO[0], chunk({}, "eos")),
    "STOP": lines(*HELLO, LO[0], chunk({}, "STOP")),
    "message": lines(chunk(choices=[{"index": 0, **WHOLE, "finish_reason": "stop"}])),
    "text": lines(chunk(choices=[{"index": 0, "text": "Hello", "finish_reason": "stop"}])),
    "blocks": lines(chunk({"content": [{"type": "text", "text": "Hello"}]}), LO[1]),
    "odd reasoning": lines(chunk({"reasoning": {"text": "hm"}, "content": "Hello"}), LO[1]),
    "behind the end": lines(*HELLO, *LO, "data: [DONE]", chunk({"content": "!"})),
    "line ends for empty lines": lines(*HELLO, *LO, "data: [DONE]").replace(b"\n\n", b"\n"),
    "no empty line at the end": lines(*HELLO, *LO).rstrip(b"\n"),
    "an event without data": lines("event: ping", HELLO[0], "data:", HELLO[1], *LO),
    "objects that are no field": lines(*HELLO, *LO).replace(b"data: ", b""),
    "carriage returns": lines(*HELLO, *LO, newline="\r"),
    "a byte order mark": b"\xef\xbb\xbf" + lines(*HELLO, *LO),
}


@pytest.mark.parametrize("case", COMPLETIONS)
async def test_completions_are_read(case: str, keys: None) -> None:
    """However a server writes its chunks, the words and their end are the same."""
    reply = await answered("openai", COMPLETIONS[case])
    assert (reply.text, reply.stop_reason) == ("Hello", StopReason.END)


async def test_thinking_in_the_text(keys: None) -> None:
    """What an open model thinks before it speaks is no part of its answer."""
    said = [chunk({"content": piece}) for piece in ("<th", "ink>h", "m</think>", "\n\nHello")]
    reply = await answered("openai", lines(*said, chunk({}, "stop")))
    assert (reply.thinking, reply.text.strip()) == ("hm", "Hello")


@pytest.mark.parametrize(
    ("usage", "known"),
    [
        (USED, (5, 2)),
        ({"prompt_tokens": 5.0, "completion_tokens": "2"}, (5, 2)),
        ({**USED, "prompt_tokens_details": None}, (5, 2)),
        ({**USED, "prompt_tokens_details": {"cached_tokens": None}}, (5, 2)),
        ({"prompt_tokens": "many", "completion_tokens": -1}, (0, 0)),
        ([], (0, 0)),
        ({}, (0, 0)),
    ],
)
async def test_usage_in_any_form(usage: object, known: tuple[int, int], keys: None) -> None:
    """Numbers are taken where they are numbers; an odd usage spoils no reply."""
    reply = await answered("openai", lines(*HELLO, *LO, chunk(choices=[], usage=usage)))
    assert reply.text == "Hello"
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == known


PIECES = ('{"x"', ":1}")
BEGUN = chunk(calling("", "update", index=0, id="a"))
CALLS = {
    "pieces": [BEGUN, *(chunk(calling(p, index=0)) for p in PIECES)],
    "names and ids repeated": [chunk(calling(p, "update", index=0, id="a")) for p in PIECES],
    "empty names and ids": [BEGUN, *(chunk(calling(p, "", index=0, id="")) for p in PIECES)],
    "an id for each piece": [
        chunk(calling(PIECES[0], "update", index=0, id="a")),
        chunk(calling(PIECES[1], index=0, id="b")),
    ],
    "no index": [chunk(calling('{"x":1}', "update", id="a"))],
    "an object": [chunk(calling({"x": 1}, "update", index=0, id="a"))],
    "a number for an id": [chunk(calling('{"x":1}', "update", index=0, id=7))],
    "the name last": [
        chunk(calling('{"x":1}', index=0, id="a")),
        chunk(calling(None, "update", index=0)),
    ],
}


@pytest.mark.parametrize("case", CALLS)
async def test_a_call_in_any_pieces(case: str, keys: None) -> None:
    """A call is one call, whatever its pieces say of index, id and name."""
    reply = await answered("openai", lines(*CALLS[case], chunk({}, "stop")))
    (call,) = reply.tool_calls
    assert (call.name, call.arguments.replace(" ", "")) == ("update", '{"x":1}')
    assert call.id
    assert reply.stop_reason is StopReason.TOOL_USE


@pytest.mark.parametrize("named", [{}, {"index": 0}, {"id": ""}])
async def test_calls_that_nothing_tells_apart(named: dict[str, object], keys: None) -> None:
    """Without index and id, a name behind whole arguments begins another call."""
    calls = [chunk(calling(f'{{"x":{n}}}', "update", **named)) for n in (1, 2, 3)]
    reply = await answered("openai", lines(*calls, chunk({}, "stop")))
    assert [call.arguments for call in reply.tool_calls] == ['{"x":1}', '{"x":2}', '{"x":3}']
    assert len({call.id for call in reply.tool_calls}) == 3


async def test_errors_that_look_like_chunks(keys: None) -> None:
    """A stream that says what went wrong, and calls it nothing, is not an empty answer."""
    said = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"
    told = {"object": "error", "message": f"{said} (4000 in the messages).", "code": 400}
    async with rigged("openai") as rig:
        body = lines(HELLO[0], told)
        rig.server.plan(Plan(body=body, content_type=STREAM))
        error = (await heard(rig.model)).error
        assert isinstance(error, PromptTooLongError)
        assert (error.tokens, error.limit) == (4_000, 4_096)
        body = lines(*HELLO, "event: error\ndata: " + as_json({"message": "boom"}))
        rig.server.plan(Plan(body=body, content_type=STREAM))
        found = await heard(rig.model)
        assert isinstance(found.error, ModelUnreachableError)
        assert found.text == "Hel"


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_errors_in_a_field_of_their_own(protocol: str, keys: None) -> None:
    """What a server writes behind `error:` is why there is no answer."""
    async with rigged(protocol) as rig:
        body = b'error: {"code":500,"message":"the slot is gone","type":"server_error"}\n\n'
        rig.server.plan(*[Plan(body=body, content_type=STREAM)] * 9)
        error = (await heard(rig.model)).error
        assert "the slot is gone" in str(error)


TEXT = (
    block(0, "text", text=""),
    piece(0, "text_delta", text="Hel"),
    piece(0, "text_delta", text="lo"),
    typed("content_block_stop", index=0),
)
STOP = typed("message_stop")
MESSAGES = {
    "no usage": lines(message(), *TEXT, end(), STOP),
    "usage null": lines(message(usage=None), *TEXT, end(usage=None), STOP),
    "usage odd": lines(message(usage=3), *TEXT, end(usage="x"), STOP),
    "no start": lines(*TEXT, end(), STOP),
    "start null": lines(typed("message_start", message=None), *TEXT, end(), STOP),
    "no block start": lines(message(), *TEXT[1:], end(), STOP),
    "no stop": lines(message(), *TEXT, end()),
    "reason at the start": lines(message(stop_reason="end_turn"), *TEXT, STOP),
    "delta null": lines(message(stop_reason="stop"), *TEXT, typed("message_delta"), STOP),
    "word of another": lines(message(), *TEXT, end("stop"), STOP),
    "[DONE]": lines(message(), *TEXT, end(), STOP, "data: [DONE]"),
    "events without names": b"\n\n".join(
        line for line in lines(message(), *TEXT, end(), STOP).split(b"\n") if line[:4] == b"data"
    )
    + b"\n\n",
    "line ends for empty lines": lines(message(), *TEXT, end(), STOP).replace(b"\n\n", b"\n"),
    "no empty line at the end": lines(message(), *TEXT, end(), STOP).rstrip(b"\n"),
    "signs of life": lines(": hi", message(), "event: ping\ndata: {}", *TEXT, end(), STOP),
}


@pytest.mark.parametrize("case", MESSAGES)
async def test_messages_are_read(case: str, keys: None) -> None:
    """What a proxy leaves out of a stream of messages takes no words away."""
    reply = await answered("anthropic", MESSAGES[case])
    assert (reply.text, reply.stop_reason) == ("Hello", StopReason.END)


INPUT = piece(0, "input_json_delta", partial_json='{"x": 1}')


@pytest.mark.parametrize(
    "events",
    [
        [block(0, "tool_use", id="t", name="update", input={"x": 1})],
        [block(0, "tool_use", id="t", name="update", input={"x": 1}), INPUT],
        [block(0, "tool_use", id="t", name="update", input={}), INPUT],
        [block(0, "tool_use", id=None, name="update", input={}), INPUT],
        [block(0, "tool_use", name="update"), INPUT],
    ],
)
async def test_calls_of_messages(events: list[str], keys: None) -> None:
    """Arguments come whole, in pieces or both, with an id or without; they count once."""
    reply = await answered("anthropic", lines(message(), *events, end(), STOP))
    (call,) = reply.tool_calls
    assert call.id
    assert (call.name, call.arguments) == ("update", '{"x": 1}')
    assert reply.stop_reason is StopReason.TOOL_USE


async def test_blocks_that_share_an_index(keys: None) -> None:
    """A proxy that gives every block the index 0 is understood by the ids."""
    begun = [block(0, "tool_use", id=id_, name="update", input={}) for id_ in ("t", "u")]
    body = lines(message(), begun[0], INPUT, begun[1], INPUT, end("tool_use"), STOP)
    reply = await answered("anthropic", body)
    assert [call.arguments for call in reply.tool_calls] == ['{"x": 1}'] * 2


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_is_packed_is_unpacked(protocol: str, keys: None) -> None:
    """A stream may come packed."""
    body = lines(*HELLO, *LO) if protocol == "openai" else MESSAGES["no usage"]
    reply = await answered(protocol, gzip.compress(body), **{"content-encoding": "gzip"})
    assert reply.text == "Hello"


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream"])
async def test_streams_under_another_name(kind: str, keys: None) -> None:
    """What a stream is called does not matter, unless it is called a page or an object."""
    async with rigged("openai") as rig:
        rig.server.plan(Plan(body=lines(*HELLO, *LO), content_type=kind))
        assert (await heard(rig.model)).text == "Hello"


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ({"object": "list", "data": [{"id": "a"}, {"id": "b"}]}, ["a", "b"]),
        ([{"id": "a"}, {"id": "b"}], ["a", "b"]),
        ({"models": [{"name": "a", "model": "a"}]}, ["a"]),
        ({"data": ["a", "b"]}, ["a", "b"]),
        ({"data": None}, []),
        (
            {"data": [{"id": "a"}, {"id": "a"}, {"id": None}, {"id": 5}, 7, {"id": "x\u001b[1m"}]},
            ["a"],
        ),
    ],
)
async def test_lists_of_completions(told: object, names: list[str], keys: None) -> None:
    """Every form of a list is read; what is no name is left out."""
    async with rigged("openai") as rig:
        rig.server.plan_lists(Plan(body=as_json(told).encode()))
        assert [m.name for m in await rig.provider.list_models()] == [f"openai:{n}" for n in names]


@pytest.mark.parametrize("told", [None, 5, {"hello": 1}])
async def test_what_is_no_list(told: object, keys: None) -> None:
    """An answer without a list is told as such."""
    async with rigged("openai") as rig:
        rig.server.plan_lists(Plan(body=as_json(told).encode()))
        with pytest.raises(ModelReplyError, match="no list of models"):
            await rig.provider.list_models()


async def test_the_window_is_told_in_many_ways(keys: None) -> None:
    """llama.cpp says it in `meta`, others as text."""
    data = [{"id": "a", "meta": {"n_ctx": 4_096}}, {"id": "b", "max_model_len": "8192"}]
    async with rigged("openai") as rig:
        rig.server.plan_lists(Plan(body=as_json({"data": data}).encode()))
        assert [m.context_window for m in await rig.provider.list_models()] == [4_096, 8_192]


async def test_a_list_without_an_end(keys: None) -> None:
    """A server that says that there is always more is not asked for ever."""
    one = {"type": "model", "id": "a", "display_name": "A", "created_at": "2026-01-01T00:00:00Z"}
    page = as_json({"data": [one], "has_more": True, "first_id": "a", "last_id": "a"}).encode()
    async with rigged("anthropic") as rig:
        rig.server.plan_lists(*[Plan(body=page)] * 200)
        assert len(await rig.provider.list_models()) == 1
        assert len(rig.server.received) < 100


CALLED = {"id": "a", "type": "function", "function": {"name": "update", "arguments": "{}"}}
NOT_STREAMED = {
    "openai": {
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello", "tool_calls": [CALLED]},
                "finish_reason": "tool_calls",
            }
        ],
        "usage": USED,
    },
    "anthropic": {
        "type": "message",
        "content": [
            {"type": "text", "text": "Hello"},
            {"type": "tool_use", "id": "a", "name": "update", "input": {}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 5, "output_tokens": 2},
    },
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_answer_that_is_no_stream(protocol: str, keys: None) -> None:
    """A server that does not stream is understood all the same."""
    async with rigged(protocol) as rig:
        rig.server.plan(Plan(body=as_json(NOT_STREAMED[protocol]).encode()))
        found = await heard(rig.model)
        assert found.error is None
        reply = found.reply
        assert (reply.text, found.text, reply.stop_reason) == (
            "Hello",
            "Hello",
            StopReason.TOOL_USE,
        )
        assert [(c.id, c.name, c.arguments) for c in reply.tool_calls] == [("a", "update", "{}")]
        assert (reply.usage.input_tokens, reply.usage.output_tokens) == (5, 2)
