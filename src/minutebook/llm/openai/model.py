"""One model that speaks Chat Completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.llm.openai.payload import Manner, payload
from minutebook.llm.openai.reading import ChunkReading
from minutebook.llm.protocol import Request
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.model import RemoteModel

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk


class OpenAIModel(RemoteModel["AsyncOpenAI", Manner, "ChatCompletionChunk"]):
    """A model at a server; asks once, whatever happens."""

    async def _create(
        self, client: AsyncOpenAI, request: Request, manner: Manner
    ) -> AsyncStream[ChatCompletionChunk]:
        from openai import omit

        asked = payload(request, manner)
        # Messages given as such are walked through, one by one, against the types of the SDK: that
        # takes a tenth of a second of the loop for a few hundred. They are plain JSON already.
        return await client.chat.completions.create(
            model=self._model,
            messages=(),
            max_completion_tokens=asked.max_tokens if manner.new_names else omit,
            max_tokens=omit if manner.new_names else asked.max_tokens,
            tools=asked.tools or omit,
            tool_choice=asked.tool_choice or omit,
            response_format=asked.response_format or omit,
            reasoning_effort=asked.effort or omit,
            prompt_cache_key=asked.cache_key or omit,
            stream_options={"include_usage": True} if manner.usage else omit,
            stream=True,
            extra_body={"messages": asked.messages},
        )

    def _reading(self, request: Request, builder: ReplyBuilder) -> ChunkReading:
        return ChunkReading(builder, payload(request, self._manner).max_tokens)
