"""What is found in texts, and what is not."""

from __future__ import annotations

import pytest

from minutebook.domain.privacy import Kind
from minutebook.privacy.finding.patterns import find
from planting import HARMLESS, NAMED, VALUES

EACH = [(kind, value) for kind, values in VALUES.items() for value in values]
HOSTILE = (
    *("a@", "@a.", "0", "01 ", "1 ", "+1", "(", "password=", 'password: "', "eyJ", "sk-", "://"),
    *("://a:", "-----BEGIN PRIVATE KEY-----", "DE89", "4", "4 ", "phone ", "(at)", "[at ", " "),
    *("phone no ", "token ", "\u202a", "\u0661", "[secret ", "\0", "a.", "-", "bearer ", "?key="),
)


@pytest.mark.parametrize(("kind", "value"), EACH)
def test_values_are_found_whole(kind: Kind, value: str) -> None:
    """Each form of each kind, with nothing around it, and nothing of it left out."""
    (found,) = find(f"Well, {value} it was.")
    assert (found.kind, found.start, found.end) == (kind, 6, 6 + len(value))


@pytest.mark.parametrize(("kind", "value"), EACH)
def test_kinds_that_are_not_asked_for_are_left(kind: Kind, value: str) -> None:
    """A setting that leaves a kind out leaves its values out."""
    assert kind not in {found.kind for found in find(value, set(Kind) - {kind})}


@pytest.mark.parametrize(("text", "value"), NAMED)
def test_values_behind_their_names_are_found(text: str, value: str) -> None:
    """A password is known by the word before it, and so is a number without a code."""
    (found,) = find(text)
    assert value in text[found.start : found.end]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_looks_alike_is_left(text: str) -> None:
    """Dates, times, ids, versions, books, prices, places, code: none of them is anybody's."""
    assert [text[found.start : found.end] for found in find(text)] == []


def test_times_behind_a_number_are_not_part_of_it() -> None:
    """A log has the hour right behind the number."""
    (found,) = find("+49 171 2345678 12:30")
    assert found.end == len("+49 171 2345678")


def test_marks_that_nobody_sees_hide_nothing() -> None:
    """Exports of phones put numbers between marks of direction, and some within."""
    text = "\u202a+49\u200b 171 23\u200d45678\u202c"
    (found,) = find(text)
    assert (found.kind, found.start, found.end) == (Kind.PHONE, 1, len(text) - 1)


def test_what_overlaps_is_one_finding() -> None:
    """A password that is an address of mail is hidden once, as a password."""
    (found,) = find("password=bob@example.org")
    assert found.kind is Kind.SECRET


def test_hidden_parts_of_a_value_are_passed_over() -> None:
    """What is new beside a placeholder is found; the placeholder is not."""
    text = 'password: "[e-mail 3f2a9c1d] x7"'
    assert [text[found.start : found.end].strip() for found in find(text)] == ["x7"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_take_time_by_their_length_alone(piece: str) -> None:
    """A text made to make patterns go back and forth is read to its end: 40 KB of it."""
    find((piece * 40_000)[:40_000])
    find((piece * 40_000)[:40_000] + "!")
