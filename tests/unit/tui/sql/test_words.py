"""What could be typed next in a query."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.tui.sql.words import begun, offered
from tui.answering import VOCABULARY


def names(before: str, text: str = "") -> list[str]:
    """Return what is offered behind a text."""
    word = begun(before)
    return (
        [] if word is None else [each.label for each in offered(VOCABULARY, word, text or before)]
    )


def test_tables_come_behind_from() -> None:
    """And nothing but tables."""
    assert names("SELECT * FROM ") == ["history", "turns"]
    assert names("FROM history JOIN t") == ["turns"]


def test_columns_are_those_of_the_tables_that_are_named() -> None:
    """Of all tables where none is named yet; behind a dot only those of its table or alias."""
    assert names("SELECT k") == ["key"]
    assert "key" not in names("SELECT ke", "SELECT ke FROM history")
    assert names("SELECT t.", "SELECT t. FROM turns AS t") == ["key", "tokens"]
    assert names("FROM history h JOIN turns USING (id) WHERE h.v") == ["verbatim"]
    assert names("SELECT nobody.") == []


def test_usual_words_come_first() -> None:
    """FROM before FREEZE; functions come with their parenthesis."""
    assert names("SELECT 1 fr")[:2] == ["FROM", "FREEZE"]
    word = begun("SELECT su")
    assert word is not None
    assert [each.text for each in offered(VOCABULARY, word, "SELECT su")] == ["sum("]


@pytest.mark.parametrize("before", ["SELECT 'fr", "-- fr", "/* fr", 'SELECT "ke', "SELECT 12"])
def test_nothing_is_offered_inside_texts(before: str) -> None:
    """Strings, comments and numbers are not completed."""
    assert begun(before) is None


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_has_an_answer(text: str) -> None:
    """Whatever is typed, looking for words does not fail, and what is offered fits its letters."""
    word = begun(text)
    if word is not None:
        found = offered(VOCABULARY, word, text)
        assert all(word.letters.casefold() in each.label.casefold() for each in found)
