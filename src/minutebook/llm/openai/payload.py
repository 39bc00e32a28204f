"""A request as Chat Completions takes it, in the manner of the server that gets it.

Servers differ in what they refuse: the number of tokens has two names, and the usage of a stream,
the effort of thinking and a forced tool are not known everywhere. A server is first asked as it
most likely wants it, and again without what it says it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from minutebook.llm.protocol import Request
from minutebook.llm.remote.dialogue import Called, Exchange, Returned, exchanges
from minutebook.llm.remote.lengths import longest_reply
from minutebook.llm.remote.schemas import schema_of
from minutebook.llm.remote.structured import NO_TOOLS, in_text

if TYPE_CHECKING:
    from openai.types.chat import (
        ChatCompletionMessageFunctionToolCallParam,
        ChatCompletionMessageParam,
        ChatCompletionToolChoiceOptionParam,
        ChatCompletionToolParam,
    )
    from openai.types.shared_params import ResponseFormatJSONSchema

Effort = Literal["low", "medium", "high"]
_LOW_EFFORT, _MEDIUM_EFFORT = 2_048, 8_192
"""Tokens of thinking up to which an effort is low, and medium."""
_MAX_CACHE_KEY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a model at its server takes; learned from what it refuses."""

    new_names: bool = True
    """`max_completion_tokens` rather than `max_tokens`."""
    usage: bool = True
    effort: bool = True
    cache_key: bool = True
    forced_tool: bool = True
    tools: bool = True
    schema: bool = True
    """Whether the form of a reply can be set; of use where no tools are taken."""
    longest: int | None = None
    """Tokens of a reply, thinking included, where less was taken than asked for."""

    def without_tools(self) -> Manner:
        """Return the manner of a server that takes no tools."""
        return replace(self, tools=False)

    def without(self, refusal: str) -> Manner | None:
        """Return the manner to try after a refusal; None when it is about something else."""
        said = refusal.lower()
        if self.longest is None and (longest := longest_reply(refusal)):
            return replace(self, longest=longest)
        if self.usage and re.search(r"stream_options|include_usage", said):
            return replace(self, usage=False)
        if self.new_names and "max_completion_tokens" in said and "too large" not in said:
            return replace(self, new_names=False)
        if not self.new_names and re.search(r"unsupported.{0,40}max_tokens", said):
            return replace(self, new_names=True)
        if self.effort and "reasoning" in said:
            return replace(self, effort=False)
        if self.cache_key and "prompt_cache_key" in said:
            return replace(self, cache_key=False)
        if self.forced_tool and "tool_choice" in said:
            return replace(self, forced_tool=False)
        if self.schema and re.search(r"response_format|json_schema|grammar", said):
            return replace(self, schema=False)
        if self.tools and NO_TOOLS.search(refusal):
            return self.without_tools()
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The parameters of one call; None or empty for what is not sent."""

    messages: list[ChatCompletionMessageParam]
    max_tokens: int
    tools: list[ChatCompletionToolParam]
    tool_choice: ChatCompletionToolChoiceOptionParam | None
    response_format: ResponseFormatJSONSchema | None
    effort: Effort | None
    cache_key: str


def payload(asked: Request, manner: Manner) -> Payload:
    """Return the parameters of a request. Raises ModelRequestError for a tool without a schema."""
    request = asked if manner.tools else in_text(asked)
    thinking = request.thinking_tokens if manner.effort else 0
    return Payload(
        messages=list(_messages(request)),
        max_tokens=_fitting(max(request.max_tokens, 1) + thinking, manner),
        tools=_tools(request),
        tool_choice=_choice(request) if manner.forced_tool else None,
        response_format=_form(asked) if manner.schema and not manner.tools else None,
        effort=_effort(thinking),
        cache_key=request.attribution.conversation[:_MAX_CACHE_KEY] if manner.cache_key else "",
    )


def _fitting(tokens: int, manner: Manner) -> int:
    return tokens if manner.longest is None else min(tokens, manner.longest)


def _messages(request: Request) -> Iterator[ChatCompletionMessageParam]:
    if request.system.strip():
        yield {"role": "system", "content": request.system}
    for exchange in exchanges(request):
        if exchange.is_model:
            yield _answer(exchange)
            continue
        for part in exchange.parts:
            if isinstance(part, Returned):
                content = part.result.content
                text = f"Error: {content}" if part.result.is_error else content
                yield {"role": "tool", "tool_call_id": part.result.call_id, "content": text}
        if exchange.text:
            yield {"role": "user", "content": exchange.text}


def _answer(exchange: Exchange) -> ChatCompletionMessageParam:
    calls: list[ChatCompletionMessageFunctionToolCallParam] = [
        {
            "id": part.call.id,
            "type": "function",
            "function": {"name": part.call.name, "arguments": part.call.arguments or "{}"},
        }
        for part in exchange.parts
        if isinstance(part, Called)
    ]
    if not calls:
        return {"role": "assistant", "content": exchange.text}
    return {"role": "assistant", "content": exchange.text or None, "tool_calls": calls}


def _tools(request: Request) -> list[ChatCompletionToolParam]:
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": schema_of(tool),
            },
        }
        for tool in request.tools
    ]


def _choice(request: Request) -> ChatCompletionToolChoiceOptionParam | None:
    if request.tools and not request.may_call:
        return "none"
    if not (request.tools and request.required_tool):
        return None
    return {"type": "function", "function": {"name": request.required_tool}}


def _form(request: Request) -> ResponseFormatJSONSchema | None:
    """Return the form that the reply must have; None when no tool is required."""
    wanted = (tool for tool in request.tools if tool.name == request.required_tool)
    if (tool := next(wanted, None)) is None:
        return None
    return {"type": "json_schema", "json_schema": {"name": tool.name, "schema": schema_of(tool)}}


def _effort(thinking: int) -> Effort | None:
    if thinking <= 0:
        return None
    if thinking <= _LOW_EFFORT:
        return "low"
    return "medium" if thinking <= _MEDIUM_EFFORT else "high"
