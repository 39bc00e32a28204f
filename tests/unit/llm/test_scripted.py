"""A model that says what it is told to."""

from __future__ import annotations

import asyncio

import pytest

from minutebook.errors import ModelError
from minutebook.llm.protocol import ReplyDone, Request, StopReason, Task, TextDelta
from minutebook.llm.scripted import Answer, ScriptedModel

CHAT = Request(task=Task.CHAT)


async def test_fails_behind_what_it_has_said() -> None:
    """An error comes after the pieces before it, and on `complete` too."""
    answer = Answer(pieces=("one ", "two"), error=ModelError("It is down."))
    model = ScriptedModel([answer, answer])
    stream = model.stream(CHAT)
    seen = [await anext(stream), await anext(stream)]
    assert seen == [TextDelta(text="one "), TextDelta(text="two")]
    with pytest.raises(ModelError, match="down"):
        await anext(stream)
    with pytest.raises(ModelError, match="down"):
        await model.complete(CHAT)


async def test_breaks_off() -> None:
    """A cut answer holds the pieces before the cut and says that it is a fragment."""
    model = ScriptedModel([Answer(pieces=("one ", "two ", "three")).cut_after(2)])
    events = [event async for event in model.stream(CHAT)]
    assert isinstance(events[-1], ReplyDone)
    assert events[-1].reply.text == "one two "
    assert events[-1].reply.stop_reason is StopReason.CUT


async def test_is_as_slow_as_the_caller_likes() -> None:
    """Each piece waits for the pause that was handed in."""
    gate = asyncio.Semaphore(0)

    async def pause() -> None:
        await gate.acquire()

    stream = ScriptedModel([Answer(pieces=("one", "two"), pause=pause)]).stream(CHAT)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.release()
    assert await asyncio.wait_for(waiting, 10) == TextDelta(text="one")
    await stream.aclose()  # type: ignore[attr-defined]


async def test_an_ended_script_says_so() -> None:
    """A request too many is an error that names it; what was asked can be looked at."""
    model = ScriptedModel([])
    with pytest.raises(ModelError, match="no answer to request 1"):
        await model.complete(CHAT)
    assert model.requests == [CHAT]
