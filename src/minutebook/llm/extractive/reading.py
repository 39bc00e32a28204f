"""A page made ready for ranking: its sentences, the terms of each, and what each term weighs.

Sentences that only fill (greetings, thanks, assent, laughter, emoji) are left out here, before
anything is counted, so that they can neither win nor change what wins. The work is bounded: at
most `MAX_TOTAL` characters are read, shared out fairly between the passages, and at most
`MAX_SENTENCES` sentences are ranked, the richest of each stretch of the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import log

from minutebook.llm.extractive.lexicon import Language, function_words, language_of, lexicon
from minutebook.llm.extractive.sentences import split
from minutebook.llm.extractive.values import Passage, Sentence
from minutebook.llm.extractive.words import is_mark, is_unspaced, terms, tokens

MAX_TOTAL = 200_000
"""The most that is read in all, in characters."""
MAX_PASSAGES = 20_000
MAX_SENTENCES = 3_000
_UNSEEN_LINES = 10
_LONGEST_PLACEHOLDER = 120
_AROUND_PLACEHOLDERS = " \t\u200e\u200f<>[]()*_.…!,\"'"
_SHORTEST_SHARE = 200
"""A passage is never cut below this, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence with what was read out of it."""

    sentence: Sentence
    folded: str
    tokens: tuple[str, ...]
    """Words and marks as written."""
    words: tuple[str, ...]
    """The same, folded."""
    unspaced: tuple[str, ...]
    """Those of a script without spaces."""
    terms: tuple[str, ...]
    """Distinct, in order of appearance."""
    density: float
    """Content words among all words, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page, ready for ranking."""

    lines: tuple[Line, ...]
    language: Language
    terms_of: Mapping[str, tuple[str, ...]]
    """The terms of every folded word of the page."""
    frequency: Mapping[str, int]
    """In how many lines each term occurs."""
    weights: Mapping[str, float]
    """The inverse document frequency of each term."""
    telling: Mapping[str, float]
    """df * idf of each term: greatest for what is said often, but not everywhere.

    A few lines more than there are are assumed, so that on a short page repetition counts.
    """


def idf(frequency: int, total: int) -> float:
    """Return ln((N + 1) / (df + 1/2)), at least 0.05: what is everywhere tells nothing apart."""
    return max(0.05, log((total + 1) / (frequency + 0.5)))


def read(passages: Sequence[Passage]) -> Reading:
    """Split, tokenise and weigh the sentences of some passages; fillers are left out."""
    kept: list[tuple[Sentence, str, list[str], list[str]]] = []
    for sentence in split(share_out(passages, MAX_TOTAL)):
        written = tokens(sentence.text)
        folded = [token.casefold() for token in written]
        if not is_filler(sentence.text, folded):
            kept.append((sentence, sentence.text.casefold(), written, folded))
    counts = Counter(chain.from_iterable(folded for _, _, _, folded in kept))
    marks = frozenset(word for word in counts if is_mark(word))
    language = language_of({word: n for word, n in counts.items() if word not in marks})
    terms_of = terms(counts, language.stopwords)
    lines = [
        _line(sentence, folded_text, written, folded, terms_of, marks)
        for sentence, folded_text, written, folded in kept
    ]
    lines = _richest([line for line in lines if line.terms])
    frequency = Counter(chain.from_iterable(line.terms for line in lines))
    return Reading(
        lines=tuple(lines),
        language=language,
        terms_of=terms_of,
        frequency=frequency,
        weights={term: idf(n, len(lines)) for term, n in frequency.items()},
        telling={term: n * idf(n, len(lines) + _UNSEEN_LINES) for term, n in frequency.items()},
    )


def is_filler(text: str, folded: Sequence[str]) -> bool:
    """Return whether a sentence holds nothing but fillers, function words and marks.

    So is what an app wrote in place of words: nobody said it.
    """
    if is_placeholder(text):
        return True
    known = function_words()
    for word in folded:
        if word not in known and (len(word) > 1 or word.isdigit() or is_unspaced(word)):
            return is_unspaced(word) and _is_filler_without_spaces(text)
    return True


def is_placeholder(text: str) -> bool:
    """Return whether a line is what an app writes in place of a message, a file or a call."""
    return len(text) < _LONGEST_PLACEHOLDER and (
        text.strip(_AROUND_PLACEHOLDERS).casefold() in lexicon().placeholders
    )


def _is_filler_without_spaces(text: str) -> bool:
    bare = "".join(char for char in text.casefold() if char.isalnum() or char == " ").strip()
    return bare in lexicon().fillers or len(bare) < 2


def share_out(passages: Sequence[Passage], total: int) -> Sequence[Passage]:
    """Cut the longest passages until all of them together have about `total` characters."""
    if len(passages) > MAX_PASSAGES:
        passages = [passages[at * len(passages) // MAX_PASSAGES] for at in range(MAX_PASSAGES)]
    lengths = sorted(len(passage.text) for passage in passages)
    if sum(lengths) <= total:
        return passages
    share = max(_SHORTEST_SHARE, _fair_share(lengths, total))
    return [_shortened(passage, share) for passage in passages]


def _fair_share(lengths: Sequence[int], total: int) -> int:
    """Return the length at which cutting everything that is longer uses up the total."""
    left = total
    for at, length in enumerate(lengths):
        share = left // (len(lengths) - at)
        if length > share:
            return share
        left -= length
    return left


def _shortened(passage: Passage, share: int) -> Passage:
    return passage if len(passage.text) <= share else replace(passage, text=passage.text[:share])


def _line(
    sentence: Sentence,
    folded: str,
    written: Sequence[str],
    words: Sequence[str],
    terms_of: Mapping[str, tuple[str, ...]],
    marks: frozenset[str],
) -> Line:
    found = [terms_of[word] for word in words]
    spoken = sum([word not in marks for word in words])
    content = sum(map(bool, found))
    return Line(
        sentence=sentence,
        folded=folded,
        tokens=tuple(written),
        words=tuple(words),
        unspaced=() if folded.isascii() else tuple(filter(is_unspaced, written)),
        terms=tuple(dict.fromkeys(chain.from_iterable(found))),
        density=min(1.0, content / (spoken or 1)),
    )


def _richest(lines: list[Line]) -> list[Line]:
    """Return at most `MAX_SENTENCES` lines: from each equal stretch, those with the most terms."""
    if len(lines) <= MAX_SENTENCES:
        return lines
    stretches, each = MAX_SENTENCES // 50, 50
    chosen: list[Line] = []
    for number in range(stretches):
        start, end = (len(lines) * edge // stretches for edge in (number, number + 1))
        best = sorted(lines[start:end], key=lambda line: -len(line.terms))[:each]
        chosen.extend(sorted(best, key=lambda line: line.sentence.position))
    return chosen
