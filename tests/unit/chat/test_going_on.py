"""What waits is said when asked for, and conversations get other names."""

from __future__ import annotations

import pytest

from doubles import FakeClock
from minutebook.errors import NotFoundError, UsageError
from minutebook.llm.scripted import Answer
from minutebook.store.database import Database
from talking import Talk


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> Talk:
    """Return a chat whose model gives numbered answers."""
    return Talk(database, clock, *(Answer(pieces=(f"a{number}",)) for number in range(9)))


async def _texts(talk: Talk, conversation: str) -> list[str]:
    return [text for _, text in await talk.said(conversation)]


async def test_what_was_said_last_is_answered_first(talk: Talk) -> None:
    """An unanswered turn comes before what waits behind it."""
    conversation = (await talk.chat.start()).id
    await talk.chat.say(conversation, "one")
    await talk.chat.outbox.queue(conversation, "two")
    await talk.chat.go_on(conversation)
    assert await _texts(talk, conversation) == ["one", "a0", "two", "a1"]


async def test_behind_an_answer_goes_on_what_waits(talk: Talk) -> None:
    """Where all is answered, the first message that waits is said, then the next."""
    conversation = (await talk.chat.start()).id
    for text in ("one", "two"):
        await talk.chat.outbox.queue(conversation, text)
    await talk.chat.go_on(conversation)
    assert await _texts(talk, conversation) == ["one", "a0", "two", "a1"]
    assert await talk.chat.outbox.waiting(conversation) == []


async def test_nothing_happens_where_nothing_waits(talk: Talk) -> None:
    """No model is asked for nothing."""
    conversation = (await talk.chat.start()).id
    assert await talk.chat.go_on(conversation) is None
    assert talk.model.requests == []


async def test_conversation_is_renamed(talk: Talk) -> None:
    """The title is one line, and stays when something is said."""
    conversation = (await talk.chat.start()).id
    renamed = await talk.chat.rename(conversation, "  Winter\n expedition ")
    assert renamed.title == "Winter expedition"
    with pytest.raises(UsageError):
        await talk.chat.rename(conversation, " \n")
    with pytest.raises(NotFoundError):
        await talk.chat.rename("nothing", "Spring")
