"""Finding the passages that answer a question, and the sentences in them that do.

Passages are ranked by BM25 over the candidates (Robertson & Zaragoza, The Probabilistic Relevance
Framework, 2009). In each of the best a window of neighbouring sentences is chosen: it gains with
every word of the question that it holds, by idf, and with words that stand in one sentence; it
loses with every sentence more. A sentence that is itself a question rarely answers one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from minutebook.llm.extractive.lexicon import language_of, lexicon
from minutebook.llm.extractive.plain import clean
from minutebook.llm.extractive.reading import idf, share_out
from minutebook.llm.extractive.sentences import split
from minutebook.llm.extractive.values import Excerpt, Passage, Sentence
from minutebook.llm.extractive.words import is_mark, terms, tokens

DEFAULT_CHARS = 400
"""The longest excerpt, in characters, unless one sentence alone is longer."""
LEAST_COVERAGE = 0.2
"""An excerpt holds at least this share of the question's weight, or it is no answer."""
PER_EXCERPT = 5
"""So many passages are read closely for each excerpt asked for."""
PER_SENTENCE = 0.12
"""What each further sentence takes off a window."""
IN_ONE_SENTENCE = 0.3
"""What a window gains when one sentence of it holds all that it holds."""
EXPECTED = 1.4
"""What a window gains that holds a figure when one was asked for, or a reason."""
ASKING = 0.6
"""What a question is worth as an answer."""
WHOLE_PASSAGE = 0.6
"""The share of the passage's own rank in the score of its excerpt."""
SPEAKER = 0.5
"""What a word of the question that names the speaker counts, against one that was said."""
UNKNOWN = 0.3
"""What a word that no candidate holds counts in a question: it may be only a turn of phrase."""
MAX_TOTAL = 500_000
"""The most that is searched in all, in characters."""
_FIGURE = re.compile(r"\d")
_SATURATION = 1.2
_LENGTH_SHARE = 0.5
_MAX_QUESTION = 4_000

_Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """A passage with its rank among the candidates, 0 to 1."""

    passage: Passage
    rank: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """Neighbouring sentences of one passage."""

    start: int
    end: int
    score: float


def best_passages(
    question: str, candidates: Sequence[Passage], limit: int, *, max_chars: int = DEFAULT_CHARS
) -> list[Excerpt]:
    """Return at most `limit` excerpts, best first; none when nothing bears on the question."""
    asked = _asked(question)
    if not asked or limit < 1:
        return []
    expected = _expected(question.casefold())
    weights, ranked = _rank(asked, share_out(candidates, MAX_TOTAL))
    excerpts = [
        excerpt
        for found in ranked[: limit * PER_EXCERPT]
        if (excerpt := _excerpt(found, weights, expected, max_chars)) is not None
    ]
    excerpts.sort(key=lambda excerpt: -excerpt.score)
    unlike = {excerpt.text.casefold(): excerpt for excerpt in reversed(excerpts)}
    return sorted(unlike.values(), key=excerpts.index)[:limit]


def _asked(question: str) -> tuple[str, ...]:
    """Return the distinct terms of a question, without function words if others are left."""
    folded = [token.casefold() for token in tokens(clean(question[:_MAX_QUESTION]))]
    stopwords = language_of(Counter(w for w in folded if not is_mark(w))).stopwords
    return tuple(dict.fromkeys(chain.from_iterable(terms(folded, stopwords).values())))


def _expected(question: str) -> re.Pattern[str] | None:
    """Return what an answer to a folded question looks like, if the question tells."""
    lists = lexicon()
    if lists.asks_for_figure.search(question[:_MAX_QUESTION]):
        return _FIGURE
    if lists.asks_for_reason.search(question[:_MAX_QUESTION]):
        return lists.gives_reason
    return None


