"""Where to look, as it is typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.turns import Role
from minutebook.recall.filters import read, span_of
from minutebook.recall.query import parse

EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("typed", "first", "behind"),
    [
        ("2025", "2025-01-01T00:00", "2026-01-01T00:00"),
        ("2025-12", "2025-12-01T00:00", "2026-01-01T00:00"),
        ("2024-02-29", "2024-02-29T00:00", "2024-03-01T00:00"),
        ("2024-02-29T23", "2024-02-29T23:00", "2024-03-01T00:00"),
        ("2024-1-2T3:04", "2024-01-02T03:04", "2024-01-02T03:05"),
    ],
)
def test_a_time_is_a_span(typed: str, first: str, behind: str) -> None:
    """As long as its last part; what has none is no time."""
    wanted = tuple(datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (first, behind))
    assert span_of(typed, UTC) == wanted


@given(st.text(max_size=20) | st.from_regex(r"[0-9]{4}(-[0-9]{1,2}){0,3}", fullmatch=True))
def test_what_is_no_time_is_no_span(typed: str) -> None:
    """Nothing fails, and a span ends behind its beginning."""
    span = span_of(typed, UTC)
    assert span is None or span[0] < span[1]


def test_days_are_those_of_the_zone() -> None:
    """A day begins at midnight where the person is."""
    on = read("on", "2025-06-01", EAST)
    assert on is not None
    assert on.since == datetime(2025, 5, 31, 22, tzinfo=UTC)


def test_filters_stand_among_the_words() -> None:
    """They are taken out; several of a kind are any of them, spans are cut together."""
    query = parse('ferry author:ana by:"Olu B" after:2024 before:2025 role:model has:files')
    assert query.wanted == ('"ferry"',)
    held = query.filters
    assert held.authors == ("ana", "Olu B")
    assert held.roles == (Role.ASSISTANT,)
    assert set(held.has) == {"attachments"}
    assert (held.since, held.until) == (
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
    )


def test_what_is_no_filter_is_words() -> None:
    """An unknown name, a time that is none, a web address: they are looked for."""
    query = parse("before:lunch note:ferry https://example.org/x role:captain")
    assert query.filters.is_open
    assert query.wanted[:2] == ('"before lunch"', '"note ferry"')
