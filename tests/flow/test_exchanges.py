"""A scribe that costs: one call tells a question and its answer, while all works at its pace."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.config import Models, Settings
from minutebook.domain.turns import ToolCall
from minutebook.engine import Engine, open_engine
from minutebook.errors import ModelAccessError
from minutebook.llm import models
from minutebook.llm.protocol import Model, StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.paths import Home

if TYPE_CHECKING:
    import pytest

NOTE = ToolCall(
    id="1",
    name="update_document",
    arguments=json.dumps(
        {"operations": [{"op": "append_to_section", "anchor": "top", "body": "x"}]}
    ),
)


async def told(engine: Engine, conversation: str, turns: int) -> None:
    """Wait until the document covers so many turns."""
    async with asyncio.timeout(30):
        while (await engine.scribe.find(conversation)).covered_seq < turns:
            await asyncio.sleep(0.01)


async def test_an_exchange_is_one_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the answer takes its time; without an answer the question is told alone."""
    gate, asked = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        asked.set()
        await gate.wait()

    refused = Answer(error=ModelAccessError("no"))
    chat = ScriptedModel([Answer(pieces=("At noon.",), pause=slow), refused], name="test:chat")
    note = Answer(tool_calls=(NOTE,), stop_reason=StopReason.TOOL_USE)
    scribe = ScriptedModel([note, note], name="test:scribe")
    made: dict[str, Model] = {"chat": chat, "scribe": scribe}
    monkeypatch.setitem(models.BUILT_IN, "test", lambda name: made[name])
    settings = Settings(models=Models(chat="test:chat", scribe="test:scribe"))
    async with open_engine(Home.at(tmp_path), settings) as engine, engine.working():
        talk = (await engine.chat.start()).id
        await engine.chat.say(talk, "When?")
        answering = asyncio.create_task(engine.chat.answer(talk))
        await asyncio.wait_for(asked.wait(), 30)
        gate.set()
        await answering
        await told(engine, talk, 2)
        await engine.chat.say(talk, "And where?")
        assert await engine.chat.answer(talk) is None
        await told(engine, talk, 3)
    said = [[each.text for each in asked.material.passages] for asked in scribe.requests]
    assert said == [["When?", "At noon."], ["And where?"]]
