"""Finding the passages that answer a question, and the sentences in them that do.

Passages are ranked by BM25 over the candidates (Robertson & Zaragoza, The Probabilistic Relevance
Framework, 2009), the short ones as if they were longer: few words say little. The answer often
stands in the turn behind the one that holds the words, so a passage inherits from the one before.
In each of the best a window of neighbouring sentences is chosen: it gains with every word of the
question that it holds, by idf, with words that stand in one sentence, and with what it says beside
them; it loses with every sentence more. A sentence that is itself a question rarely answers one.
The window is then widened to what can be read by itself, and quoted as it was written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from minutebook.llm.extractive.lexicon import function_words, language_of, lexicon
from minutebook.llm.extractive.plain import clean
from minutebook.llm.extractive.quotations import pieces_of, quoted, widened
from minutebook.llm.extractive.reading import idf, share_out
from minutebook.llm.extractive.values import Excerpt, Passage
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
ASKING = 0.4
"""What a question is worth as an answer."""
WHOLE_PASSAGE = 0.6
"""The share of the passage's own rank in the score of its excerpt."""
SPEAKER = 0.5
"""What a word of the question that names the speaker counts, against one that was said."""
VERB = 0.4
"""What a verb of the question counts: "leave" in "When does the ferry leave?"."""
UNSEEN = 200
"""So many more passages are assumed: those that no search for these words has found."""
UNKNOWN = 0.3
"""What a word that no candidate holds counts in a question: it may be only a turn of phrase."""
FROM_QUESTION, FROM_BEFORE = 0.8, 0.25
"""The share of its score that a passage leaves to the one behind it: a question, and any other."""
SHORTEST = 240
"""A shorter passage is ranked as if it were so long, in characters."""
HALF_RICH = 2
"""One term less than this beside those asked for, and an excerpt counts half."""
AS_NEIGHBOUR = 1.0
"""What an excerpt gains for what its passage inherits."""
WORTH_QUOTING = 0.3
"""An excerpt below this share of the best score is left out."""
MAX_TOTAL = 500_000
"""The most that is searched in all, in characters."""
_FIGURE = re.compile(r"\d")
_SATURATION = 1.2
_LENGTH_SHARE = 0.5
_MAX_QUESTION = 4_000
_QUESTION_MARKS = ("?", "？", "؟")

_Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """A passage with its rank among the candidates, 0 to 1."""

    passage: Passage
    rank: float
    inherited: float = 0.0
    """What of it comes from the passage before."""


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
    least = WORTH_QUOTING * excerpts[0].score if excerpts else 0.0
    excerpts = [excerpt for excerpt in excerpts if excerpt.score >= least]
    unlike = {excerpt.text.casefold(): excerpt for excerpt in reversed(excerpts)}
    return sorted(unlike.values(), key=excerpts.index)[:limit]


def _asked(question: str) -> _Weights:
    """Return the distinct terms of a question, without function words if others are left.

    Each with its share: the things asked about tell more than what they do.
    """
    folded = [token.casefold() for token in tokens(clean(question[:_MAX_QUESTION]))]
    stopwords = language_of(Counter(w for w in folded if not is_mark(w))).stopwords
    shares: dict[str, float] = {}
    for word, found in terms(folded, stopwords).items():
        share = VERB if word in lexicon().verbs else 1.0
        for term in found:
            shares[term] = max(share, shares.get(term, 0.0))
    return shares


def _expected(question: str) -> re.Pattern[str] | None:
    """Return what an answer to a folded question looks like, if the question tells."""
    lists = lexicon()
    if lists.asks_for_figure.search(question[:_MAX_QUESTION]):
        return _FIGURE
    if lists.asks_for_reason.search(question[:_MAX_QUESTION]):
        return lists.gives_reason
    return None


