"""Placeholders: stable, idempotent, and nothing remains of what they stand for."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minutebook.domain.privacy import Kind
from minutebook.privacy.keys import Key
from minutebook.privacy.redacting import Redactor
from planting import HARMLESS, NAMED, VALUES

REDACTOR = Redactor(key=lambda: Key(secret=b"k" * 32))
EVERY = [value for values in VALUES.values() for value in values]
FROM_LOGS = st.text(
    st.sampled_from("abzßéЖ你 AZ09.,:;!?-_/()[]{}<>\"'`„“”’\n\t\u00a0\u200b\u0663@+=#&%*|\\~"),
    max_size=60,
)
AROUND = st.sampled_from(["\n", "\n> ", " „", "  - "])
WORDS = st.text(st.sampled_from("abc ßéЖ你AZ.,!?\n'"), max_size=80)


@pytest.mark.parametrize("value", EVERY)
def test_plain_ascii_is_redacted_as_well(value: str) -> None:
    """Whether a line has letters of other alphabets makes no difference."""
    for line in (f"it was {value} there", f"es wäre {value} dört"):
        assert value not in REDACTOR.hide(line).text


def test_the_same_value_has_the_same_placeholder_everywhere() -> None:
    """Whatever stands around it, so that prompts go on as they began."""
    one = REDACTOR.hide("write to bob@example.org")
    other = REDACTOR.hide("bob@example.org, or eve@example.org?")
    (placeholder,) = one.values
    assert one.text == f"write to {placeholder}"
    assert other.text.startswith(placeholder)
    assert len(other.values) == 2


def test_another_key_makes_other_placeholders() -> None:
    """Without the key nobody finds out by trying what a placeholder stands for."""
    other = Redactor(key=lambda: Key(secret=b"q" * 32))
    assert other.hide("bob@example.org").text != REDACTOR.hide("bob@example.org").text


def test_nothing_is_hidden_when_nothing_is_to_be() -> None:
    """An empty list in the settings is off."""
    assert Redactor(key=REDACTOR.key, kinds=()).hide("bob@example.org").text == "bob@example.org"


def restored(text: str, values: dict[str, str]) -> str:
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


@settings(max_examples=150, deadline=None)
@given(before=WORDS, value=st.sampled_from(EVERY), between=AROUND, after=WORDS)
def test_nothing_of_a_value_remains(before: str, value: str, between: str, after: str) -> None:
    """Wherever it stands in prose, the value is gone, and can be put back to the letter."""
    text = f"{before}{between}{value}\n{after}"
    hidden = REDACTOR.hide(text)
    assert value not in hidden.text
    assert not any(len(word) > 5 and word in hidden.text for word in value.split("\n"))
    assert restored(hidden.text, dict(hidden.values)) == text


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(FROM_LOGS | st.sampled_from([*EVERY, *(t for t, _ in NAMED)]), max_size=5))
@example(pieces=["password=", "password=", "[secret 01234567]", "+491712345678"])
def test_redacting_twice_is_redacting_once(pieces: list[str]) -> None:
    """What was hidden has nothing more to hide, whatever it was."""
    once = REDACTOR.hide("".join(pieces)).text
    assert REDACTOR.hide(once).text == once


@settings(max_examples=100, deadline=None)
@given(pieces=st.lists(st.sampled_from(HARMLESS) | WORDS, max_size=4))
def test_text_without_findings_is_untouched(pieces: list[str]) -> None:
    """Code, addresses of pages, dates and prose come out byte for byte."""
    text = "\n".join(pieces)
    assert REDACTOR.hide(text).text == text


def test_addresses_keep_all_but_their_secrets() -> None:
    """Of an address the password goes, not the server."""
    hidden = REDACTOR.hide("psql postgres://bob:s3cret@db.example.org:5432/x?sslmode=on")
    assert hidden.text.endswith("@db.example.org:5432/x?sslmode=on")
    assert set(hidden.values.values()) == {"bob:s3cret"}


def test_kinds_stand_in_their_placeholders() -> None:
    """A model can tell a number from an address without seeing either."""
    for kind, values in VALUES.items():
        assert REDACTOR.hide(values[0]).text == REDACTOR.placeholder(Kind(kind), values[0])
