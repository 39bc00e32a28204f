"""Tools that a model may call while it answers.

The reply with its calls and the turn with their results are recorded in one transaction, in which
the calls are done: after a crash there is both, or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from minutebook.domain.turns import Content, Role, ToolCall, ToolResult, Turn, TurnDraft
from minutebook.events import Event
from minutebook.llm.protocol import Tool
from minutebook.store.transaction import Transaction

Run = Callable[[Transaction, str, ToolCall], tuple[ToolResult, tuple[Event, ...]]]
"""Does a call in a conversation; returns its result, and what to tell when it is in the store."""
Heed = Callable[[Transaction, Turn], tuple[Event, ...]]
"""Does what a reply asks for in its text; returns what to tell when it is in the store."""
_CALLS: Final = 8
"""Calls of one reply that are done."""
_TOO_MANY: Final = f"Not done: at most {_CALLS} calls in one reply."
_REFUSED: Final = "Not done: no tool could be called, or the reply ended before it was whole."


def run_nothing(
    tx: Transaction, conversation: str, call: ToolCall
) -> tuple[ToolResult, tuple[Event, ...]]:
    """Tell a model that there are no tools."""
    return ToolResult(call_id=call.id, content="There is no such tool.", is_error=True), ()


def heed_nothing(tx: Transaction, turn: Turn) -> tuple[Event, ...]:
    """Leave the text of a reply alone."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a model may call."""

    offered: tuple[Tool, ...] = ()
    run: Run = run_nothing
    rounds: int = 0
    """So often a model may go on after calls, before it has to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What came of the calls of one reply."""

    draft: TurnDraft
    """The turn with the results."""
    events: tuple[Event, ...]


def answered(
    tx: Transaction, tools: Tools, conversation: str, calls: Sequence[ToolCall]
) -> Results:
    """Do the calls of a reply, in order. Each has a result; too many are not done."""
    done = [tools.run(tx, conversation, call) for call in calls[:_CALLS]]
    results = [*(result for result, _ in done), *(_error(c, _TOO_MANY) for c in calls[_CALLS:])]
    return Results(draft=_draft(results), events=tuple(e for _, told in done for e in told))


def refused(calls: Sequence[ToolCall]) -> Results:
    """Do none of the calls of a reply; each has a result that says so."""
    return Results(draft=_draft([_error(call, _REFUSED) for call in calls]), events=())


def _draft(results: Sequence[ToolResult]) -> TurnDraft:
    return TurnDraft(role=Role.TOOL, content=Content(tool_results=tuple(results)))


def _error(call: ToolCall, reason: str) -> ToolResult:
    return ToolResult(call_id=call.id, content=reason, is_error=True)
