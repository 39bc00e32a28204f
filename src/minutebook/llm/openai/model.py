"""One model that speaks Chat Completions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from minutebook.errors import ModelError, ModelRequestError
from minutebook.llm.openai.payload import Manner, Payload, payload
from minutebook.llm.openai.reading import ChunkReading
from minutebook.llm.protocol import Capabilities, Listener, Reply, Request, StreamEvent, nobody
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.calling import Connection, relay, translated
from minutebook.llm.remote.failures import Place
from minutebook.llm.streams import last_reply

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk


class OpenAIModel:
    """A model at a server; asks once, whatever happens."""

    def __init__(
        self,
        model: str,
        connection: Connection[AsyncOpenAI],
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
        stream = await self._opened(request)
        allowed = request.max_tokens + request.thinking_tokens * self._manner.effort
        reading = ChunkReading(ReplyBuilder(self.name, limit), allowed)
        try:
            async with aclosing(relay(stream, reading, self._place(), translate)) as events:
                async for event in events:
                    yield event
        finally:
            await stream.close()

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go: by the stream, which no proxy thinks dead. Raises ModelError."""
        return await last_reply(self.stream(request), listener)

    def _place(self) -> Place:
        return self._connection.place(self.name)

    async def _opened(self, request: Request) -> AsyncStream[ChatCompletionChunk]:
        """Open the call, a second time without what the server refuses. Raises ModelError."""
        while True:
            try:
                return await self._open(payload(request, self._manner))
            except ModelRequestError as error:
                manner = self._manner.without(error.message)
                if manner is None:
                    raise
                self._manner = manner

    async def _open(self, asked: Payload) -> AsyncStream[ChatCompletionChunk]:
        with translated(self._place, translate):
            return await self._create(asked)

    async def _create(self, asked: Payload) -> AsyncStream[ChatCompletionChunk]:
        client = await self._connection.client()
        from openai import omit

        manner = self._manner
        return await client.chat.completions.create(
            model=self._model,
            messages=asked.messages,
            max_completion_tokens=asked.max_tokens if manner.new_names else omit,
            max_tokens=omit if manner.new_names else asked.max_tokens,
            tools=asked.tools or omit,
            tool_choice=asked.tool_choice or omit,
            reasoning_effort=asked.effort or omit,
            prompt_cache_key=asked.cache_key or omit,
            stream_options={"include_usage": True} if manner.usage else omit,
            stream=True,
        )


def translate(error: BaseException, place: Place) -> ModelError:
    """Return the error of ours; by then the SDK is loaded."""
    from minutebook.llm.openai.failures import of_sdk

    return of_sdk(error, place)
