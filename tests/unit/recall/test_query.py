"""From what a person types to a full-text expression."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minutebook.recall.query import Query, parse, question

RESUME = "mon r\u00e9sum\u00e9"


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    """Open a full-text index with the tokenizer of the store."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE words"
        " USING fts5 (said, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    connection.execute("INSERT INTO words VALUES ('the ferry leaves'), ('字'), (?)", [RESUME])
    yield connection
    connection.close()


def ask(index: sqlite3.Connection, query: Query) -> list[str]:
    """Run both expressions; return what the narrower one finds."""
    if query.is_empty:
        return []
    wanted = "SELECT said FROM words WHERE words MATCH ?"
    index.execute(wanted, [query.any_of_them()]).fetchall()
    return [row[0] for row in index.execute(wanted, [query.all_of_them()])]


@given(st.text())
@example('"')
@example('-"')
@example("NOT")
@example("a AND")
@example("NEAR(a b)")
@example("said : ferry")
@example("^ferry + 'x' * {} () -")
@example('"ferry" - "')
@example("_ -_ *")
@example("\ud800 \x00 ferry*")
def test_no_input_is_a_syntax_error(index: sqlite3.Connection, typed: str) -> None:
    """Whatever is typed can be looked up, as words to find and as a question."""
    ask(index, parse(typed))
    ask(index, question(typed))


@given(
    st.lists(st.sampled_from(['"', "-", "*", "ferry", " ", "OR", "(", ")", ":", "^", "_", "字"]))
)
def test_no_mixture_of_signs_is_a_syntax_error(index: sqlite3.Connection, typed: list[str]) -> None:
    """Signs that mean something to the index or to us, in any order."""
    ask(index, parse("".join(typed)))


def test_thousands_of_words_are_borne(index: sqlite3.Connection) -> None:
    """A page that was pasted by mistake, with every kind of term."""
    assert ask(index, parse(" ".join(f"w{n}" for n in range(5_000)))) == []
    assert ask(index, parse("ferry " + " ".join(f"-w{n}" for n in range(5_000)))) != []


def test_words_are_wanted_together(index: sqlite3.Connection) -> None:
    """All of them, by their stems."""
    assert ask(index, parse("leaving FERRIES")) == ["the ferry leaves"]
    assert ask(index, parse("ferry stays")) == []


def test_quoted_words_stand_together(index: sqlite3.Connection) -> None:
    """In their order; a quote that is not closed ends with the line."""
    assert ask(index, parse('"ferry leaves"')) == ["the ferry leaves"]
    assert ask(index, parse('"leaves ferry"')) == []
    assert ask(index, parse('the "ferry lea')) == []


def test_a_minus_excludes(index: sqlite3.Connection) -> None:
    """A word or a phrase; alone it finds nothing, inside a word it is no sign."""
    assert ask(index, parse("ferry -leaves")) == []
    assert ask(index, parse('ferry -"leaves the"')) == ["the ferry leaves"]
    assert parse("-ferry").is_empty
    assert parse("well-known").unwanted == ()


def test_a_star_is_any_end(index: sqlite3.Connection) -> None:
    """Of a word; by itself it is nothing."""
    assert ask(index, parse("fer*")) == ["the ferry leaves"]
    assert ask(index, parse("fer")) == []
    assert parse("*").is_empty
    assert parse("f* fe* 字*").wanted == ('"f"', '"fe"*', '"字"*')


def test_accents_make_no_difference(index: sqlite3.Connection) -> None:
    """Whether they are part of the letter or follow it."""
    for typed in ("r\u00e9sum\u00e9", "re\u0301sume\u0301", "resume", '"mon re\u0301s*"'):
        assert ask(index, parse(typed)) == [RESUME], typed


def test_operators_are_words(index: sqlite3.Connection) -> None:
    """`OR` is looked for like any other word."""
    assert parse("ferry OR bus").wanted == ('"ferry"', '"OR"', '"bus"')


def test_scripts_without_spaces_are_noticed() -> None:
    """Chinese, Japanese, Thai; not Korean, which has spaces."""
    assert all(parse(text).is_unspaced for text in ("渡し船", "漢字", "เรือ"))
    assert not any(parse(text).is_unspaced for text in ("ferry", "나룻배", "Fähre"))


def test_a_question_is_its_words() -> None:
    """Each once, without the short ones and those every sentence has, as many as help."""
    asked = question("When, when does the ferry to Oslo leave?")
    assert asked.wanted == ('"ferry"', '"oslo"', '"leave"')
    assert len(question(" ".join(f"word{n}" for n in range(99))).wanted) == 24
    assert question("???").is_empty
    assert question("is it").wanted == ('"is"', '"it"')


def test_signs_without_words_change_nothing(index: sqlite3.Connection) -> None:
    """A lone underscore or dash is looked for nowhere."""
    for typed in ("ferry _", "ferry - leaves", "ferry -_", "ferry __*", 'ferry "..."'):
        assert ask(index, parse(typed)) == ["the ferry leaves"], typed
