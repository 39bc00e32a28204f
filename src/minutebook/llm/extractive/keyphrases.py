"""Keyphrases: what a page talks about, in its own words.

A candidate is a run of content words without a mark between them, or its parts, with one small
word inside if need be ("carta de vinos"). As in C-value (Frantzi, Ananiadou & Mima 2000) longer
phrases gain and phrases that occur only inside a longer one lose; what a phrase says is measured by
df * idf of its terms on this page, which is greatest for what is frequent but not everywhere.
In scripts without spaces the candidates are repeated strings of two to five characters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log, sqrt

from minutebook.llm.extractive.lexicon import lexicon
from minutebook.llm.extractive.reading import Line, Reading, read
from minutebook.llm.extractive.values import Passage

LONGEST = 4
"""Words in a phrase."""
LONGEST_STRING = 5
"""Characters in a phrase of a script without spaces."""
_OVERLAP = 0.5
_FEW_LINES = 30
"""On a page of more lines than this, what is said once is not what the page is about."""

_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyphrase:
    """A phrase and how much it tells."""

    text: str
    """As it was most often written."""
    terms: tuple[str, ...]
    score: float


def keyphrases(passages: Sequence[Passage], limit: int) -> list[str]:
    """Return at most `limit` phrases, the most telling first; no two of them overlap much."""
    return [phrase.text for phrase in ranked_phrases(read(passages), limit)]


def ranked_phrases(reading: Reading, limit: int) -> list[Keyphrase]:
    """Return the keyphrases of a reading, the most telling first."""
    counts, surfaces = _phrases(reading)
    scored = sorted(
        ((-_score(key, count, reading), key) for key, count in counts.items()),
        key=lambda pair: pair[0],
    )
    chosen: list[Keyphrase] = []
    for negative, key in scored:
        if len(chosen) >= limit:
            break
        if not any(_overlaps(key, other.terms) for other in chosen):
            chosen.append(Keyphrase(text=surfaces[key], terms=key, score=-negative))
    return chosen


def _phrases(reading: Reading) -> tuple[Mapping[_Key, int], Mapping[_Key, str]]:
    """Return how often each candidate occurs, and how it is written."""
    counts: dict[_Key, int] = {}
    surfaces: dict[_Key, str] = {}
    strings: Counter[str] = Counter()
    least = 1 if len(reading.lines) <= _FEW_LINES else 2
    for line in reading.lines:
        for run in _runs(line, reading, least):
            _count_parts(run, counts, surfaces)
        strings.update(chain.from_iterable(_strings(t, reading) for t in line.unspaced))
    for text, count in strings.items():
        if count > 1:
            key = tuple(text[at : at + 2] for at in range(len(text) - 1))
            counts[key], surfaces[key] = count, text
    telling = {key: n for key, n in counts.items() if (n >= least or len(key) == 1) and _tells(key)}
    return telling, surfaces


def _score(key: _Key, count: int, reading: Reading) -> float:
    # A phrase must hold together: its words rarely occur on this page without one another.
    together = min(1.0, count / min([reading.frequency[term] for term in key]))
    telling = sum([reading.telling[term] for term in key])
    return telling * together * sqrt((1.0 + log(count)) / len(key))


def _overlaps(key: _Key, other: _Key) -> bool:
    shared = len(set(key) & set(other))
    return shared > 0 and shared >= _OVERLAP * min(len(key), len(other))


def _runs(line: Line, reading: Reading, least: int) -> Iterator[list[tuple[str, str]]]:
    """Yield the runs of terms that all occur in at least so many lines, with their words."""
    connectors = lexicon().connectors
    run: list[tuple[str, str]] = []
    pending = ""
    for token, word in zip(line.tokens, line.words, strict=True):
        found = reading.terms_of[word]
        if found and reading.frequency[found[0]] >= least and token not in line.unspaced:
            run.append((found[0], f"{pending}{token}" if pending else token))
            pending = ""
        elif run and not found and not pending and word in connectors:
            pending = f"{token} "
        else:
            if run:
                yield run
            run, pending = [], ""
    if run:
        yield run


def _count_parts(
    run: Sequence[tuple[str, str]], counts: dict[_Key, int], surfaces: dict[_Key, str]
) -> None:
    """Count every stretch of a run, up to `LONGEST` words."""
    keys = tuple([term for term, _ in run])
    for start in range(len(keys)):
        for end in range(start + 1, min(start + LONGEST, len(keys)) + 1):
            key = keys[start:end]
            count = counts.get(key, 0)
            counts[key] = count + 1
            # The first word of a sentence is capitalised for its place and not for itself, so
            # that a later spelling without the capital is the better one.
            if not count or (run[start][1][0].islower() and not surfaces[key][0].islower()):
                surfaces[key] = _written(run[start:end])


def _written(part: Sequence[tuple[str, str]]) -> str:
    # A small word before the first word belongs to what came before the phrase.
    return " ".join([part[0][1].rpartition(" ")[2], *(word for _, word in part[1:])])


def _tells(key: _Key) -> bool:
    if len(set(key)) < len(key):
        return False
    return any(len(term) > 1 and not term[0].isdigit() for term in key)


def _strings(word: str, reading: Reading) -> Iterator[str]:
    """Yield the stretches of a run of an unspaced script in which every pair counts."""
    known = [reading.frequency.get(word[at : at + 2], 0) > 1 for at in range(len(word) - 1)]
    for start in range(len(known)):
        for end in range(start, min(start + LONGEST_STRING - 1, len(known))):
            if not known[end]:
                break
            yield word[start : end + 2]
