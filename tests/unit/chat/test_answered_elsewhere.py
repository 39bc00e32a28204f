"""Another process is being answered in a conversation: what is said here stands behind that."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from doubles import FakeClock
from minutebook.domain.turns import Role
from minutebook.errors import UsageError
from minutebook.llm.scripted import Answer
from minutebook.store import turns
from minutebook.store.database import Database
from talking import Talk

_SAID = "And back?"


class Scene:
    """A process that is being answered, held until it is let go, and another one."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.may_end = asyncio.Event()
        self.is_asked = asyncio.Event()
        first = Answer(pieces=("at six",), pause=self.hold)
        self.there = Talk(database, clock, first, Answer(pieces=("at ten",)), owner="there")
        self.here = Talk(database, clock, Answer(pieces=("at eight",)), Answer(pieces=("at nine",)))
        self.conversation = ""
        self.answering: asyncio.Task[object] | None = None

    async def hold(self) -> None:
        """Wait where an answer is on its way."""
        self.is_asked.set()
        await self.may_end.wait()

    async def begin(self) -> None:
        """Let the other one be asked."""
        self.conversation = (await self.there.chat.start()).id
        await self.there.chat.say(self.conversation, "When?")
        self.answering = asyncio.create_task(self.there.answered(self.conversation))
        await self.is_asked.wait()

    async def end(self) -> None:
        """Let the answer come."""
        assert self.answering is not None
        self.may_end.set()
        await self.answering

    async def waiting(self) -> list[str]:
        """Return what waits."""
        return [each.text for each in await self.here.chat.outbox.waiting(self.conversation)]


@pytest.fixture
async def scene(database: Database, clock: FakeClock) -> Scene:
    made = Scene(database, clock)
    await made.begin()
    return made


async def test_what_is_said_waits_and_is_answered_behind(scene: Scene) -> None:
    """It is no turn before the other one's answer, and that process answers it, too."""
    chat = scene.here.chat
    assert await chat.is_elsewhere(scene.conversation)
    assert not await scene.there.chat.is_elsewhere(scene.conversation)
    assert await chat.say_or_queue(scene.conversation, _SAID) is None
    assert await scene.waiting() == [_SAID]
    assert await chat.go_on(scene.conversation) is None
    assert await scene.waiting() == [_SAID]
    await scene.end()
    assert await scene.here.said(scene.conversation) == [
        (Role.USER, "When?"),
        (Role.ASSISTANT, "at six"),
        (Role.USER, _SAID),
        (Role.ASSISTANT, "at ten"),
    ]
    assert await scene.waiting() == []
    assert not await chat.is_elsewhere(scene.conversation)
    assert await chat.say_or_queue(scene.conversation, "Thanks") is not None


async def test_what_a_gone_process_leaves_is_answered_here(scene: Scene) -> None:
    """What waited for a process that was killed is said and answered by the next that goes on."""
    chat = scene.here.chat
    await chat.say_or_queue(scene.conversation, _SAID)
    scene.here.gone.add("there")
    assert not await chat.is_elsewhere(scene.conversation)
    assert await chat.go_on(scene.conversation) is not None
    assert await scene.here.said(scene.conversation) == [
        (Role.USER, "When?"),
        (Role.ASSISTANT, "at eight"),
        (Role.USER, _SAID),
        (Role.ASSISTANT, "at nine"),
    ]
    assert await scene.waiting() == []
    scene.there.chat.stop(scene.conversation)
    await scene.end()


async def test_nothing_is_left_for_another_answer_meanwhile(scene: Scene) -> None:
    """To say something in the place of a turn, or ask anew, would take what is being answered
    away."""
    chat, conversation = scene.here.chat, scene.conversation
    work = partial(turns.last_active, conversation=conversation)
    question = await scene.here.database.read(work)
    assert question is not None
    with pytest.raises(UsageError, match="Another minutebook"):
        await chat.say_again(conversation, question.key, "When exactly?")
    with pytest.raises(UsageError, match="Another minutebook"):
        await chat.answer_anew(conversation)
    assert await chat.say_if_free(conversation, _SAID) is None
    assert await scene.waiting() == []
    await scene.end()
    assert len(await scene.here.said(conversation)) == 2
