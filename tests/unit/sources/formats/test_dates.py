"""Local clocks, calendars and the order of date fields."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.sources.formats.text.dates import DateOrderSurvey, FieldOrder, LocalClock, read_date
from minutebook.sources.source import DateOrder

BERLIN = ZoneInfo("Europe/Berlin")


@given(
    st.datetimes(datetime(2023, 10, 28), datetime(2023, 10, 30)),  # noqa: DTZ001 - naive by nature
    st.lists(st.integers(0, 50), min_size=1, max_size=200),
)
def test_a_clock_that_is_put_back_loses_no_hour(start: datetime, minutes: list[int]) -> None:
    """Readings in order, none an hour apart, give instants in order."""
    instant = start.replace(tzinfo=UTC)
    clock = LocalClock(BERLIN)
    for step in minutes:
        instant += timedelta(minutes=step)
        read = clock.at(instant.astimezone(BERLIN).replace(tzinfo=None, fold=0))
        late = instant.astimezone(BERLIN).fold and not read.fold
        assert late or read.astimezone(UTC) == instant


@pytest.mark.parametrize(
    ("fields", "order", "day"),
    [
        ((31, 12, 22), FieldOrder.DMY, date(2022, 12, 31)),
        ((12, 31, 99), FieldOrder.MDY, date(1999, 12, 31)),
        ((2022, 12, 31), FieldOrder.YMD, date(2022, 12, 31)),
        ((1, 1, 2567), FieldOrder.DMY, date(2024, 1, 1)),
        ((1403, 1, 1), FieldOrder.YMD, date(2024, 3, 20)),
        ((1403, 12, 30), FieldOrder.YMD, date(2025, 3, 20)),
        ((1400, 1, 1), FieldOrder.YMD, date(2021, 3, 21)),
        ((1400, 12, 30), FieldOrder.YMD, None),
        ((1387, 1, 1), FieldOrder.YMD, date(2008, 3, 20)),
        ((31, 12, 22), FieldOrder.MDY, None),
        ((31, 2, 2022), FieldOrder.DMY, None),
        ((1, 1, 9999), FieldOrder.DMY, None),
    ],
)
def test_reads_dates_of_three_calendars(
    fields: tuple[int, int, int], order: FieldOrder, day: date | None
) -> None:
    """Gregorian, Buddhist and Persian years are told apart by their size."""
    assert read_date(fields, order) == day


def test_a_year_of_two_digits_may_stand_first() -> None:
    """Only when the dates make no sense otherwise."""
    survey = DateOrderSurvey(DateOrder.DAY_FIRST)
    for day in range(1, 28):
        survey.look_at((21, 3, day), year_is_first=False, year_is_last=False)
    assert survey.decide() is FieldOrder.YMD


def test_certainty_does_not_turn_over() -> None:
    """Once three dates speak for an order, later ones change nothing."""
    survey = DateOrderSurvey(DateOrder.DAY_FIRST)
    for day in (13, 14, 15):
        survey.look_at((3, day, 2022), year_is_first=False, year_is_last=True)
    assert survey.certain is FieldOrder.MDY
    for day in range(13, 31):
        survey.look_at((day, 3, 2022), year_is_first=False, year_is_last=True)
    assert survey.decide() is FieldOrder.MDY