def _rank(asked: Sequence[str], passages: Sequence[Passage]) -> tuple[_Weights, list[_Ranked]]:
    """Return the weight of each term asked for, and the passages that hold any, best first."""
    wanted = frozenset(asked)
    known: dict[str, tuple[str, ...]] = {}
    bags = [_counts(tokens(clean(passage.text)), wanted, known) for passage in passages]
    frequency = Counter(chain.from_iterable(bags))
    weights = {
        term: idf(frequency[term], len(passages)) * (1.0 if frequency[term] else UNKNOWN)
        for term in asked
    }
    lengths = [len(passage.text) for passage in passages]
    mean = sum(lengths) / max(1, len(lengths)) or 1.0
    named = [_counts(tokens(passage.speaker[:200]), wanted, known) for passage in passages]
    scores = [
        _bm25(bag, length / mean, weights) + SPEAKER * sum(weights[term] for term in names)
        if bag
        else 0.0
        for bag, names, length in zip(bags, named, lengths, strict=True)
    ]
    top = max(scores, default=0.0) or 1.0
    order = sorted((n for n, score in enumerate(scores) if score), key=lambda n: -scores[n])
    return weights, [_Ranked(passage=passages[n], rank=scores[n] / top) for n in order]


def _counts(
    words: Iterable[str], wanted: frozenset[str], known: dict[str, tuple[str, ...]]
) -> Counter[str]:
    """Count the wanted terms of some words; `known` remembers words across passages."""
    bag: Counter[str] = Counter()
    for word in words:
        if word not in known:
            found = terms([word.casefold()], frozenset())[word.casefold()]
            known[word] = tuple(term for term in found if term in wanted)
        if known[word]:
            bag.update(known[word])
    return bag


def _bm25(bag: Mapping[str, int], length: float, weights: _Weights) -> float:
    slope = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length)
    return sum(
        weights[term] * count * (_SATURATION + 1) / (count + slope) for term, count in bag.items()
    )


def _excerpt(
    found: _Ranked, weights: _Weights, expected: re.Pattern[str] | None, max_chars: int
) -> Excerpt | None:
    sentences = split([found.passage])
    wanted = frozenset(weights)
    known: dict[str, tuple[str, ...]] = {}
    held = [frozenset(_counts(tokens(s.text), wanted, known)) for s in sentences]
    as_expected = [bool(expected and expected.search(s.text.casefold())) for s in sentences]
    windows = [
        replace(window, score=window.score * EXPECTED)
        if any(as_expected[window.start : window.end])
        else window
        for window in _windows(sentences, held, weights, max_chars)
    ]
    best = max(windows, key=lambda window: window.score, default=None)
    if best is None:
        return None
    score = best.score * (1 - WHOLE_PASSAGE + WHOLE_PASSAGE * found.rank)
    return Excerpt(
        source=found.passage.source,
        speaker=found.passage.speaker,
        text=" ".join(s.text for s in sentences[best.start : best.end]),
        score=score,
    )


def _windows(
    sentences: Sequence[Sentence],
    held: Sequence[frozenset[str]],
    weights: _Weights,
    max_chars: int,
) -> list[_Window]:
    """Return the windows that hold enough of the question, each starting where some of it is."""
    total = sum(weights.values()) or 1.0
    found: list[_Window] = []
    for start in range(len(sentences)):
        size = 0
        for end in range(start + 1, len(sentences) + 1):
            size += len(sentences[end - 1].text) + 1
            if not held[start] or (end > start + 1 and size > max_chars):
                break
            coverage = sum(weights[t] for t in frozenset().union(*held[start:end])) / total
            if coverage >= LEAST_COVERAGE and held[end - 1]:
                score = _worth(sentences[start:end], held[start:end], coverage)
                found.append(_Window(start=start, end=end, score=score))
    return found


def _worth(sentences: Sequence[Sentence], held: Sequence[frozenset[str]], coverage: float) -> float:
    everything = frozenset().union(*held)
    together = 1 + IN_ONE_SENTENCE if everything in held and len(everything) > 1 else 1.0
    asking = ASKING if sentences[-1].text.endswith(("?", "？", "؟")) else 1.0
    return coverage * together * asking / (1 + PER_SENTENCE * (len(sentences) - 1))
