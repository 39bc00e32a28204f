"""The adapters over real sockets, when all goes well."""

from __future__ import annotations

import asyncio

import pytest

from contract.adapters import CALL, KEY, UPDATE, Rig, asking, heard
from minutebook.llm.protocol import (
    Request,
    StopReason,
    Task,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
)
from servers.saying import Plan, Said, byte_by_byte

RICH = Said(
    pieces=("Grüße ", "aus ", "Winterbottom 🚢", "\n\nDie Fähre fährt."),
    thinking=("Let me ", "think…"),
    calls=(CALL,),
    stop=StopReason.TOOL_USE,
    usage=Usage(input_tokens=7, output_tokens=9, cache_read_tokens=100, cache_write_tokens=20),
)


async def test_everything_arrives(rig: Rig) -> None:
    """Thinking, text and tool calls come piece by piece, and whole at the end, with the usage."""
    rig.server.plan(Plan(said=RICH))
    request = Request(task=Task.CHAT, messages=asking().messages, tools=(UPDATE,))
    found = await heard(rig.model, request)
    assert found.error is None
    reply = found.reply
    assert (reply.text, reply.thinking) == ("".join(RICH.pieces), "".join(RICH.thinking))
    assert reply.tool_calls == (CALL,)
    assert reply.stop_reason is StopReason.TOOL_USE
    assert reply.usage == RICH.usage
    assert reply.model == rig.model.name
    kinds = [TextDelta, ThinkingDelta, ToolCallDelta]
    assert [sum(isinstance(e, kind) for e in found.events) for kind in kinds] == [4, 2, 3]
    assert found.text == reply.text
    assert rig.server.refused == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("split", [byte_by_byte, lambda data: (data[:7], data[7:])])
async def test_any_cut_and_line_end_gives_the_same(rig: Rig, newline: str, split: object) -> None:
    """How the bytes travel changes nothing, even in the middle of a character."""
    assert callable(split)
    rig.server.plan(Plan(said=RICH, split=split, newline=newline))
    found = await heard(rig.model)
    assert found.text == "".join(RICH.pieces)
    assert found.reply.tool_calls == (CALL,)


async def test_the_key_goes_to_the_server_only(rig: Rig) -> None:
    """The key is sent as the protocol wants it."""
    await heard(rig.model)
    headers = rig.server.asked[0].headers
    sent = headers.get("x-api-key") or headers.get("authorization")
    assert sent in {KEY, f"Bearer {KEY}"}
    if rig.model.name.startswith("anthropic:"):
        assert headers["x-api-key"] == KEY, "servers built by the documentation look for it there"


async def test_leaving_ends_the_call(rig: Rig) -> None:
    """Closing the iterator closes the connection, whatever was still to come."""
    rig.server.plan(Plan(stall_after=4))
    stream = rig.model.stream(asking())
    await anext(stream)
    await stream.aclose()
    async with asyncio.timeout(10):
        await rig.server.asked[0].left.wait()
    assert rig.server.asked[0].was_left_early


async def test_cancelling_ends_the_call(rig: Rig) -> None:
    """Cancelling the task that listens closes the connection."""
    rig.server.plan(Plan(stall_after=4))
    arrived = asyncio.Event()

    async def listen() -> None:
        async for _ in rig.model.stream(asking()):
            arrived.set()

    task = asyncio.create_task(listen())
    async with asyncio.timeout(30):
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await rig.server.asked[0].left.wait()
    assert rig.server.asked[0].was_left_early


async def test_models_are_listed(rig: Rig) -> None:
    """Every page of the provider's list is read, and says how much a model takes."""
    listed = await rig.provider.list_models()
    names = [f"{rig.provider.server.provider}:m-{n}" for n in (1, 2, 3)]
    assert [info.name for info in listed] == names
    assert rig.model.capabilities.context_window == listed[0].context_window
