"""How good a turn is for some terms: BM25 over its fields, and what bags of words do not see.

Source: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009:
BM25F, a term's uses in several fields are weighted, added up, and then saturate together. On top of
it: terms that stand close together count more, and what a turn lacks its neighbours may have: a
question and its answer, a statement and what follows from it, are said by two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from minutebook.recall.stemming import WORD, name_stems, stem, stems
from minutebook.store.search import Glance

_SATURATION, _LENGTH = 1.2, 0.6
"""k1 and b of BM25."""
_TOOLS, _AUTHOR, _TITLE = 0.5, 0.8, 0.4
"""Weights of fields beside the text's 1."""
_NEAR = 0.3
"""What terms that stand side by side add, as a share of the weaker one's weight."""
_REACH = 3
"""Turns that count as neighbours, on each side."""
_NEIGHBOUR = 0.4
"""A neighbour's words count so much; those of its neighbour by the same factor less."""
_APART = 12
"""Words between two terms from which on they do not count as close."""
_PLACES = 16
"""Of a term in a turn: further ones do not count as close to others."""
_BYTES = 6
"""Of a word with its space, in a text that was not read."""


class Uses(NamedTuple):
    """How often a term is in a text, and where it is first."""

    times: int = 0
    places: Sequence[int] = ()
    """Numbers of words, at most so many as tell how close terms stand."""

    @classmethod
    def of(cls, places: Sequence[int]) -> Uses:
        """Make one of all the places."""
        return cls(times=len(places), places=places[:_PLACES])


_NOWHERE = Uses()