def _rank(asked: _Weights, passages: Sequence[Passage]) -> tuple[_Weights, list[_Ranked]]:
    """Return the weight of each term asked for, and the passages that hold any, best first."""
    wanted = frozenset(asked)
    known: dict[str, tuple[str, ...]] = {}
    bags = [_counts(tokens(clean(passage.text)), wanted, known) for passage in passages]
    frequency = Counter(chain.from_iterable(bags))
    weights = {
        term: idf(frequency[term], len(passages) + UNSEEN)
        * (share if frequency[term] else share * UNKNOWN)
        for term, share in asked.items()
    }
    lengths = [len(passage.text) for passage in passages]
    mean = sum(lengths) / max(1, len(lengths)) or 1.0
    named = [_counts(tokens(passage.speaker[:200]), wanted, known) for passage in passages]
    own = [
        _bm25(bag, max(length, SHORTEST) / mean, weights)
        + SPEAKER * sum(weights[term] for term in names)
        if bag
        else 0.0
        for bag, names, length in zip(bags, named, lengths, strict=True)
    ]
    scores = _inherited(passages, own)
    top = max(scores, default=0.0) or 1.0
    order = sorted((n for n, score in enumerate(scores) if score), key=lambda n: -scores[n])
    return weights, [
        _Ranked(passage=passages[n], rank=scores[n] / top, inherited=(scores[n] - own[n]) / top)
        for n in order
    ]


def _inherited(passages: Sequence[Passage], own: Sequence[float]) -> list[float]:
    """Return the scores with what each passage inherits from the one before it."""
    of = {passage.source: number for number, passage in enumerate(passages)}
    found = list(own)
    for number, passage in enumerate(passages):
        before = of.get(passage.behind) if passage.behind is not None else None
        if before is not None and passages[before].speaker != passage.speaker:
            asks = passages[before].text.rstrip().endswith(_QUESTION_MARKS)
            found[number] += own[before] * (FROM_QUESTION if asks else FROM_BEFORE)
    return found


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
    pieces = pieces_of(found.passage.text)
    wanted = frozenset(weights)
    known: dict[str, tuple[str, ...]] = {}
    held = [frozenset(_counts(tokens(piece.text), wanted, known)) for piece in pieces]
    windows = _windows([piece.text for piece in pieces], held, weights, max_chars)
    if not windows and found.inherited > LEAST_COVERAGE and pieces:
        windows = [_Window(start=0, end=1, score=0.0)]
    best = max(windows, key=lambda window: window.score, default=None)
    if best is None:
        return None
    start, end = widened(pieces, (best.start, best.end), max_chars)
    text = quoted(pieces, (start, end))
    score = (
        (best.score + AS_NEIGHBOUR * found.inherited)
        * _fitting(text, expected)
        * _richness(text, wanted)
    )
    return Excerpt(
        source=found.passage.source,
        speaker=found.passage.speaker,
        text=text,
        score=score * (1 - WHOLE_PASSAGE + WHOLE_PASSAGE * found.rank),
    )


def _fitting(text: str, expected: re.Pattern[str] | None) -> float:
    return EXPECTED if expected and expected.search(text.casefold()) else 1.0


def _richness(text: str, wanted: frozenset[str]) -> float:
    """Return how much an excerpt says beside the words it was asked for, below 1."""
    words = {token.casefold() for token in tokens(text)}
    found = terms(words - function_words(), frozenset())
    new = {term for each in found.values() for term in each} - wanted
    return (len(new) + 1) / (len(new) + 1 + HALF_RICH)


def _windows(
    texts: Sequence[str],
    held: Sequence[frozenset[str]],
    weights: _Weights,
    max_chars: int,
) -> list[_Window]:
    """Return the windows that hold enough of the question, each starting where some of it is."""
    total = sum(weights.values()) or 1.0
    found: list[_Window] = []
    for start in range(len(texts)):
        size = 0
        for end in range(start + 1, len(texts) + 1):
            size += len(texts[end - 1]) + 1
            if not held[start] or (end > start + 1 and size > max_chars):
                break
            coverage = sum(weights[t] for t in frozenset().union(*held[start:end])) / total
            if coverage >= LEAST_COVERAGE and held[end - 1]:
                score = _worth(texts[start:end], held[start:end], coverage)
                found.append(_Window(start=start, end=end, score=score))
    return found


def _worth(texts: Sequence[str], held: Sequence[frozenset[str]], coverage: float) -> float:
    everything = frozenset().union(*held)
    together = 1 + IN_ONE_SENTENCE if everything in held and len(everything) > 1 else 1.0
    asking = ASKING if texts[-1].endswith(_QUESTION_MARKS) else 1.0
    return coverage * together * asking / (1 + PER_SENTENCE * (len(texts) - 1))
