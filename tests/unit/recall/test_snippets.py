"""Lines cut out of turns around what was found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minutebook.recall.snippets import HIT_END, HIT_START, snippet


def marked(text: str, *terms: str) -> str:
    """Return a snippet with brackets for marks."""
    return snippet(text, terms).replace(HIT_START, "[").replace(HIT_END, "]")


def test_words_are_marked_by_their_stems() -> None:
    """What the index finds under one stem is marked, and nothing else."""
    assert marked("Two ferries, one ferryman.", '"ferry"') == "Two [ferries], one ferryman."
    assert marked("The sheet on the wall.", '"he"') == "The sheet on the wall."


def test_the_line_is_cut_around_the_hit() -> None:
    """In a long turn the words that were found are in sight."""
    line = marked("before " * 500 + "the leap day " + "behind " * 500, '"leap day"')
    assert "[leap] [day]" in line
    assert line.startswith("…")
    assert line.endswith("…")
    assert len(line) < 200


def test_scripts_without_spaces() -> None:
    """A word inside a run of characters is found."""
    assert marked("我们坐渡轮去北方", '"渡轮"') == "我们坐[渡轮]去北方"


def test_a_book_in_one_line_costs_nothing() -> None:
    """Only the beginning of an enormous turn is looked at."""
    assert marked("tail " + "x" * 10_000_000 + " ferry", '"ferry"').startswith("tail x")


@given(st.text(max_size=400), st.lists(st.text(max_size=12), max_size=4))
def test_without_its_marks_it_is_a_piece_of_the_text(text: str, terms: list[str]) -> None:
    """Whatever is looked for, nothing is invented and nothing fails."""
    plain = text.replace(HIT_START, " ").replace(HIT_END, " ")
    line = snippet(text, terms).replace(HIT_START, "").replace(HIT_END, "")
    assert line.strip("…") in plain or line in plain
