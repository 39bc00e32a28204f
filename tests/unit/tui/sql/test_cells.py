"""Values of a result as text, and as bars."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minutebook.archive.console import ResultColumn
from minutebook.tui.sql import bars, cells

COLUMNS = tuple(
    ResultColumn(name=name, type=kind)
    for name, kind in (("a", "BIGINT"), ("b", "VARCHAR"), ("c", "DOUBLE"))
)


def test_a_cell_is_one_harmless_line() -> None:
    """NULL is told from an empty text, and nothing steers a terminal."""
    assert cells.shown(None) == "NULL"
    assert cells.shown("") == ""
    assert cells.shown("a\n\x1b[31mb\u202e[red]") == "a b[red]"
    assert cells.shown([1, "x"]) == '[1, "x"]'
    assert cells.shown(True) == "true"


def test_json_is_laid_out_for_reading() -> None:
    """Whether it comes as parts or as text; a very long text says what is left out."""
    assert cells.whole({"a": [1]}) == cells.whole('{"a": [1]}')
    assert cells.whole('{"a": [1]}').count("\n") == 4
    assert cells.whole("{no json") == "{no json"
    assert cells.whole("x" * 1_000_007).endswith("and 7 more characters; F8 exports them.")


@given(st.lists(st.integers(3, 300), min_size=1, max_size=12), st.integers(0, 250))
def test_widths_fit_where_they_can(wanted: list[int], room: int) -> None:
    """No column is wider than it needs; where narrow columns fit, the room is not exceeded."""
    widths = cells.fitted(wanted, room, 2)
    assert all(3 <= width <= natural for width, natural in zip(widths, wanted, strict=True))
    if sum(min(width, 32) + 2 for width in wanted) <= room:
        assert sum(widths) + 2 * len(widths) <= room


def test_the_axes_of_a_chart() -> None:
    """Numbers are the last, or those the cursor was moved to; labels are texts where there are."""
    assert bars.default_axes(COLUMNS, 0) == (1, 2)
    assert bars.default_axes((COLUMNS[0], COLUMNS[2], COLUMNS[2]), 0) == (0, 2)
    assert bars.default_axes((*COLUMNS, COLUMNS[0]), 2) == (1, 2)
    assert bars.default_axes(COLUMNS, 1) == (1, 2)
    assert bars.default_axes(COLUMNS[1:2], 0) is None
    assert bars.default_axes(COLUMNS[:1], 0) == (0, 0)


def test_bars_are_as_long_as_numbers() -> None:
    """The largest fills the room; what is not zero can be seen; negative ones have a length."""
    assert bars.bar(10, 10, 4) == "████"
    assert bars.bar(-5, 10, 4) == "██"
    assert bars.bar(0.0001, 10, 4) == "▏"
    assert bars.bar(0, 10, 4) == ""
    assert bars.profile([0, 5, 10], 3) == "▁▅█"
    assert len(bars.profile(list(range(1_000)), 40)) == 40
    assert bars.profile([3, 3], 10) == "██"
    assert bars.in_words(1234.0) == "1,234"


def test_a_cell_looks_at_little_of_a_large_value() -> None:
    """Of a list with very many parts, only those that a cell could show are written."""
    parts = [[{"a": ["x" * 1_000_000]}] for _ in range(3)]
    assert cells.shown(parts).startswith('[[{"a": "…"}]')
    assert len(cells.shown(list(range(1_000_000)))) < 400
