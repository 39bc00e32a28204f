"""Text is broken by the width of its cells."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.tui.prose.rows import Role, Row, Run
from minutebook.tui.prose.wrap import chop, wrap

LETTERS = "ab c  日本。、é\u0301❤\n한 —ñ"
RUNS = st.lists(st.text(st.sampled_from(LETTERS), max_size=24).map(Run), max_size=5)


def together(rows: list[Row]) -> str:
    """Put rows together again."""
    return "".join(row.text + row.join for row in rows)


@settings(max_examples=300)
@given(RUNS, st.integers(2, 14))
def test_rows_fit_and_lose_nothing(runs: list[Run], width: int) -> None:
    """Every row fits; put together they are the text, but for spaces where a row ended."""
    rows = wrap(runs, width)
    text = "".join(run.text for run in runs)
    assert all(row.cells <= width for row in rows)
    lines = together(rows).removesuffix("\n").split("\n")
    assert [line.split() for line in lines] == [line.split() for line in text.split("\n")]


@settings(max_examples=200)
@given(st.text(st.sampled_from(LETTERS.replace("\n", "")), max_size=60), st.integers(2, 14))
def test_code_keeps_every_character(line: str, width: int) -> None:
    """Chopped rows fit and are the line, spaces and all."""
    rows = chop([Run(line)], width)
    assert all(row.cells <= width for row in rows)
    assert together(rows).removesuffix("\n") == line


def test_wide_characters_take_two_cells() -> None:
    """Five cells hold two wide characters, not five."""
    assert [row.text for row in wrap([Run("日本語です")], 5)] == ["日本", "語で", "す"]


def test_no_row_starts_with_a_closing_sign() -> None:
    """A full stop stays with the character before it."""
    assert [row.text for row in wrap([Run("日本語。")], 6)] == ["日本", "語。"]


def test_a_family_is_not_torn_apart() -> None:
    """Joined emoji and combining marks stay one."""
    family = "👩\u200d👩\u200d👧"
    assert [row.text for row in wrap([Run(family * 3)], 4)] == [family * 2, family]
    assert [row.text for row in chop([Run("e\u0301" * 4)], 2)] == ["e\u0301" * 2] * 2


def test_roles_survive_the_break() -> None:
    """A run that is cut keeps what it is on both sides."""
    rows = wrap([Run("plain "), Run("bold words", (Role.STRONG,))], 11)
    assert [[(run.text, run.roles) for run in row.runs] for row in rows] == [
        [("plain ", ()), ("bold", (Role.STRONG,))],
        [("words", (Role.STRONG,))],
    ]


def test_a_space_that_has_no_room_is_left_at_the_end() -> None:
    """The space behind the last word takes no cell that is not there."""
    assert [(row.text, row.cells) for row in wrap([Run("aa ")], 2)] == [("aa", 2)]


def test_a_grapheme_wider_than_the_room_stands_alone() -> None:
    """There is always progress, even in one column."""
    assert [row.text for row in wrap([Run("日本")], 1)] == ["日", "本"]
