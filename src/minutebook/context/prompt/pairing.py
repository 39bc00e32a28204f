"""Calls of tools and their results stay together: where one is out of sight, the other is told as
text.

Providers refuse a result without its call, and a call without its result. A page never ends between
them, so this happens only where a record is broken: a process was killed, or a log was cut. A call
belongs to the first result behind it that names it, unless a person speaks between them: so what
follows later changes nothing that a model was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from minutebook.domain.turns import HUMAN_ROLES, ToolCall, ToolResult
from minutebook.domain.whole_words import beginning
from minutebook.llm.protocol import Message

_MAX_TRAFFIC = 2_000
"""Characters of a lonely call or result that are told."""
_Spot = tuple[int, int]
"""Number of a message, and of a call or result in it."""


def without_orphans(told: Sequence[Message]) -> list[Message]:
    """Return messages in which every call has its result behind it, and every result its call."""
    calls, results = _paired(told)
    return [
        _flattened(number, message, calls, results)
        if message.tool_calls or message.tool_results
        else message
        for number, message in enumerate(told)
    ]


def _paired(told: Sequence[Message]) -> tuple[set[_Spot], set[_Spot]]:
    """Return where the calls stand that are answered, and where their answers."""
    waiting: dict[str, _Spot] = {}
    calls: set[_Spot] = set()
    results: set[_Spot] = set()
    for number, message in enumerate(told):
        if message.role in HUMAN_ROLES:
            waiting.clear()
        for nth, result in enumerate(message.tool_results):
            if (spot := waiting.pop(result.call_id, None)) is not None:
                calls.add(spot)
                results.add((number, nth))
        for nth, call in enumerate(message.tool_calls):
            waiting[call.id] = (number, nth)
    return calls, results


def _flattened(number: int, message: Message, calls: set[_Spot], results: set[_Spot]) -> Message:
    made = list(enumerate(message.tool_calls))
    came = list(enumerate(message.tool_results))
    lonely = [_call(each) for nth, each in made if (number, nth) not in calls]
    lonely += [_result(each) for nth, each in came if (number, nth) not in results]
    if not lonely:
        return message
    return replace(
        message,
        text="\n".join(part for part in (message.text, *lonely) if part),
        tool_calls=tuple(each for nth, each in made if (number, nth) in calls),
        tool_results=tuple(each for nth, each in came if (number, nth) in results),
    )


def _call(call: ToolCall) -> str:
    return f"[called the tool {call.name}: {beginning(call.arguments, _MAX_TRAFFIC)}]"


def _result(result: ToolResult) -> str:
    kind = "error" if result.is_error else "result"
    return f"[{kind} of a tool: {beginning(result.content, _MAX_TRAFFIC)}]"
