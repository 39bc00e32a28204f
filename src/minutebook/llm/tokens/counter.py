"""The count of a text for a model: a vocabulary when it is loaded, an estimate until then, and a
correction that was learned from what the provider reported.

The correction of a model is the median of what its last calls came to, each weighing as much as it
was long: one odd call changes nothing, and a new kind of text is known after a few. What was
counted by estimate and what by vocabulary are two kinds of counting, with a correction for each.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from minutebook.domain.spending import TokenSample
from minutebook.domain.tokens import estimate
from minutebook.errors import VocabularyError
from minutebook.llm.naming import unversioned
from minutebook.llm.protocol import Request
from minutebook.llm.tokens import requests
from minutebook.llm.tokens.families import Family, family_of
from minutebook.llm.tokens.vocabulary import Published, Vocabulary, load

ESTIMATE = "estimate"
"""What counts when no vocabulary does."""

_log = logging.getLogger(__name__)
_REMEMBERED = 31
_LEAST_COUNTED = 100
"""Tokens below which the marks around a prompt weigh more than the prompt."""
_LEAST, _MOST = 0.25, 4.0
"""What is outside of this is no difference between vocabularies, but between prompts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A count before its correction."""

    tokens: int
    by: str
    """Name of the vocabulary, or `estimate`."""


class TokenCounter:
    """Counts tokens for every model. Counting may happen in any thread; the rest in the loop's."""

    def __init__(self, loader: Callable[[Published], Vocabulary] = load) -> None:
        self._loader = loader
        self._loaded: dict[str, Vocabulary] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._ratios: dict[tuple[str, str], tuple[tuple[float, int], ...]] = {}
        self._factors: dict[tuple[str, str], float] = {}

    async def ready(self, model: str) -> bool:
        """Load what counts for a model, in a thread, once. False when sizes stay estimates."""
        published = family_of(model).vocabulary
        if published is None:
            return False
        if published.name not in self._loading:
            self._loading[published.name] = asyncio.create_task(self._load(published))
        await asyncio.shield(self._loading[published.name])
        return published.name in self._loaded

    def count(self, text: str, model: str) -> int:
        """Return how many tokens a text has for a model.

        Takes up to half a second for a text of a million characters or more: use a thread then.
        """
        return self.corrected(self._counted((text,), 0, model), model)

    def count_request(self, request: Request, model: str) -> int:
        """Return how many tokens a model is sent with a request."""
        return self.corrected(self.measure(request, model), model)

    def measure(self, request: Request, model: str) -> Counted:
        """Return the count of a request before correction: what `learn` compares."""
        return self._counted(requests.texts(request), requests.frames(request), model)

    def estimated(self, request: Request) -> Counted:
        """Return the estimate of a request before correction, whatever vocabulary there is.

        Sizes in the record are estimates, and are corrected by what is learned of this one.
        """
        tokens = requests.frames(request) + sum(map(estimate, requests.texts(request)))
        return Counted(tokens=tokens, by=ESTIMATE)

    def corrected(self, counted: Counted, model: str) -> int:
        """Return what a count comes to for a model."""
        return round(counted.tokens * self.factor(model, counted.by))

    def factor(self, model: str, by: str = "") -> float:
        """Return how many tokens of a model there are for one that is counted."""
        family = family_of(model)
        by = by or self._basis(family)
        kind = (unversioned(model), by)
        if kind not in self._ratios:
            return family.factor
        known = self._factors.get(kind)
        if known is None:
            known = self._factors[kind] = _median(self._ratios[kind])
        return known

    def learn(self, model: str, counted: Counted, reported: int) -> None:
        """Take note of how many tokens the provider found where so many were counted."""
        if counted.tokens < _LEAST_COUNTED:
            return
        ratio = reported / counted.tokens
        if _LEAST <= ratio <= _MOST:
            kind = (unversioned(model), counted.by)
            before = self._ratios.get(kind, ())[1 - _REMEMBERED :]
            self._ratios[kind] = (*before, (ratio, counted.tokens))
            self._factors.pop(kind, None)

    def learn_all(self, samples: Iterable[TokenSample]) -> None:
        """Take note of what was found before, the oldest first."""
        for each in samples:
            counted = Counted(tokens=each.counted, by=each.counted_by)
            self.learn(each.model, counted, each.reported)

    async def _load(self, published: Published) -> None:
        try:
            self._loaded[published.name] = await asyncio.to_thread(self._loader, published)
        except VocabularyError:
            _log.exception("Sizes in tokens are estimates")

    def _counted(self, texts: Iterable[str], more: int, model: str) -> Counted:
        vocabulary = self._vocabulary(family_of(model))
        count = estimate if vocabulary is None else vocabulary.count
        by = ESTIMATE if vocabulary is None else vocabulary.name
        return Counted(tokens=more + sum(map(count, texts)), by=by)

    def _basis(self, family: Family) -> str:
        vocabulary = self._vocabulary(family)
        return ESTIMATE if vocabulary is None else vocabulary.name

    def _vocabulary(self, family: Family) -> Vocabulary | None:
        return None if family.vocabulary is None else self._loaded.get(family.vocabulary.name)


def _median(ratios: Iterable[tuple[float, int]]) -> float:
    """Return the ratio in the middle, each counted as often as it weighs."""
    ordered = sorted(ratios)
    half = sum(weight for _, weight in ordered) / 2
    passed = 0
    for ratio, weight in ordered:
        passed += weight
        if passed >= half:
            return ratio
    return ordered[-1][0]
