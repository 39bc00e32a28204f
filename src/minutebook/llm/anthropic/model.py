"""One model that speaks the Messages API."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from minutebook.errors import ModelError, ModelRequestError
from minutebook.llm.anthropic.payload import Manner, Payload, payload
from minutebook.llm.anthropic.reading import MessageReading
from minutebook.llm.protocol import Capabilities, Listener, Reply, Request, StreamEvent, nobody
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.calling import Connection, relay, translated
from minutebook.llm.remote.failures import Place
from minutebook.llm.streams import last_reply

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncStream
    from anthropic.types import RawMessageStreamEvent


class AnthropicModel:
    """A model at a server; asks once, whatever happens."""

    def __init__(
        self,
        model: str,
        connection: Connection[AsyncAnthropic],
        manner: Manner,
        describe: Callable[[str], Capabilities],
    ) -> None:
        self._model = model
        self._connection = connection
        self._manner = manner
        self._describe = describe
        self.name = f"{connection.server.provider}:{model}"

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, as far as is known; the provider's list tells more."""
        return self._describe(self._model)

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece. Raises ModelError; closing it ends the call."""
        limit = self._connection.server.patience.characters
        reading = MessageReading(ReplyBuilder(self.name, limit))
        stream = await self._opened(request)
        try:
            async with aclosing(relay(stream, reading, self._place(), translate)) as events:
                async for event in events:
                    yield event
        finally:
            await stream.close()

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go: by the stream, which no proxy thinks dead. Raises ModelError."""
        return await last_reply(self.stream(request), listener)

    async def count_tokens(self, request: Request) -> int:
        """Return how many tokens the prompt has, as the provider counts. Raises ModelError."""
        asked = payload(request, self._manner)
        with translated(self._place, translate):
            return await self._counted(asked)

    def _place(self) -> Place:
        return self._connection.place(self.name)

    async def _opened(self, request: Request) -> AsyncStream[RawMessageStreamEvent]:
        """Open the call, a second time without what the server refuses. Raises ModelError."""
        while True:
            try:
                return await self._open(payload(request, self._manner))
            except ModelRequestError as error:
                manner = self._manner.without(error.message)
                if manner is None:
                    raise
                self._manner = manner

    async def _open(self, asked: Payload) -> AsyncStream[RawMessageStreamEvent]:
        with translated(self._place, translate):
            return await self._create(asked)

    async def _create(self, asked: Payload) -> AsyncStream[RawMessageStreamEvent]:
        client = await self._connection.client()
        from anthropic import omit

        return await client.messages.create(
            model=self._model,
            max_tokens=asked.max_tokens,
            messages=asked.messages,
            system=asked.system or omit,
            tools=asked.tools or omit,
            tool_choice=asked.tool_choice or omit,
            thinking=asked.thinking or omit,
            stream=True,
        )

    async def _counted(self, asked: Payload) -> int:
        client = await self._connection.client()
        from anthropic import omit

        counted = await client.messages.count_tokens(
            model=self._model,
            messages=asked.messages,
            system=asked.system or omit,
            tools=asked.tools or omit,
            tool_choice=asked.tool_choice or omit,
            thinking=asked.thinking or omit,
        )
        if not isinstance(counted.input_tokens, int):
            raise TypeError("the number of tokens is no number")
        return counted.input_tokens


def translate(error: BaseException, place: Place) -> ModelError:
    """Return the error of ours; by then the SDK is loaded."""
    from minutebook.llm.anthropic.failures import of_sdk

    return of_sdk(error, place)
