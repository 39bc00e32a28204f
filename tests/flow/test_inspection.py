"""What is said to be sent is what a server receives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flow.test_references import answer, room_at
from minutebook.config.settings import Protocol
from minutebook.domain.context import Layer
from minutebook.engine import printed


def _texts(part: object) -> list[str]:
    """Return the texts of a message or of instructions, however a protocol nests them."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, list):
        return [text for each in part for text in _texts(each)]
    return _texts(part["text"]) if isinstance(part, dict) else []


@pytest.mark.parametrize("protocol", Protocol)
async def test_what_is_inspected_is_received(tmp_path: Path, protocol: Protocol) -> None:
    """Instructions, tools, pages and words: all of it, in order, to the letter; nothing else."""
    async with room_at(tmp_path, protocol, recall=False) as room:
        page = await room.begin()
        context = room.engine.context
        await context.slots.refer(room.id, [page])
        await room.engine.chat.say(room.id, "Who has it?")
        parts = await context.looks.sent(room.id)
        preview = await context.preview(room.id)
        room.server.plan(answer("Carla."))
        await room.engine.chat.answer(room.id)
        body = json.loads(room.server.asked[-1].body)
        received = [*_texts(body.get("system", []))]
        received += [text for each in body["messages"] for text in _texts(each["content"])]
        said = [part for part in parts if not part.title.startswith("tool ")]
        assert "".join("".join(received).split()) == "".join("".join(p.text for p in said).split())
        tools = [part for part in parts if part.title.startswith("tool ")]
        assert [part.layer for part in tools] == [Layer.SYSTEM] * len(body["tools"])
        for part, tool in zip(tools, body["tools"], strict=True):
            told = tool.get("function", tool)
            assert part.title == f"tool {told['name']}"
            assert part.text.startswith(told["description"])
        assert f"=== {tools[0].title}" in printed(preview)
