"""What the scribe asks a model, and what it takes for an answer.

Only whole, valid operations are an answer: a fragment or small talk never becomes part of a
document. What a model sent and cannot be taken goes back to it once, with the reason for each
operation; models put nearly all of it right then, and what is wrong twice is an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from minutebook.domain.turns import Role, ToolCall, ToolResult
from minutebook.errors import ModelReplyError, PatchError
from minutebook.llm import prompting, prompts
from minutebook.llm.protocol import (
    Attribution,
    Material,
    Message,
    Model,
    Reply,
    Request,
    StopReason,
    Task,
)
from minutebook.scribe.operations import Operation, read_reply

LEAST_TOKENS, MOST_TOKENS = 1_024, 4_096
"""What a reply may be long, in tokens: as the change is expected to be, never as the document."""
_CHARS_PER_TOKEN = 4
_MAX_REASONS = 20
_HINT = "It is tried again; set another model for `scribe` under [models] if that goes on."
_WHY_UNUSABLE = {
    StopReason.REFUSAL: "the model refused",
    StopReason.CUT: "it broke off",
}
_TOO_LONG = frozenset({StopReason.MAX_TOKENS, StopReason.CONTEXT_FULL})

Check = Callable[[Sequence[Operation]], Sequence[str]]
"""Returns what is wrong with operations that are whole, for the model to read."""
Costs = list[float | None]
"""What each reply cost, in US dollars; None when unpriced."""


class ReplyTooLongError(ModelReplyError):
    """A reply did not fit into the tokens it was given; less may be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a model is asked."""

    prefix: tuple[Message, ...]
    """What comes again with the next question."""
    text: str
    """What is new."""
    system: str
    material: Material
    max_tokens: int
    attribution: Attribution

    @property
    def request(self) -> Request:
        """The question as a request."""
        return Request(
            task=Task.SCRIBE,
            system=self.system,
            messages=(*self.prefix, Message(role=Role.USER, text=self.text)),
            tools=(prompts.update_document(),),
            required_tool=prompts.UPDATE_DOCUMENT,
            material=self.material,
            max_tokens=self.max_tokens,
            attribution=self.attribution,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What a reply holds."""

    operations: tuple[Operation, ...] = ()
    reasons: tuple[tuple[str, ...], ...] = ()
    """What is wrong, for each call of the reply; for the reply as a whole when it has no call."""


async def ask(
    model: Model, question: Question, check: Check, costs: Costs
) -> tuple[Operation, ...]:
    """Return the operations a model wants; what it cost is added to `costs`, whatever comes of it.

    Raises ModelError; ReplyTooLongError when less should be asked for; PatchError for operations
    that were wrong twice.
    """
    request = question.request
    reply = await _reply(model, request, costs)
    found = _found(reply, check)
    if found.reasons:
        again = replace(request, messages=(*request.messages, *_returned(reply, found)))
        found = _found(await _reply(model, again, costs), check)
    if found.reasons:
        raise _unusable_patch(model.name, found)
    return found.operations


def total(costs: Costs) -> float | None:
    """Return what replies cost together; None when one is unpriced, or there was none."""
    priced = [cost for cost in costs if cost is not None]
    return sum(priced) if priced and len(priced) == len(costs) else None


def tokens_for(chars: int) -> int:
    """Return the tokens of a reply about so many new characters."""
    return min(MOST_TOKENS, max(LEAST_TOKENS, LEAST_TOKENS // 2 + chars // _CHARS_PER_TOKEN))


async def _reply(model: Model, request: Request, costs: Costs) -> Reply:
    reply = await model.complete(request)
    costs.append(reply.cost_usd)
    if reply.stop_reason in _TOO_LONG:
        raise ReplyTooLongError(
            f"The update by {reply.model!r} did not fit into {request.max_tokens:,} tokens.",
            hint=_HINT,
        )
    if reply.stop_reason in _WHY_UNUSABLE:
        raise ModelReplyError(
            f"The update by {reply.model!r} cannot be used: {_WHY_UNUSABLE[reply.stop_reason]}.",
            hint=_HINT,
        )
    return reply


def _found(reply: Reply, check: Check) -> _Finding:
    if not reply.tool_calls:
        return _Finding(reasons=((f"Call `{prompts.UPDATE_DOCUMENT}`; other text is not read.",),))
    read = [_read(call) for call in reply.tool_calls]
    operations = tuple(operation for found, _ in read for operation in found)
    reasons = [why for _, why in read]
    if not any(reasons):
        reasons[-1] = tuple(check(operations))
    return _Finding(operations=operations, reasons=tuple(reasons) if any(reasons) else ())


def _read(call: ToolCall) -> tuple[tuple[Operation, ...], tuple[str, ...]]:
    if call.name != prompts.UPDATE_DOCUMENT:
        return (), (f"There is no tool {call.name[:60]!r}; call `{prompts.UPDATE_DOCUMENT}`.",)
    try:
        return read_reply(call.arguments), ()
    except PatchError as error:
        return (), tuple(str(error).splitlines())


def _returned(reply: Reply, found: _Finding) -> tuple[Message, ...]:
    """Return what a model sent, and what was wrong with it, as messages behind its question."""
    if not reply.tool_calls:
        said = (Message(role=Role.ASSISTANT, text=reply.text),) if reply.text.strip() else ()
        return (*said, Message(role=Role.USER, text=prompting.problems(found.reasons[0])))
    sent = tuple(replace(call, arguments=_sendable(call.arguments)) for call in reply.tool_calls)
    results = tuple(
        ToolResult(call_id=call.id, content=_explained(reasons), is_error=True)
        for call, reasons in zip(sent, found.reasons, strict=True)
    )
    return (
        Message(role=Role.ASSISTANT, text=reply.text, tool_calls=sent),
        Message(role=Role.TOOL, tool_results=results),
    )


def _explained(reasons: Sequence[str]) -> str:
    return prompting.problems(
        reasons[:_MAX_REASONS] or ("Nothing in this call, but it was not applied either.",)
    )


def _sendable(arguments: str) -> str:
    """Return arguments that a provider takes back: a JSON object, empty when it was none."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"


def _unusable_patch(model: str, found: _Finding) -> PatchError:
    reasons = [reason for call in found.reasons for reason in call]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return PatchError(
        f"What {model!r} wants done to the document does not fit, twice: {reasons[0]}{more}",
        hint=_HINT,
    )
