"""TextRank through the inverted index, and MMR."""

from __future__ import annotations

from itertools import pairwise
from math import isclose, sqrt

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.extractive import Budget
from minutebook.llm.extractive.ranking import DAMPING, textrank
from minutebook.llm.extractive.selection import Candidate, select

LINES = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5), max_size=9)


def by_the_graph(lines: list[list[str]], weights: dict[str, float]) -> list[float]:
    """Return the ranks as the definition has them, with every edge written out."""
    norms = [sqrt(sum(weights[t] ** 2 for t in line)) or 1.0 for line in lines]
    edges = [
        [
            0.0 if i == j else sum(weights[t] ** 2 for t in a if t in b) / (norms[i] * norms[j])
            for j, b in enumerate(lines)
        ]
        for i, a in enumerate(lines)
    ]
    degrees = [sum(row) for row in edges]
    ranks = [1.0] * len(lines)
    for _ in range(200):
        ranks = [
            1 - DAMPING + DAMPING * sum(w * r / d for w, r, d in zip(row, ranks, degrees) if w)  # noqa: B905
            for row in edges
        ]
    return ranks


@given(LINES)
@settings(max_examples=150, deadline=None)
def test_ranks_are_those_of_the_whole_graph(lines: list[list[str]]) -> None:
    """Going through the terms gives what the graph of all pairs gives."""
    weights = {term: 1.0 + at / 4 for at, term in enumerate("abcdefgh")}
    expected = by_the_graph(lines, weights)
    assert all(
        isclose(rank, exact, abs_tol=0.15)
        for rank, exact in zip(textrank(lines, weights), expected, strict=True)
    )


def test_a_line_in_the_centre_ranks_first_and_a_loner_last() -> None:
    """Who shares words with all is central; who shares none gets the least."""
    lines = [["a", "b", "c"], ["a", "x"], ["b", "y"], ["c", "z"], ["q"]]
    ranks = textrank(lines, dict.fromkeys("abcxyzq", 1.0))
    assert max(ranks) == ranks[0]
    assert isclose(ranks[4], 1 - DAMPING)


def candidate(number: int, terms: str, score: float, *, group: int = 0) -> Candidate:
    """Return a candidate whose text is as long as its terms."""
    return Candidate(number=number, text=terms, terms=tuple(terms), score=score, group=group)


WEIGHTS = dict.fromkeys("abcdefgh", 1.0)


def test_novelty_beats_a_slightly_better_repetition() -> None:
    """The second choice is what the first did not say."""
    lines = [candidate(0, "abcd", 1.0), candidate(1, "abef", 0.9), candidate(2, "efgh", 0.8)]
    assert [c.number for c in select(lines, Budget(limit=8), WEIGHTS)] == [0, 2]


def test_a_longer_line_may_follow_the_short_one_that_it_holds() -> None:
    """Adding to what was said is no repetition; being part of it is."""
    short, long = candidate(0, "ab", 1.0), candidate(1, "abcdef", 0.9)
    assert [c.number for c in select([short, long], Budget(limit=99), WEIGHTS)] == [0, 1]
    short, long = candidate(0, "ab", 0.9), candidate(1, "abcdef", 1.0)
    assert [c.number for c in select([short, long], Budget(limit=99), WEIGHTS)] == [1]


def test_what_does_not_fit_is_passed_over() -> None:
    """A smaller line takes the room, and the one left out hinders nobody."""
    lines = [candidate(0, "abcdef", 1.0), candidate(1, "ab", 0.5), candidate(2, "gh", 0.4)]
    assert [c.number for c in select(lines, Budget(limit=4), WEIGHTS)] == [1, 2]


def test_ties_go_to_the_earlier_line() -> None:
    """Equal scores are chosen in order."""
    lines = [candidate(2, "ef", 1.0), candidate(1, "cd", 1.0), candidate(0, "ab", 1.0)]
    assert [c.number for c in select(lines, Budget(limit=4), WEIGHTS)] == [0, 1]


def test_one_group_does_not_take_everything() -> None:
    """Each choice makes the others of its passage a little less wanted."""
    letters = "abcdef"
    lines = [candidate(at, letter, 1.0) for at, letter in enumerate(letters)]
    lines.append(candidate(9, "h", 0.8, group=1))
    chosen = [c.number for c in select(lines, Budget(limit=6), WEIGHTS)]
    assert 9 in chosen
    assert all(a < b for a, b in pairwise(chosen[:4]))
