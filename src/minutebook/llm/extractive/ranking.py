"""TextRank over sentences, in time linear in the number of words.

Mihalcea & Tarau, TextRank: Bringing Order into Texts (EMNLP 2004): a sentence matters when
sentences that matter share words with it. Similarity here is the cosine of idf-weighted terms
(Erkan & Radev, LexRank, JAIR 2004) and not the overlap of the original, because a cosine is a
product B·Bᵀ: the walk goes from sentences to terms and back through the inverted index, and the
graph, which would be quadratic, is never built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from math import sqrt

DAMPING = 0.85
TOLERANCE = 5e-3
"""The walk ends when the mean score has moved by less than this share of itself."""
MAX_ROUNDS = 30

_Vector = list[tuple[int, float]]


def textrank(lines: Sequence[Sequence[str]], weights: Mapping[str, float]) -> list[float]:
    """Return the rank of each line of distinct terms; the mean rank is 1.

    A line that shares no term with any other gets the least rank, 1 - DAMPING.
    """
    vectors, size = _vectors(lines, weights)
    # What a line shares with itself is no vote: it is taken off again, as `own`.
    own = [sum(value * value for _, value in vector) for vector in vectors]
    degrees = _through_terms(vectors, size, [1.0] * len(vectors))
    shares = [
        1.0 / (degree - itself) if degree - itself > 1e-9 else 0.0
        for degree, itself in zip(degrees, own, strict=True)
    ]
    ranks = [1.0] * len(vectors)
    for _ in range(MAX_ROUNDS):
        votes = [rank * share for rank, share in zip(ranks, shares, strict=True)]
        received = _through_terms(vectors, size, votes)
        after = [
            1.0 - DAMPING + DAMPING * max(0.0, got - itself * vote)
            for got, itself, vote in zip(received, own, votes, strict=True)
        ]
        moved = sum(abs(new - old) for new, old in zip(after, ranks, strict=True))
        ranks = after
        if moved <= TOLERANCE * len(ranks):
            break
    return ranks


def _vectors(
    lines: Sequence[Sequence[str]], weights: Mapping[str, float]
) -> tuple[list[_Vector], int]:
    """Return unit vectors over numbered terms. Terms of a single line link nothing: no entry."""
    uses = Counter(chain.from_iterable(lines))
    numbers = {term: number for number, term in enumerate(t for t, n in uses.items() if n > 1)}
    squares = {term: weights[term] ** 2 for term in uses}
    vectors: list[_Vector] = []
    for line in lines:
        norm = sqrt(sum([squares[term] for term in line])) or 1.0
        vectors.append([(numbers[t], weights[t] / norm) for t in line if t in numbers])
    return vectors, len(numbers)


def _through_terms(vectors: Sequence[_Vector], size: int, values: Sequence[float]) -> list[float]:
    """Return B·Bᵀ·values: every line's value goes to its terms, and from them to their lines."""
    at_terms = [0.0] * size
    for vector, value in zip(vectors, values, strict=True):
        if value:
            for number, part in vector:
                at_terms[number] += part * value
    return [sum([at_terms[number] * part for number, part in vector]) for vector in vectors]
