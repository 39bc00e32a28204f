"""Which columns a terminal has room for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.cli.columns import GAP, Column, Fit, cut, key, number, placed

COLUMNS = (key("id"), key("source", leaves=2), cut("title"), number("turns", leaves=1))
NATURAL = (19, 10, 60, 5)


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (200, {0: 19, 1: 10, 2: 60, 3: 5}),
        (80, {0: 19, 1: 10, 2: 40, 3: 5}),
        (60, {0: 19, 1: 10, 2: 20, 3: 5}),
        (59, {0: 19, 2: 31, 3: 5}),
        (45, {0: 19, 2: 24}),
        (40, {}),
    ],
)
def test_text_shrinks_then_columns_leave(width: int, widths: dict[int, int]) -> None:
    """The least useful first; where those that stay have no room, there is no table."""
    shown = placed(COLUMNS, NATURAL, width)
    assert {each.index: each.width for each in shown} == widths


def test_short_text_gives_room_to_long_text() -> None:
    """Two texts share what the others leave; neither gets more than it needs."""
    shown = placed((key("k"), cut("a"), cut("b")), (10, 24, 90), 80)
    assert [each.width for each in shown] == [10, 24, 42]


@given(
    st.lists(
        st.tuples(st.sampled_from(Fit), st.integers(0, 3), st.integers(1, 90)),
        min_size=1,
        max_size=7,
    ),
    st.integers(1, 200),
)
@settings(max_examples=200)
def test_what_is_whole_is_never_cut(drawn: list[tuple[Fit, int, int]], width: int) -> None:
    """Nothing is wider than the terminal; what must stay does."""
    columns = [Column(name="x", fit=fit, leaves=leaves) for fit, leaves, _ in drawn]
    natural = [cells for _, _, cells in drawn]
    shown = placed(columns, natural, width)
    if not shown:
        return
    assert sum(each.width for each in shown) + GAP * (len(shown) - 1) <= width
    assert {each.index for each in shown} >= {i for i, c in enumerate(columns) if not c.leaves}
    for each in shown:
        is_whole = columns[each.index].fit is Fit.WHOLE
        assert each.width == natural[each.index] if is_whole else each.width <= natural[each.index]
