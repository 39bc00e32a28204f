"""Runs of somebody's words are found wherever they stand, and nobody else's are."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.domain.opting_out import folded, without_names
from minutebook.privacy.opting_out.wordruns import WordRuns, holds, words_of

_WORD = st.text(alphabet="abcdefgäéßжλ", min_size=3, max_size=9)


def runs_of(*texts: str) -> WordRuns:
    runs = WordRuns()
    for text in texts:
        runs.add(text)
    return runs


@settings(max_examples=60)
@given(st.lists(_WORD, min_size=6, max_size=20), st.lists(_WORD, max_size=9), st.booleans())
def test_what_was_said_is_found_in_whatever_it_stands(
    said: list[str], around: list[str], as_json: bool
) -> None:
    """In other case, between other words, over lines, and in JSON."""
    text = " ".join([*around, "\n*".join(said).upper(), *around])
    held = json.dumps({"a": f"({text})"}, ensure_ascii=False) if as_json else f"({text})"
    assert any(runs_of(" ".join(said)).found(held))


def test_short_words_are_nobodys() -> None:
    """What anybody says is no trace; a short turn that says something is found as a whole."""
    assert not list(runs_of("Yes, I do", "See you then").found("Yes, I do. See you then!"))
    found = runs_of("My cat is called Pim.").found("- Bob: my cat is called **Pim**")
    assert [" ".join(run) for run in found] == ["my cat is called pim"]


def test_what_is_written_without_spaces_counts_sign_by_sign() -> None:
    """A run begins anywhere in such a text."""
    assert any(runs_of("私の秘密の地下室には酒があります").found("要約：秘密の地下室には酒がある"))


def test_a_phrase_is_held_whole() -> None:
    """A name is found by its words in a row, and not in another word."""
    assert holds("2024, Bob  MILLER: hi", words_of("bob miller"))
    assert not holds("Bobby Miller", words_of("bob miller"))
    assert not holds("anything", words_of("…"))


def test_names_are_compared_as_people_read_them() -> None:
    """Case and the way of composing letters make no difference."""
    assert folded(" Zoe\u0301 STRASSE") == folded("zoé straße")


def test_a_name_is_taken_out_where_it_stands_by_itself() -> None:
    """The longest first, and no part of another word."""
    title = without_names("Bob Miller and bob, bobsled", ["bob", "Bob Miller", " "])
    assert title == "[a person] and [a person], bobsled"
