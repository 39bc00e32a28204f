"""The tool `recall_page`: a model brings back pages by their ids or by words.

The result only names the pages; they stand in the slot. So nothing is in the record twice, and a
search finds what was said and not what was looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from minutebook.context.slot.bringing import Brought, Desk, Unresolved, refer
from minutebook.context.slot.heeding import news
from minutebook.domain.context import Why
from minutebook.domain.display import one_line, shortened
from minutebook.domain.turns import ToolCall, ToolResult
from minutebook.errors import UsageError
from minutebook.events import Event
from minutebook.llm import prompts
from minutebook.store.transaction import Transaction

_IDS: Final = 12
_ARGUMENTS: Final = 20_000
_WORDS: Final = 400
_NAMED: Final = 80
"""Characters of a reference that are said again."""


def run(
    tx: Transaction, desk: Desk, conversation: str, call: ToolCall, now: datetime
) -> tuple[ToolResult, tuple[Event, ...]]:
    """Do what a call asks for; return the result, and what to tell people.

    What is wrong with a call is its result: the model may call again.
    """
    if call.name != prompts.RECALL_PAGE:
        return _error(call, f"There is no such tool. There is {prompts.RECALL_PAGE}."), ()
    try:
        wanted = _wanted(call.arguments)
    except UsageError as error:
        return _error(call, error.message), ()
    wanted, more = wanted[:_IDS], wanted[_IDS:]
    brought = refer(tx, desk, conversation, wanted, Why.MODEL, now)
    is_in_vain = not brought.pages and not brought.seen
    result = ToolResult(call_id=call.id, content=_told(brought, more), is_error=is_in_vain)
    return result, news(conversation, brought, (), Why.MODEL)


def _wanted(arguments: str) -> list[str]:
    """Return the references of a call. Raises UsageError."""
    if len(arguments) > _ARGUMENTS:
        raise UsageError("The arguments are too long.")
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise UsageError("The arguments are no JSON.") from error
    if not isinstance(given, dict) or not given.keys() <= {"ids", "words"}:
        raise UsageError("The arguments are an object with `ids` or `words`.")
    ids, words = given.get("ids") or [], given.get("words") or ""
    ids = [ids] if isinstance(ids, str) else ids
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise UsageError("`ids` is a list of strings.")
    if not isinstance(words, str):
        raise UsageError("`words` is a string.")
    looked_for = [f"?{words.strip()[:_WORDS]}"] if words.strip() else []
    if not ids and not looked_for:
        raise UsageError("Name pages in `ids`, or say in `words` what to look for.")
    return [*(each.strip() for each in ids), *looked_for]


def _told(brought: Brought, more: Sequence[str]) -> str:
    parts = [
        _line("In front of the last message now", [each.page for each in brought.pages]),
        _line("In sight already", brought.seen),
        _line("Had to make room", [each.page for each in brought.left]),
        *(_failed(each) for each in brought.unresolved),
        f"Left out: {len(more)} more, since {_IDS} come back at once at most." if more else "",
    ]
    return "\n".join(part for part in parts if part)


def _failed(lost: Unresolved) -> str:
    return f"Not brought back: {shortened(one_line(lost.reference), _NAMED)} ({lost.reason})."


def _line(what: str, pages: Sequence[str]) -> str:
    return f"{what}: {', '.join(pages)}." if pages else ""


def _error(call: ToolCall, reason: str) -> ToolResult:
    return ToolResult(call_id=call.id, content=reason, is_error=True)
