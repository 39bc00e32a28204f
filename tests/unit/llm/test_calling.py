"""The order of a streamed call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx2

from minutebook.errors import ModelError
from minutebook.llm.protocol import ReplyDone, StopReason, StreamEvent
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.calling import relay
from minutebook.llm.remote.failures import Place
from minutebook.llm.remote.server import Server

PLACE = Place(model="local:m", server=Server(provider="local", base_url="http://localhost:1"))


class Arrived:
    """A stream of which everything has arrived: reading it never waits."""

    def __init__(self, pieces: int) -> None:
        self.response = httpx2.Response(200, headers={"content-type": "text/event-stream"})
        self._left = pieces

    async def __anext__(self) -> str:
        if self._left == 0:
            raise StopAsyncIteration
        self._left -= 1
        return "word "

    async def close(self) -> None:
        """Have nothing to close."""


class Plain:
    """Reads events that are pieces of text."""

    def __init__(self, builder: ReplyBuilder) -> None:
        self.builder = builder
        self.is_over = False

    def read(self, event: str) -> list[StreamEvent]:
        """Take a piece."""
        return self.builder.text(event)

    def whole(self, body: Mapping[str, object]) -> list[StreamEvent]:
        """Take nothing."""
        return []


def never(error: BaseException, place: Place) -> ModelError:
    """Fail: nothing is to be translated here."""
    raise AssertionError(error, place)


async def test_others_have_their_turn() -> None:
    """However much has arrived, others get to run while it is read."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(take_turns())
    events = [
        event
        async for event in relay(
            Arrived(30_000), Plain(ReplyBuilder("local:m", 10**9)), PLACE, never
        )
    ]
    other.cancel()
    assert isinstance(events[-1], ReplyDone)
    assert events[-1].reply.stop_reason is StopReason.CUT
    assert turns > 1
