"""Words, terms and languages."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.extractive.lexicon import language_of, lexicon
from minutebook.llm.extractive.words import pairs, term, terms, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't re-run v1.2!", ["Don't", "re-run", "v1.2", "!"]),
        ("src/app.py, C++ or C#?", ["src", "/", "app.py", ",", "C++", "or", "C#", "?"]),
        ("l’été à Lyon", ["l'été", "à", "Lyon"]),
        ("यह किताब है", ["यह", "किताब", "है"]),
        ("用Python写", ["用", "Python", "写"]),
        ("see https://www.example.org/a/b?c=d.", ["see", "example.org"]),
        ("", []),
    ],
)
def test_words_are_what_a_reader_calls_words(text: str, words: list[str]) -> None:
    """Apostrophes, hyphens, dots and vowel signs stay inside; marks stand alone."""
    assert tokens(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("page", "pages"),
        ("ferry", "ferries"),
        ("movie", "movies"),
        ("ferry", "ferry's"),
        ("école", "l'école"),
        ("implement", "implementation"),
        ("решение", "решения"),
    ],
)
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    """Plural, possessive, elision and long endings are dropped."""
    assert term(one) == term(other)


@pytest.mark.parametrize(("one", "other"), [("1.2", "1.3"), ("pass", "pas"), ("app", "apt")])
def test_different_words_are_different_terms(one: str, other: str) -> None:
    """Figures and short words are kept whole."""
    assert term(one) != term(other)


def test_noise_is_no_term() -> None:
    """A giant token, a lone letter and a mark count as nothing."""
    assert terms(["x" * 500, "q", "!"], frozenset()) == {"x" * 500: (), "q": (), "!": ()}


def test_unspaced_scripts_are_read_in_pairs() -> None:
    """Pairs overlap; those that are only grammar are left out."""
    assert pairs("火车票") == ["火车", "车票"]
    assert pairs("我的票") == []
    assert pairs("会議です") == ["会議", "議で"]


@pytest.mark.parametrize(
    ("text", "stopped", "kept"),
    [
        ("the ferry leaves at ten and we are on it", "the", "ferry"),
        ("die Fähre fährt um zehn und wir sind nicht da", "die", "zehn"),
        ("el barco sale a las diez y no estamos en la isla", "las", "barco"),
        ("паром уходит в десять и мы на нем не будем", "не", "паром"),
    ],
)
def test_the_language_is_guessed_from_function_words(text: str, stopped: str, kept: str) -> None:
    """The right list is used, and content words are not in it."""
    stopwords = language_of(Counter(text.split())).stopwords
    assert stopped in stopwords
    assert kept not in stopwords


def test_an_unknown_language_stops_only_hesitations() -> None:
    """Without a list that fits, nothing is guessed."""
    words = Counter(["wafanyakazi", "walikwenda", "bandarini", "mapema"])
    assert language_of(words).stopwords == lexicon().hesitations


def test_the_lists_are_folded() -> None:
    """An entry that is not case folded would never match."""
    lists = lexicon()
    everything = [*lists.fillers, *lists.months, *lists.leaning, *lists.negations]
    everything += [word for words in lists.stopwords.values() for word in words]
    everything += [phrase for phrases in lists.cues.values() for phrase in phrases]
    everything += [phrase for phrases in lists.openers.values() for phrase in phrases]
    assert [entry for entry in everything if entry != entry.casefold() or not entry] == []


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_tokens_lose_no_letters(text: str) -> None:
    """Every letter and digit of a text is in one of its tokens."""
    kept = Counter(char for token in tokens(text) for char in token if char.isalnum())
    assert kept == Counter(char for char in text if char.isalnum())
