"""What the last exchange calls for, found by a search before a model is asked.

What the search found for an earlier exchange and not for this one makes room. Pages in sight, pages
that were let go and pages that somebody referred to are left as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from minutebook.context.prompt.sight import whole_pages
from minutebook.context.slot.bringing import Brought, Desk, Wish, bring, ground_of
from minutebook.domain.context import FoundPage, PagedIn, Why
from minutebook.domain.turns import HUMAN_ROLES, Role, Turn
from minutebook.events import Event, RecalledPages
from minutebook.store import contexts, slots, turns
from minutebook.store.transaction import Transaction

_PAGES: Final = 3
_LOOKED_AT: Final = 12
"""Pages that are found, at most: some of them may be in sight."""
_SHORT: Final = 40
"""What was said in fewer characters says little without what it answers."""
_OF_THE_REPLY: Final = 300
_EXCHANGE: Final = 8
"""So many turns are looked through for the last exchange: tool traffic may lie between."""


def looked_for(tx: Transaction, desk: Desk, conversation: str) -> tuple[FoundPage, ...] | None:
    """Return the pages that matter for what was said last; None when the slot is right as it is.

    Where a person was not the last to speak, a model goes on with what it has. Changes nothing.
    """
    last = turns.last_active(tx, conversation)
    if last is None or last.role not in HUMAN_ROLES:
        return None
    layout = contexts.current(tx, conversation)
    sight = desk.sight_of(tx, layout)
    seen = whole_pages(layout, sight)
    found = _found(tx, desk, conversation, frozenset(turn.id for turn in sight.turns))
    held = slots.of_conversation(tx, conversation)
    referred = {each.page for each in held if each.why is not Why.RECALL}
    out = seen | slots.released(tx, conversation) | referred
    wanted = tuple(each for each in found if each.page not in out)[:_PAGES]
    recalled = {each.page for each in held if each.why is Why.RECALL and not each.is_pinned}
    is_twice = any(each.page in seen and not each.is_pinned for each in held)
    is_right = not is_twice and recalled == {e.page for e in wanted}
    return None if is_right else wanted


def recall(
    tx: Transaction,
    desk: Desk,
    conversation: str,
    found: Sequence[FoundPage],
    now: datetime,
    *,
    used: int,
) -> tuple[Event, ...]:
    """Put pages that matter for what was said last into the slot; return what to tell.

    What they may take up follows the tokens that stand in the prompt already.
    """
    before = slots.of_conversation(tx, conversation)
    ground = replace(ground_of(tx, conversation, now, desk.sight_of), used=used)
    _make_room(tx, conversation, ground.seen, {each.page for each in found})
    wishes = [
        Wish(page=each.page, why=Why.RECALL, words=each.words, reason=f"found by: {each.words}")
        for each in found
    ]
    return _news(conversation, bring(tx, desk, ground, wishes), before)


def _found(
    tx: Transaction, desk: Desk, conversation: str, shown: frozenset[int]
) -> Sequence[FoundPage]:
    """Return the pages that matter for what a person said last; where that says little and finds
    nothing by itself, for what it answers too."""
    recent = [turn for turn in turns.backward(tx, conversation, limit=_EXCHANGE) if turn.is_active]
    asked = _last(recent, *HUMAN_ROLES)
    if asked is None:
        return ()
    text = asked.content.text.strip()
    reply = _last(recent[: recent.index(asked)], Role.ASSISTANT)
    found = desk.recall(tx, text, _LOOKED_AT, shown)
    if found or len(text) >= _SHORT or reply is None:
        return found
    return desk.recall(tx, f"{text} {reply.content.text[:_OF_THE_REPLY]}", _LOOKED_AT, shown)


def _make_room(tx: Transaction, conversation: str, seen: frozenset[str], found: set[str]) -> None:
    """Take out what is in sight anyway, and what was found for an earlier exchange only; what is
    pinned keeps its place."""
    for each in slots.of_conversation(tx, conversation):
        is_past = each.why is Why.RECALL and each.page not in found
        if not each.is_pinned and (each.page in seen or is_past):
            slots.take_out(tx, conversation, each.page)


def _last(recent: Sequence[Turn], *roles: Role) -> Turn | None:
    said = [turn for turn in recent if turn.role in roles and turn.content.text.strip()]
    return said[-1] if said else None


def _news(conversation: str, brought: Brought, before: Sequence[PagedIn]) -> tuple[Event, ...]:
    known = {each.page for each in before}
    new = [each for each in brought.pages if each.page not in known]
    if not new:
        return ()
    return (
        RecalledPages(
            conversation=conversation,
            pages=tuple(each.page for each in new),
            words=tuple(each.words for each in new),
        ),
    )
