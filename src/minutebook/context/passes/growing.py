"""More is shown again when there is room again: a smaller model was asked in between.

The layout goes back to the newest one that was made for as much room as there is now, with all that
was said since. Where that would be far beyond the budget, it goes back to the fullest one that
fits. It is one more revision and one more pass, which can be undone like any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from minutebook.context.passes.keeping import weight_of
from minutebook.context.passes.need import Need
from minutebook.context.passes.tiers import low_mark
from minutebook.domain.context import Layout, Pass, PassState, Trigger
from minutebook.store import changes, contexts, conversations, passes
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_WIDER: Final = 1.5
"""Times as much room: less may come of how a provider counts."""
_LOOKED_AT: Final = 50
"""Earlier revisions, at most."""
_BEYOND: Final = 2
"""Times the budget: so much is brought back, to be made smaller by a pass at once."""
_REASON: Final = "There is room again for what a smaller model was not shown."


def is_wider(tx: Transaction, need: Need) -> bool:
    """Say whether there is much more room than the layout was made for. A person's undoing of what
    was done last stands."""
    made_for = contexts.current(tx, need.conversation).made_for
    if not made_for or need.terms.budget.tokens < _WIDER * made_for:
        return False
    last = next(iter(passes.newest(tx, need.conversation, limit=1)), None)
    return last is None or last.trigger is not Trigger.UNDO


def grow(tx: Transaction, need: Need, now: datetime) -> Pass | None:
    """Bring back what there is room for; None when that is no more than is shown now.

    It is not looked for again then before there is room for even more.
    """
    if not is_wider(tx, need):
        return None
    newest = contexts.current(tx, need.conversation)
    shown = weight_of(tx, newest, need)
    found = _found(tx, newest, need, shown)
    tokens = need.terms.budget.tokens
    made_for = tokens if found is None else max(tokens, found.made_for)
    earlier = replace(newest if found is None else found, made_for=made_for)
    kept = contexts.keep(tx, earlier, now, onto=newest.revision)
    if found is None:
        return None
    changes.note(tx, Topic.CONVERSATION, need.conversation, now)
    done = Pass(
        id=0,
        conversation=need.conversation,
        at=now,
        trigger=Trigger.GROWTH,
        tiers=(),
        state=PassState.ENOUGH,
        before=need.told(shown),
        after=need.told(weight_of(tx, kept, need)),
        cost_usd=0.0,
        reason=_REASON,
        from_revision=newest.revision,
        to_revision=kept.revision,
    )
    return passes.add(tx, done)


def _found(tx: Transaction, newest: Layout, need: Need, shown: int) -> Layout | None:
    tokens = need.terms.budget.tokens
    fullest, most = None, shown
    for earlier in _earlier(tx, newest, need):
        weight = weight_of(tx, earlier, need)
        is_as_large = not earlier.made_for or earlier.made_for * _WIDER > tokens
        if is_as_large and shown < weight <= _BEYOND * tokens:
            return earlier
        if most < weight < low_mark(need.terms.budget):
            fullest, most = earlier, weight
    return fullest


def _earlier(tx: Transaction, newest: Layout, need: Need) -> Iterator[Layout]:
    """Yield earlier layouts that fit the branch that is read, the newest first; the very first
    one, which shows everything, as long as everything may have room."""
    for revision in range(newest.revision - 1, max(0, newest.revision - 1 - _LOOKED_AT), -1):
        earlier = contexts.at(tx, newest.conversation, revision)
        if not contexts.stale_pages(tx, earlier):
            yield earlier
    every = conversations.get(tx, newest.conversation).tokens
    if every <= _BEYOND * need.terms.budget.tokens:
        yield contexts.beginning(tx, newest.conversation)
