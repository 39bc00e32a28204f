"""The slot: pages that were brought back, within a budget of their own.

What is least useful leaves first. Usefulness is a number from 0 to 1 that can be told in a line:
half of it is how often the page was referred to, three tenths how lately, two tenths by whom. A
pinned page leaves when nothing else is left to leave. A page too big for its place is in the slot
with fewer tokens than it has, and is shown in part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from minutebook.domain.context import Budget, PagedIn, Why

LEAST_TOKENS: Final = 120
"""With less than this nothing of a page can be shown."""
LEAST_RECALLED: Final = 180
"""Tokens that a search may bring into however small a prompt: one excerpt."""
_OF_PROMPT: Final = 0.05
"""Of what stands in a prompt: what a search may add. It stands before what is said last and is gone
in the next prompt, so a provider's cache misses it each time."""
_RECALLED: Final = 3
"""Pages that share what a search may bring."""
_LARGEST_SHARE: Final = 0.5
"""Of the slot, for one page: another one fits beside it."""
_REFERENCES, _RECENCY, _WHO = 0.5, 0.3, 0.2
_HALF_AFTER_HOURS: Final = 1.0
_BY: Final = {Why.PERSON: 1.0, Why.MODEL: 0.6, Why.RECALL: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRoom:
    """How many tokens there are."""

    tokens: int
    recall_tokens: int
    """Of `tokens`: for what a search brought."""

    @classmethod
    def of(cls, budget: Budget) -> SlotRoom:
        """Return the room that a budget has for pages."""
        tokens = int(budget.tokens * budget.slot_share)
        recall = int(budget.tokens * budget.recall_share)
        return cls(tokens=tokens, recall_tokens=min(tokens, recall))

    def beside(self, used: int) -> SlotRoom:
        """Return the room beside a prompt of so many tokens: a search adds a few per cent."""
        recall = max(LEAST_RECALLED, int(used * _OF_PROMPT))
        return replace(self, recall_tokens=min(self.recall_tokens, recall))

    def for_page(self, why: Why) -> int:
        """Return how many tokens one page may have."""
        if why is Why.RECALL:
            least = min(LEAST_RECALLED, self.recall_tokens)
            return max(least, self.recall_tokens // _RECALLED)
        return int(self.tokens * _LARGEST_SHARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What stays in the slot, and what leaves it."""

    kept: tuple[PagedIn, ...]
    left: tuple[PagedIn, ...]


def usefulness(paged: PagedIn, now: datetime) -> float:
    """Return how useful a page is, from 0 to 1.

    References count r / (r + 2), an age of h hours 1 / (1 + h), a person 1, a model 0.6 and a
    search 0.
    """
    hours = max(0.0, (now - paged.last_at).total_seconds() / 3_600)
    references = paged.references / (paged.references + 2)
    recency = 1 / (1 + hours / _HALF_AFTER_HOURS)
    return _REFERENCES * references + _RECENCY * recency + _WHO * _BY[paged.why]


def explained(paged: PagedIn, now: datetime) -> str:
    """Say in a line why a page is as useful as it is."""
    hours = max(0.0, (now - paged.last_at).total_seconds() / 3_600)
    pin = "pinned, " if paged.is_pinned else ""
    often = f"referred to {paged.references}×, last {hours:.1f} h ago, by {paged.why.value}"
    return f"{pin}{usefulness(paged, now):.2f}: {often}"


def fitted(slot: Sequence[PagedIn], room: SlotRoom, now: datetime) -> Fitted:
    """Return which pages stay within the room: the most useful ones, in the order they were in."""
    kept: dict[str, PagedIn] = {}
    free, free_for_recall = room.tokens, room.recall_tokens
    for paged in sorted(slot, key=lambda each: _rank(each, now)):
        limit = free if paged.why is not Why.RECALL else min(free, free_for_recall)
        tokens = min(paged.tokens, room.for_page(paged.why))
        if tokens > limit or tokens < min(paged.tokens, LEAST_TOKENS):
            continue
        kept[paged.page] = replace(paged, tokens=tokens)
        free -= tokens
        free_for_recall -= tokens if paged.why is Why.RECALL else 0
    return Fitted(
        kept=tuple(kept[each.page] for each in slot if each.page in kept),
        left=tuple(each for each in slot if each.page not in kept),
    )


def eased(slot: Sequence[PagedIn], tokens: int, now: datetime) -> Fitted:
    """Return which pages stay when so many tokens have to go: the least useful leave first."""
    kept, left, freed = list(slot), [], 0
    for paged in sorted(slot, key=lambda each: _rank(each, now), reverse=True):
        if freed >= tokens:
            break
        kept.remove(paged)
        left.append(paged)
        freed += paged.tokens
    return Fitted(kept=tuple(kept), left=tuple(left))


def _rank(paged: PagedIn, now: datetime) -> tuple[bool, float, str]:
    return (not paged.is_pinned, -usefulness(paged, now), paged.page)
