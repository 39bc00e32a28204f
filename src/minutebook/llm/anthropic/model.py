"""One model that speaks the Messages API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.llm.anthropic.payload import Manner, payload
from minutebook.llm.anthropic.reading import MessageReading
from minutebook.llm.protocol import Request
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.model import RemoteModel

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncStream
    from anthropic.types import RawMessageStreamEvent


class AnthropicModel(RemoteModel["AsyncAnthropic", Manner, "RawMessageStreamEvent"]):
    """A model at a server; asks once, whatever happens."""

    async def count_tokens(self, request: Request) -> int:
        """Return how many tokens the prompt has, as the provider counts. Raises ModelError."""
        with self._connection.asking(self.name):
            return await self._counted(await self._connection.client(), request)

    async def _create(
        self, client: AsyncAnthropic, request: Request, manner: Manner
    ) -> AsyncStream[RawMessageStreamEvent]:
        from anthropic import omit

        asked = payload(request, manner)
        # As `messages` they would be walked through, one by one, on the loop.
        return await client.messages.create(
            model=self._model,
            max_tokens=asked.max_tokens,
            messages=(),
            system=asked.system or omit,
            tools=asked.tools or omit,
            tool_choice=asked.tool_choice or omit,
            thinking=asked.thinking or omit,
            stream=True,
            extra_body={"messages": asked.messages},
        )

    def _reading(self, request: Request, builder: ReplyBuilder) -> MessageReading:
        return MessageReading(builder)

    async def _counted(self, client: AsyncAnthropic, request: Request) -> int:
        from anthropic import omit

        asked = payload(request, self._manner)
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
