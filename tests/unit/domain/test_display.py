"""Untrusted text becomes harmless for a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.display import one_line, shortened, terminal_safe

ANY_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\x07\x00\x7f\r\n\t\u202e\u2066\u200e\ud800\ufeff\u2028\U000e0041"),
    )
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x1b[2J", "␛[2J"),
        ("\x9b2J", "�2J"),
        ("a\x00b\x7f", "a␀b␡"),
        ("one\r\ntwo\rthree\x85four\u2028five", "one\ntwo\nthree\nfour\nfive"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("\u2068Anna\u2069 \u200ehere", "Anna here"),
        ("half \ud83d", "half �"),
        ("keep\ttabs\nand lines", "keep\ttabs\nand lines"),
        ("\x1b\x1b[0m[2J", "␛[2J"),
    ],
)
def test_signs(raw: str, shown: str) -> None:
    """Controls become visible signs, colours and direction marks go."""
    assert terminal_safe(raw) == shown


@pytest.mark.parametrize(
    "text", ["", "plain", "naïve 日本語 👩‍👩‍👧 é", "non\u00a0breaking", "שלום"]
)
def test_leaves_ordinary_text_alone(text: str) -> None:
    """Text with nothing unsafe comes back as the same object."""
    assert terminal_safe(text) is text


@given(ANY_TEXT)
def test_nothing_unsafe_is_left(text: str) -> None:
    """No control character but newline and tab, no surrogate and no bidi control survives."""
    safe = terminal_safe(text)
    for character in safe:
        category = unicodedata.category(character)
        assert character in "\n\t" or category not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in {
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
        }  # fmt: skip
    assert safe.encode("utf-8").decode("utf-8") == safe


@given(ANY_TEXT)
def test_twice_is_once(text: str) -> None:
    """What is safe stays as it is."""
    assert terminal_safe(terminal_safe(text)) == terminal_safe(text)


@given(ANY_TEXT)
def test_one_line_is_one_line(text: str) -> None:
    """No line break, tab or doubled space is left."""
    line = one_line(text)
    assert line == " ".join(line.split())
    assert len(line.splitlines()) <= 1


def test_large_text_is_passed_through() -> None:
    """Megabytes of ordinary text are returned without a copy."""
    text = "word " * 400_000
    assert terminal_safe(text) is text


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("the ferry", "the ferry"),
        ("the ferry to", "the ferry to"),
        ("the ferry, today", "the ferry…"),
        ("the ferry to Oslo", "the ferry…"),
        ("theferrytoOslo", "theferrytoO…"),
        ("a theferrytoOslo", "a theferryt…"),
    ],
)
def test_long_texts_are_cut_behind_a_word(text: str, short: str) -> None:
    """With an ellipsis; within a word only where that is long."""
    assert shortened(text, 12) == short


@given(st.text(max_size=40), st.integers(1, 20))
def test_cut_texts_are_short_enough(text: str, length: int) -> None:
    """Whatever they hold."""
    assert len(shortened(text, length)) <= length
