"""Models whose windows are unknown, huge or tiny, and instructions that are too long for them."""

from __future__ import annotations

import pytest

from doubles import FakeClock
from minutebook.config import Context as ContextSettings
from minutebook.domain.chats import ChatOptions
from minutebook.events import ReplyFailed
from minutebook.llm.protocol import Capabilities
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.store.database import Database
from talking import Talk

QUESTION = "Where does the ferry leave? " * 10


async def asked(
    database: Database, clock: FakeClock, can: Capabilities, context: ContextSettings, system: str
) -> tuple[ScriptedModel, str]:
    """Ask a model once; return it, and why there was no answer, if there was none."""
    talk = Talk(database, clock, context=context)
    model = ScriptedModel([Answer(pieces=("Here.",))], capabilities=can)
    talk.chat = talk.chat_with(model, clock)
    conversation = (await talk.chat.start()).id
    await talk.chat.choose(conversation, ChatOptions(system=system))
    await talk.chat.say(conversation, QUESTION)
    await talk.answered(conversation)
    failed = [event.reason for event in talk.events if isinstance(event, ReplyFailed)]
    budget = (await talk.context.show(conversation)).budget
    assert 0 < budget.tokens <= context.tokens
    return model, failed[0] if failed else ""


@pytest.mark.parametrize("window", [0, 8_192, 2**31])
@pytest.mark.parametrize("tokens", [4_000, 100_000_000])
async def test_any_window(database: Database, clock: FakeClock, window: int, tokens: int) -> None:
    """One that nobody knows goes by the settings, a huge one is not filled, a small one is obeyed,
    also where the settings allow more than it has."""
    can = Capabilities(context_window=window, max_output_tokens=1_000)
    model, failed = await asked(database, clock, can, ContextSettings(tokens=tokens), "")
    assert not failed
    assert model.requests[0].max_tokens <= 1_000


async def test_a_tiny_window(database: Database, clock: FakeClock) -> None:
    """Where our own instructions have no room, the reply says so in numbers, and what to do."""
    can = Capabilities(context_window=256)
    model, failed = await asked(database, clock, can, ContextSettings(), "")
    assert model.requests == []
    assert failed.startswith("The instructions and tools alone have about ")
    assert "may be shown 192." in failed
    assert "choose a model with a larger window" in failed


async def test_instructions_larger_than_the_budget(database: Database, clock: FakeClock) -> None:
    """What a person added to the instructions is named as what is too long."""
    can = Capabilities(context_window=8_192)
    model, failed = await asked(database, clock, can, ContextSettings(), "Be kind. " * 8_000)
    assert model.requests == []
    assert failed.startswith("The instructions and tools alone have about ")
    assert "Shorten the instructions of the conversation" in failed
