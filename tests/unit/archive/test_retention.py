"""The retention score: bounded, monotone in each term, vetoed by pins, and not near-binary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.archive.retention import explain, score
from minutebook.domain.archive import Salience, Worth
from minutebook.domain.pages import Lifecycle

NOW = datetime(2026, 3, 14, tzinfo=UTC)
RANKED = [Salience.NOISE, Salience.LOW, Salience.MEDIUM, Salience.HIGH, Salience.CRITICAL]

days = st.floats(min_value=-10, max_value=10_000).map(lambda n: NOW - timedelta(days=n))
worths = st.builds(
    Worth,
    page=st.just("pg_1"),
    lifecycle=st.just(Lifecycle.ACTIVE),
    spoken_at=days,
    recorded_at=days,
    silent_since=days,
    accessed_at=st.none() | days,
    accesses=st.integers(0, 1_000_000),
    salience=st.sampled_from(RANKED),
    outcome=st.integers(-1, 1),
    is_pinned=st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(worths)
def test_the_score_is_bounded(worth: Worth) -> None:
    """Every term lies between 0 and 1, and so does their sum; the weights add up to 1."""
    found = score(worth, NOW)
    assert all(0.0 <= term.value <= 1.0 for term in found.terms)
    assert sum(term.weight for term in found.terms) == pytest.approx(1.0)
    assert 0.0 <= found.total <= 1.0


@settings(max_examples=200, deadline=None)
@given(worths, st.floats(min_value=0, max_value=1_000))
def test_time_only_lowers_it(worth: Worth, later: float) -> None:
    """What nobody touches is never worth more tomorrow than today."""
    assert score(worth, NOW + timedelta(days=later)).total <= score(worth, NOW).total + 1e-12


@settings(max_examples=200, deadline=None)
@given(worths, st.integers(0, 1_000))
def test_each_good_thing_only_raises_it(worth: Worth, more: int) -> None:
    """More accesses, more salience, a better outcome and a later look never cost anything."""
    base = score(worth, NOW).total
    better = [replace(worth, accesses=worth.accesses + more), replace(worth, accessed_at=NOW)]
    better += [replace(worth, spoken_at=max(worth.spoken_at, NOW))]
    better += [replace(worth, outcome=rank) for rank in range(worth.outcome, 2)]
    better += [replace(worth, salience=s) for s in RANKED[RANKED.index(worth.salience) :]]
    assert all(score(each, NOW).total >= base - 1e-12 for each in better)


@given(worths)
def test_a_pin_vetoes(worth: Worth) -> None:
    """What is pinned never leaves, however little it is worth."""
    assert not score(replace(worth, is_pinned=True), NOW).is_below(1.1)
    assert explain(score(replace(worth, is_pinned=True), NOW), 1.0) == "It is pinned, and stays."


def plain(**changes: object) -> Worth:
    """Return a page that came in now, and that nobody has looked at."""
    worth = Worth(
        page="pg_1",
        lifecycle=Lifecycle.ACTIVE,
        spoken_at=NOW,
        recorded_at=NOW,
        silent_since=NOW,
        accessed_at=None,
        accesses=0,
        salience=Salience.MEDIUM,
        outcome=0,
        is_pinned=False,
    )
    return replace(worth, **changes)  # type: ignore[arg-type]


def leaves_after(worth: Worth, threshold: float = 0.25) -> int:
    """Return after how many days a page is below a threshold; 5000 if never."""
    after = (n for n in range(5_000) if score(worth, NOW + timedelta(days=n)).is_below(threshold))
    return next(after, 5_000)


def test_it_is_not_near_binary() -> None:
    """How long a page stays depends on all there is to know, and one look is no eternal life."""
    stays = [leaves_after(plain(salience=salience)) for salience in RANKED[:4]]
    assert stays == [97, 124, 161, 271]
    looked_at = leaves_after(plain(accesses=1, accessed_at=NOW))
    often = leaves_after(plain(accesses=9, accessed_at=NOW))
    assert 161 < looked_at < often < 1_000
    assert leaves_after(plain(outcome=-1)) < 161 < leaves_after(plain(outcome=1)) < 1_000


def test_old_history_is_not_forgotten_when_it_comes_in() -> None:
    """What was said years ago and imported today stays for some weeks."""
    long_ago = NOW - timedelta(days=3_000)
    stays = leaves_after(plain(spoken_at=long_ago, silent_since=long_ago))
    assert 20 < stays < 60


def test_terms_explain_the_score() -> None:
    """What the terms add is the score, in words too."""
    found = score(plain(), NOW)
    assert sum(term.share for term in found.terms) == pytest.approx(found.total)
    assert f"{found.total:.3f} = recency 0.300" in explain(found, 0.25)