@dataclass(frozen=True, slots=True, kw_only=True)
class Needle:
    """A term as it is looked for in a turn."""

    stems: tuple[str, ...]
    is_beginning: bool
    weight: float
    """Its inverse document frequency."""

    @classmethod
    def of(cls, term: str, count: float, turns: int) -> Needle:
        """Make one of an FTS5 term that is in so many of all turns."""
        words = tuple(stem(word) for word in WORD.findall(term))
        weight = math.log(1 + (max(turns, count) - count + 0.5) / (count + 0.5))
        return cls(stems=words, is_beginning=term.endswith("*"), weight=max(weight, 1e-3))

    def uses(self, words: Sequence[str]) -> Uses:
        """Return how often it is among the words of a turn, and where."""
        if self.is_beginning:
            return Uses.of([p for p in range(len(words)) if self._stands_at(words, p)])
        first, *others = self.stems or ("",)
        count = words.count(first)
        if not others:
            return Uses(times=count, places=_first_places(words, first, min(count, _PLACES)))
        found = _first_places(words, first, count)
        return Uses.of([p for p in found if self._stands_at(words, p)])

    def _stands_at(self, words: Sequence[str], place: int) -> bool:
        last = len(self.stems) - 1
        for number, wanted in enumerate(self.stems):
            if place + number >= len(words):
                return False
            is_open = self.is_beginning and number == last
            word = words[place + number]
            if word != wanted and not (is_open and word.startswith(wanted)):
                return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What of the terms a turn has."""

    glance: Glance
    uses: tuple[float, ...]
    """Of each term, weighted by field."""
    length: int
    """In words."""
    closeness: float
    """In units of weight."""

    @property
    def found(self) -> int:
        """How many of the terms it has."""
        return sum(1 for uses in self.uses if uses)


def see(glance: Glance, needles: Sequence[Needle], known: frozenset[int]) -> Sighting:
    """Look for terms in a turn; `known` are the numbers of those the index says it has."""
    words = stems(glance.text)
    tools = stems(glance.parts) if glance.parts else []
    said = _all_uses(words, needles)
    uses = [float(each.times) for each in said]
    if tools:
        for number, each in enumerate(_all_uses(tools, needles)):
            uses[number] += _TOOLS * each.times
    for number in known:
        uses[number] = uses[number] or 1.0
    _add_names(glance, needles, uses)
    return Sighting(
        glance=glance,
        uses=tuple(uses),
        length=len(words) + len(tools) // 2 + (glance.unread_bytes or 0) // _BYTES,
        closeness=_closeness([each.places for each in said], needles),
    )


def _all_uses(words: Sequence[str], needles: Sequence[Needle]) -> list[Uses]:
    there = {each.stems[0] for each in needles if each.stems}.intersection(words)
    return [
        each.uses(words) if each.is_beginning or there.intersection(each.stems[:1]) else _NOWHERE
        for each in needles
    ]


def _first_places(words: Sequence[str], word: str, many: int) -> list[int]:
    found: list[int] = []
    for _ in range(many):
        found.append(words.index(word, found[-1] + 1 if found else 0))
    return found


def _add_names(glance: Glance, needles: Sequence[Needle], uses: list[float]) -> None:
    """Count who spoke; and the title too, of a turn that has anything of its own."""
    author, title = name_stems(glance.author), name_stems(glance.title)
    for number, needle in enumerate(needles):
        if author.issuperset(needle.stems):
            uses[number] += _AUTHOR
        elif uses[number] and title.issuperset(needle.stems):
            uses[number] += _TITLE


def _closeness(places: Sequence[Sequence[int]], needles: Sequence[Needle]) -> float:
    """Return what terms that stand close to each other add: less with every word between them."""
    if sum(1 for each in places if each) < 2:
        return 0.0
    line = sorted((place, number) for number, each in enumerate(places) for place in each)
    nearest: dict[tuple[int, int], int] = {}
    for (here, one), (there, other) in pairwise(line):
        apart = there - here
        if one == other or not 0 < apart <= _APART:
            continue  # one word may be what two terms stand for
        pair = (one, other) if one < other else (other, one)
        if apart < nearest.get(pair, _APART + 1):
            nearest[pair] = apart
    return _NEAR * sum(
        min(needles[one].weight, needles[other].weight) / apart
        for (one, other), apart in nearest.items()
    )


def rank(sightings: Sequence[Sighting], needles: Sequence[Needle]) -> list[tuple[float, Sighting]]:
    """Return sightings with their scores, the best first; the newer of equals first."""
    if not sightings:
        return []
    mean = sum(each.length for each in sightings) / len(sightings) or 1.0
    own = {_place(each): _weights(each, needles, mean) for each in sightings}
    scored = [(_score(each, own), each) for each in sightings]
    return sorted(scored, key=lambda row: (-row[0], -row[1].glance.id))


def _place(sighting: Sighting) -> tuple[str, int]:
    return sighting.glance.conversation, sighting.glance.seq


def _weights(sighting: Sighting, needles: Sequence[Needle], mean: float) -> tuple[float, ...]:
    norm = _SATURATION * (1 - _LENGTH + _LENGTH * sighting.length / mean)
    return tuple(
        needle.weight * uses * (_SATURATION + 1) / (uses + norm) if uses else 0.0
        for needle, uses in zip(needles, sighting.uses, strict=True)
    )


def _score(sighting: Sighting, own: Mapping[tuple[str, int], tuple[float, ...]]) -> float:
    """Add up what it has, and of what it lacks, what its neighbours have."""
    weights = own[_place(sighting)]
    lent = [0.0] * len(weights)
    for factor, other in _neighbours(sighting, own):
        for number, weight in enumerate(other):
            lent[number] = max(lent[number], factor * weight)
    return sum(map(max, weights, lent)) + sighting.closeness


def _neighbours(
    sighting: Sighting, own: Mapping[tuple[str, int], tuple[float, ...]]
) -> Iterable[tuple[float, tuple[float, ...]]]:
    conversation, seq = _place(sighting)
    for apart in range(1, _REACH + 1):
        for there in (seq - apart, seq + apart):
            if (other := own.get((conversation, there))) is not None:
                yield _NEIGHBOUR**apart, other
