"""How much of a prompt is what, without counting it anew for every turn.

What was counted for a conversation is remembered with what it depends on: the revision of the
layout, the branch that is read, the pages that are closed, and how much there is in the record. A
turn that was said since is added; anything else is counted anew. Both ways come to the same
figures, and to the same sight. Ask with what is committed: what is rolled back would be remembered.

Sizes are estimates of the record, see `domain.tokens`; what they come to for a model is learned
from what its provider reports.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

from minutebook.context.prompt.sight import SeenTurn, Sight, in_sight, layers_of, seen
from minutebook.domain.context import LayerSize, Layout, Span
from minutebook.store import contexts, conversations
from minutebook.store.transaction import Transaction

_REMEMBERED = 256
"""Conversations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Basis:
    """What a count depends on, beside the turns at the end."""

    revision: int
    left: str
    spans: tuple[Span, ...]
    pages: int
    """Closed ones of the conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """What was counted."""

    basis: _Basis
    turns: int
    """Of the conversation, whether they are in sight or not."""
    tokens: int
    """Of all of them, as the record counts."""
    shown: int
    """Tokens of those that are in sight, as they are shown."""
    sight: Sight

    @property
    def last(self) -> SeenTurn | None:
        """What stands at the end."""
        return self.sight.turns[-1] if self.sight.turns else None


class Account:
    """Remembers what the prompts of conversations weigh. It may be asked in any thread."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._lock = Lock()

    def layers(self, tx: Transaction, layout: Layout) -> tuple[LayerSize, ...]:
        """Return the estimated tokens of the layers of a layout with its slot, as `tokens_of`."""
        count = self._count(tx, layout)
        return layers_of(layout, count.shown, count.last)

    def sight(self, tx: Transaction, layout: Layout) -> Sight:
        """Return what a layout shows, as `in_sight`."""
        return self._count(tx, layout).sight

    def _count(self, tx: Transaction, layout: Layout) -> _Count:
        with self._lock:
            known = self._counts.pop(layout.conversation, None)
        count = _counted(tx, layout, known)
        with self._lock:
            self._counts[layout.conversation] = count
            while len(self._counts) > _REMEMBERED:
                self._counts.popitem(last=False)
        return count


def _counted(tx: Transaction, layout: Layout, known: _Count | None) -> _Count:
    conversation = conversations.get(tx, layout.conversation)
    basis = _Basis(
        revision=layout.revision,
        left=contexts.left_version(tx, layout.conversation),
        spans=layout.spans,
        pages=conversation.pages,
    )
    known = None if known is None else _still(known, basis)
    if known is not None:
        grown = _grown(tx, layout, known, conversation.turns, conversation.tokens)
        if grown is not None:
            return grown
    sight = in_sight(tx, layout)
    return _Count(
        basis=basis,
        turns=conversation.turns,
        tokens=conversation.tokens,
        shown=sight.tokens,
        sight=sight,
    )


def _still(known: _Count, basis: _Basis) -> _Count | None:
    """Return what of a count is as it was; None for nothing.

    Where a page was closed since, what was on none may be on it now.
    """
    if known.basis == basis:
        return known
    if replace(known.basis, pages=basis.pages) != basis:
        return None
    turns = known.sight.turns
    open_from = next((number for number, turn in enumerate(turns) if turn.page is None), len(turns))
    kept, again = turns[:open_from], turns[open_from:]
    tokens = sum(turn.tokens for turn in again)
    return replace(
        known,
        basis=basis,
        turns=known.turns - len(again),
        tokens=known.tokens - tokens,
        shown=known.shown - tokens,
        sight=Sight(turns=kept),
    )


def _grown(
    tx: Transaction, layout: Layout, known: _Count, turns: int, tokens: int
) -> _Count | None:
    """Return a count with the turns that were said since; None when that is not all that has
    changed."""
    if (turns, tokens) == (known.turns, known.tokens):
        return known
    end = layout.spans[-1] if layout.spans else None
    if end is None or end.through is not None or known.last is None or turns <= known.turns:
        return None
    new = contexts.weighed(tx, replace(end, behind=max(end.behind, known.last.place)))
    if (len(new), sum(each.tokens for each in new)) != (turns - known.turns, tokens - known.tokens):
        return None
    told = [seen(each, layout) for each in new]
    return replace(
        known,
        turns=turns,
        tokens=tokens,
        shown=known.shown + sum(each.tokens for each in told),
        sight=Sight(turns=(*known.sight.turns, *told)),
    )
