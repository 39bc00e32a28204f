"""Choosing under a budget, without saying anything twice.

Carbonell & Goldstein, The Use of MMR (SIGIR 1998): the next choice is the one with the greatest
`TRADE * score - (1 - TRADE) * similarity to what is chosen`. Similarity is the share of a line's
terms, by weight, that one chosen line already holds: a long line that adds to a short one stays
eligible. It is kept up to date through an inverted index: a choice costs what its own terms cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace

from minutebook.llm.extractive.values import Budget

TRADE = 0.7
"""The share of relevance; the rest is novelty."""
TOO_ALIKE = 0.7
"""A line of which this share has been said by a chosen one is not chosen as well."""
SAME_GROUP = 0.93
"""What each choice leaves of the scores in its group: one long turn should not take it all."""
MAX_CANDIDATES = 600
"""Only the best so many lines are considered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A line that may be chosen."""

    number: int
    text: str
    terms: tuple[str, ...]
    """Distinct."""
    score: float
    group: int = 0
    """The passage it is from: the next choice from the same one counts a little less."""


def select(
    candidates: Sequence[Candidate], budget: Budget, weights: Mapping[str, float]
) -> list[Candidate]:
    """Return the chosen candidates, best first; their cost is within the budget.

    A candidate that does not fit is passed over for a smaller one. Ties go to the earlier number.
    """
    ordered = sorted(candidates, key=lambda c: (-c.score, c.number))[:MAX_CANDIDATES]
    pool = _Pool(ordered, weights)
    chosen: list[Candidate] = []
    left = budget.limit
    while len(chosen) < budget.sentences and left > budget.overhead:
        candidate = pool.take()
        if candidate is None:
            break
        cost = budget.cost(candidate.text)
        if cost <= left:
            chosen.append(candidate)
            left -= cost
            pool.discount_like(candidate)
    return chosen


class _Pool:
    """The candidates not yet taken, and how much of each has been said by what was chosen."""

    def __init__(self, ordered: Sequence[Candidate], weights: Mapping[str, float]) -> None:
        top = (ordered[0].score if ordered else 0.0) or 1.0
        self._relevance = [TRADE * candidate.score / top for candidate in ordered]
        self._index: dict[str, list[int]] = {}
        for at, candidate in enumerate(ordered):
            for term in candidate.terms:
                self._index.setdefault(term, []).append(at)
        self._weights = weights
        self._sizes = [sum([weights[term] for term in c.terms]) or 1.0 for c in ordered]
        self._said = [0.0] * len(ordered)
        self._waiting = dict(enumerate(ordered))
        self._shares: dict[int, float] = {}
        # Marginal relevance only ever falls, so an old value is a bound: what is best by its old
        # value and has kept it is best of all.
        self._heap = [(-self._marginal(at), at) for at in range(len(ordered))]
        heapify(self._heap)

    def take(self) -> Candidate | None:
        """Remove and return the candidate with the greatest marginal relevance."""
        while self._heap:
            negative, at = self._heap[0]
            if at not in self._waiting:
                heappop(self._heap)
            elif -self._marginal(at) > negative:
                heapreplace(self._heap, (-self._marginal(at), at))
            else:
                heappop(self._heap)
                return self._waiting.pop(at)
        return None

    def discount_like(self, chosen: Candidate) -> None:
        """Note what has now been said; drop what says hardly anything else."""
        self._shares[chosen.group] = SAME_GROUP * self._shares.get(chosen.group, 1.0)
        common: dict[int, float] = {}
        for term in chosen.terms:
            for at in self._index[term]:
                common[at] = common.get(at, 0.0) + self._weights[term]
        for at, shared in common.items():
            self._said[at] = max(self._said[at], shared / self._sizes[at])
            if self._said[at] >= TOO_ALIKE:
                self._waiting.pop(at, None)

    def _marginal(self, at: int) -> float:
        share = self._shares.get(self._waiting[at].group, 1.0)
        return self._relevance[at] * share - (1 - TRADE) * self._said[at]
