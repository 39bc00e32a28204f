"""A request as the Messages API takes it.

The prompt is cached up to its breakpoints: behind tools and system, and behind each message whose
prefix will come again. The API takes four; the last ones are kept, as they cover the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from minutebook.llm.protocol import Request
from minutebook.llm.remote.dialogue import (
    Called,
    Exchange,
    Part,
    Returned,
    Words,
    arguments_of,
    exchanges,
)
from minutebook.llm.remote.lengths import longest_reply
from minutebook.llm.remote.schemas import schema_of
from minutebook.llm.remote.structured import NO_TOOLS, in_text

if TYPE_CHECKING:
    from anthropic.types import (
        CacheControlEphemeralParam,
        MessageParam,
        TextBlockParam,
        ThinkingConfigParam,
        ToolChoiceParam,
        ToolParam,
        ToolResultBlockParam,
        ToolUseBlockParam,
    )

    Block = TextBlockParam | ToolUseBlockParam | ToolResultBlockParam

MAX_BREAKPOINTS = 4
LEAST_THINKING = 1_024
"""Tokens; the API takes no smaller budget."""


class Thinking(StrEnum):
    """How a model is asked to think."""

    ADAPTIVE = "adaptive"
    """It decides by itself how much."""
    BUDGET = "budget"
    """Models before Claude 4.6 are given a number of tokens."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a model at its server takes; learned from what it refuses."""

    caches: bool = True
    thinking: Thinking = Thinking.ADAPTIVE
    tools: bool = True
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
        if "cache_control" in said and self.caches:
            return replace(self, caches=False)
        if "thinking" in said and self.thinking is not Thinking.NONE:
            is_first = self.thinking is Thinking.ADAPTIVE
            return replace(self, thinking=Thinking.BUDGET if is_first else Thinking.NONE)
        if self.tools and NO_TOOLS.search(refusal):
            return self.without_tools()
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The parameters of one call; None for what is not sent."""

    max_tokens: int
    messages: list[MessageParam]
    system: list[TextBlockParam] | None
    tools: list[ToolParam] | None
    tool_choice: ToolChoiceParam | None
    thinking: ThinkingConfigParam | None


def payload(asked: Request, manner: Manner) -> Payload:
    """Return the parameters of a request. Raises ModelRequestError for a tool without a schema."""
    request = asked if manner.tools else in_text(asked)
    said = exchanges(request)
    thinks = _thinks(request, manner, said)
    budget = max(request.thinking_tokens, LEAST_THINKING) if thinks else 0
    marked = _breakpoints(request, said, manner)
    return Payload(
        max_tokens=_fitting(max(request.max_tokens, 1) + budget, manner),
        messages=[_message(exchange, marked) for exchange in said],
        system=_system(request, manner, marked),
        tools=_tools(request, manner, marked),
        tool_choice=_choice(request),
        thinking=_thinking(manner, budget) if thinks else None,
    )


def _fitting(tokens: int, manner: Manner) -> int:
    return tokens if manner.longest is None else min(tokens, manner.longest)


def _thinks(request: Request, manner: Manner, said: Sequence[Exchange]) -> bool:
    """A forced tool excludes thinking, and so does a result whose thinking we do not send back."""
    if not request.thinking_tokens or manner.thinking is Thinking.NONE or request.required_tool:
        return False
    return not any(isinstance(part, Returned) for part in said[-1].parts)


def _thinking(manner: Manner, budget: int) -> ThinkingConfigParam:
    if manner.thinking is Thinking.BUDGET:
        return {"type": "enabled", "budget_tokens": budget}
    return {"type": "adaptive", "display": "summarized"}


def _breakpoints(request: Request, said: Sequence[Exchange], manner: Manner) -> frozenset[int]:
    """Return the ids of the parts behind which the prompt is cached, and 0 for the head of it."""
    if not manner.caches:
        return frozenset()
    head = [0] if request.system.strip() or request.tools else []
    ends = [id(part) for exchange in said for part in exchange.parts if part.ends_prefix]
    return frozenset([*head, *ends][-MAX_BREAKPOINTS:])


def _message(exchange: Exchange, marked: frozenset[int]) -> MessageParam:
    blocks = [_block(part, _control(id(part) in marked)) for part in exchange.parts]
    if exchange.is_model:
        return {"role": "assistant", "content": blocks}
    return {"role": "user", "content": blocks}


def _control(is_marked: bool) -> CacheControlEphemeralParam | None:
    return {"type": "ephemeral"} if is_marked else None


def _block(part: Part, control: CacheControlEphemeralParam | None) -> Block:
    block: Block
    match part:
        case Words(text=text):
            block = {"type": "text", "text": text}
        case Called(call=call):
            arguments = arguments_of(call) or {}
            block = {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments}
        case Returned(result=result):
            block = {
                "type": "tool_result",
                "tool_use_id": result.call_id,
                "content": result.content,
                "is_error": result.is_error,
            }
    if control is not None:
        block["cache_control"] = control
    return block


def _system(
    request: Request, manner: Manner, marked: frozenset[int]
) -> list[TextBlockParam] | None:
    if not request.system.strip():
        return None
    block: TextBlockParam = {"type": "text", "text": request.system}
    if manner.caches and 0 in marked:
        block["cache_control"] = {"type": "ephemeral"}
    return [block]


def _tools(request: Request, manner: Manner, marked: frozenset[int]) -> list[ToolParam] | None:
    if not request.tools:
        return None
    tools: list[ToolParam] = [
        {"name": tool.name, "description": tool.description, "input_schema": schema_of(tool)}
        for tool in request.tools
    ]
    if manner.caches and 0 in marked and not request.system.strip():
        tools[-1]["cache_control"] = {"type": "ephemeral"}
    return tools


def _choice(request: Request) -> ToolChoiceParam | None:
    if request.tools and not request.may_call:
        return {"type": "none"}
    if not (request.tools and request.required_tool):
        return None
    return {"type": "tool", "name": request.required_tool}
