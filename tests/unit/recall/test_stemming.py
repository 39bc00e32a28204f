"""Stems, as the index has them."""

from __future__ import annotations

import sqlite3

from hypothesis import example, given, settings
from hypothesis import strategies as st

from minutebook.recall.stemming import name_stems, stems

_ENDINGS = (
    "", "s", "es", "ies", "ed", "eed", "ing", "y", "ational", "tional", "izer", "logi", "bli",
    "alli", "ousli", "ization", "iveness", "fulness", "biliti", "icate", "ative", "ness", "ement",
    "sion", "tion", "ous", "ate", "e", "ll", "lle", "ying", "sses", "at", "bling",
)  # fmt: skip


def indexed(text: str) -> list[str]:
    """Return the stems that the index makes."""
    index = sqlite3.connect(":memory:")
    try:
        index.execute(
            "CREATE VIRTUAL TABLE words"
            " USING fts5 (said, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        index.execute("CREATE VIRTUAL TABLE each USING fts5vocab (words, instance)")
        index.execute("INSERT INTO words VALUES (?)", [text])
        return [row[0] for row in index.execute("SELECT term FROM each ORDER BY offset")]
    finally:
        index.close()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("abdeilnorstvwxyz", max_size=9), st.sampled_from(_ENDINGS)).map("".join),
        max_size=6,
    )
)
@example(["ferries", "Ferry", "running", "generalizations", "skies", "is", "y", "hopping", "fall"])
def test_they_are_those_of_the_index(words: list[str]) -> None:
    """Word by word, whatever they end in."""
    assert stems(" ".join(words)) == indexed(" ".join(words))


def test_accents_are_folded() -> None:
    """Whether they are part of the letter or follow it; case too."""
    text = "Fähren re\u0301sume\u0301 ÉTÉ naïve"
    assert stems(text) == indexed(text)


def test_a_name_is_its_words() -> None:
    """In any order."""
    assert name_stems("Ana-Maria López") == {"ana", "maria", "lopez"}
