"""Where pages end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.turns import Role
from minutebook.record.paging import PageCutter, PagingPolicy, Run
from minutebook.store.arriving import UnpagedTurn

POLICY = PagingPolicy(tokens=100, pause=timedelta(hours=6))
START = datetime(2026, 1, 1, tzinfo=UTC)


def turn(
    seq: int,
    tokens: int = 10,
    *,
    hours: float = 0,
    role: Role = Role.PERSON,
    calls: Sequence[str] = (),
    results: Sequence[str] = (),
) -> UnpagedTurn:
    """Make a turn said so many hours after the start."""
    return UnpagedTurn(
        seq=seq,
        key=f"k{seq}",
        content_hash=f"h{seq}",
        role=role,
        at=START + timedelta(hours=hours),
        tokens=tokens,
        calls=tuple(calls),
        results=tuple(results),
    )


def cut(turns: Sequence[UnpagedTurn], breaks: frozenset[int] = frozenset()) -> list[Run]:
    """Cut turns with the policy of these tests."""
    return PageCutter(POLICY).cut(turns, breaks)


def shape(runs: Sequence[Run]) -> list[tuple[list[int], bool]]:
    """Describe runs by arrival numbers."""
    return [([turn.seq for turn in run.turns], run.is_closed) for run in runs]


def test_a_page_ends_behind_the_turn_that_fills_it() -> None:
    """Reaching the size closes the page at once, without waiting for another turn."""
    assert shape(cut([turn(n, 50) for n in (1, 2, 3)])) == [([1, 2], True), ([3], False)]


def test_a_pause_ends_a_page() -> None:
    """A turn after a long silence begins a page of its own."""
    runs = cut([turn(1), turn(2, hours=1), turn(3, hours=7.5)])
    assert shape(runs) == [([1, 2], True), ([3], False)]


def test_turns_without_times_know_no_pause() -> None:
    """No time, no pause."""
    timeless = [
        UnpagedTurn(seq=n, key="", content_hash="", role=Role.USER, at=None, tokens=1)
        for n in (1, 2)
    ]
    assert shape(cut(timeless)) == [([1, 2], False)]


def test_an_enormous_turn_has_a_page_of_its_own() -> None:
    """What was open before it is closed first."""
    runs = cut([turn(1), turn(2, 5_000), turn(3)])
    assert shape(runs) == [([1], True), ([2], True), ([3], False)]


def test_a_call_and_its_result_stay_together() -> None:
    """A full page waits for the result of a call that it holds."""
    turns = [
        turn(1, role=Role.USER),
        turn(2, 200, role=Role.ASSISTANT, calls=["a", "b"]),
        turn(3, role=Role.TOOL, results=["a"]),
        turn(4, role=Role.TOOL, results=["b"], hours=9),
        turn(5, role=Role.ASSISTANT, hours=9),
    ]
    assert shape(cut(turns)) == [([1], True), ([2, 3, 4], True), ([5], False)]


def test_a_call_that_was_never_answered_does_not_hold_the_page_open() -> None:
    """When a person speaks again, nobody waits for a result any more."""
    turns = [
        turn(1, 150, role=Role.ASSISTANT, calls=["lost"]),
        turn(2, role=Role.USER),
    ]
    assert shape(cut(turns)) == [([1], True), ([2], False)]


def test_older_turns_that_arrive_late_have_pages_of_their_own() -> None:
    """Where reading order is broken, the page ends."""
    runs = cut([turn(1), turn(2), turn(3), turn(4)], breaks=frozenset({3}))
    assert shape(runs) == [([1, 2], True), ([3, 4], False)]


TURNS = st.lists(
    st.tuples(
        st.integers(1, 150),
        st.floats(0, 8),
        st.sampled_from(["said", "calls", "answers"]),
    ),
    max_size=60,
)


@given(TURNS, st.sets(st.integers(2, 60)), st.lists(st.integers(1, 7), min_size=1))
def test_batches_make_no_difference(
    said: list[tuple[int, float, str]], breaks: set[int], sizes: list[int]
) -> None:
    """Turns that come in batches of any size make the pages that they make all at once."""
    turns, hours = [], 0.0
    for seq, (tokens, pause, what) in enumerate(said, 1):
        hours += pause
        call = [f"c{seq // 2}"]
        turns.append(
            turn(
                seq,
                tokens,
                hours=hours,
                role=Role.PERSON if what == "said" else Role.ASSISTANT,
                calls=call if what == "calls" else (),
                results=call if what == "answers" else (),
            )
        )
    at_once = [run for run in cut(turns, frozenset(breaks)) if run.is_closed]
    assert shape(in_batches(turns, sizes, breaks)) == shape(at_once)


def in_batches(turns: Sequence[UnpagedTurn], sizes: Sequence[int], breaks: set[int]) -> list[Run]:
    """Cut as recording does: the open run again with each batch, its own breaks only."""
    closed: list[Run] = []
    opened: list[UnpagedTurn] = []
    start, number = 0, 0
    while start < len(turns):
        batch = list(turns[start : start + sizes[number % len(sizes)]])
        start, number = start + len(batch), number + 1
        own = frozenset(breaks & {turn.seq for turn in batch})
        runs = PageCutter(POLICY).cut([*opened, *batch], own)
        closed += [run for run in runs if run.is_closed]
        opened = list(runs[-1].turns) if runs and not runs[-1].is_closed else []
    return closed
