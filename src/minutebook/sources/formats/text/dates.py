"""Local clock readings become instants, and date fields become dates.

Text logs write the local time of one phone or one server. In the hour that a clock shows twice in
autumn only the order of the lines tells which of the two is meant, so readings are turned into
instants in the order of the file. The order of day, month and year is decided once per file, from
all its dates, never per line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from minutebook.sources.source import DateOrder

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

Fields = tuple[int, int, int]
"""The three numbers of a date, as written."""


def is_shown_twice(zone: ZoneInfo, reading: datetime) -> bool:
    """Whether a clock in this zone shows this (naive) time twice, because it was put back."""
    early = reading.replace(tzinfo=zone, fold=0).utcoffset()
    late = reading.replace(tzinfo=zone, fold=1).utcoffset()
    return early is not None and late is not None and early > late


class LocalClock:
    """Turns naive local readings, in the order of the file, into aware datetimes."""

    __slots__ = ("_at", "fold", "last", "zone")

    def __init__(self, zone: ZoneInfo, last: datetime | None = None, fold: int = 0) -> None:
        self.zone = zone
        self.last = last
        """The last reading, naive."""
        self.fold = fold
        """1 in the second run of an hour that is shown twice."""
        self._at: datetime | None = None

    def at(self, reading: datetime) -> datetime:
        """Place a naive reading in the zone."""
        if self._at is not None and reading == self.last:
            return self._at
        if self.fold or (self.last is not None and reading < self.last):
            self.fold = self._fold_of(reading)
        self.last = reading
        self._at = reading.replace(tzinfo=self.zone, fold=self.fold)
        return self._at

    def steps_back(self, reading: datetime) -> bool:
        """Whether the clock was put back between the last reading and this one."""
        if self.last is None or not reading < self.last <= reading + _HOUR:
            return False
        return not self.fold and is_shown_twice(self.zone, reading)

    def _fold_of(self, reading: datetime) -> int:
        if self.fold:
            return int(is_shown_twice(self.zone, reading))
        return int(self.steps_back(reading))


class FieldOrder(StrEnum):
    """Which of the three numbers of a date is what."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


def read_date(fields: Fields, order: FieldOrder) -> date | None:
    """Read the numbers of a date; None when there is no such day."""
    first, second, third = fields
    if order is FieldOrder.YMD:
        year, month, day = first, second, third
    elif order is FieldOrder.MDY:
        month, day, year = first, second, third
    else:
        day, month, year = first, second, third
    return _in_calendar(year, month, day)


def _in_calendar(year: int, month: int, day: int) -> date | None:
    """Read a Gregorian, Buddhist (25xx) or Persian (1387 to 1425) date."""
    if year < 100:
        year += 2000 if year <= 68 else 1900
    if 1387 <= year <= 1425:
        return _persian(year, month, day)
    if 2500 <= year <= 2643:
        year -= 543
    if not 1970 <= year <= 2200:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


_PERSIAN_LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
"""Leap years of the 33-year cycle, which holds from 1343 to 1472."""
_PERSIAN_1387 = date(2008, 3, 20)


def _persian(year: int, month: int, day: int) -> date | None:
    is_leap = year % 33 in _PERSIAN_LEAP
    length = 31 if month <= 6 else 30 if month <= 11 or is_leap else 29
    if not (1 <= month <= 12 and 1 <= day <= length):
        return None
    leap_days = sum(1 for past in range(1387, year) if past % 33 in _PERSIAN_LEAP)
    months = (month - 1) * 31 - max(0, month - 7)
    return _PERSIAN_1387 + timedelta(days=(year - 1387) * 365 + leap_days + months + day - 1)


_FIRST_YEAR = 2009
"""No phone exported a chat before; only weighed where orders compete."""


class _Reading:
    """How well one order of the fields fits the dates of a file so far."""

    __slots__ = ("last", "misfits", "order", "span")

    def __init__(self, order: FieldOrder) -> None:
        self.order = order
        self.last: date | None = None
        self.misfits = 0
        """Dates that do not exist, lie before messengers did, or go back by more than a day."""
        self.span = 0
        """Days between neighbouring dates, summed."""

    def look_at(self, fields: Fields) -> None:
        day = read_date(fields, self.order)
        if day is None or day.year < _FIRST_YEAR:
            self.misfits += 1
            return
        if self.last is not None:
            self.misfits += day < self.last - _DAY
            self.span += abs((day - self.last).days)
        self.last = day


class DateOrderSurvey:
    """Finds the order of day, month and year from the dates of a file.

    An order is certain when it leads every other by three misfits, and then it stays: neither a
    pasted line nor more of the file can turn it over.
    """

    LEAD = 3

    def __init__(self, default: DateOrder) -> None:
        self._default = default
        self._readings: Sequence[_Reading] = ()
        self.certain: FieldOrder | None = None

    def look_at(self, fields: Fields, *, year_is_first: bool, year_is_last: bool) -> None:
        """Take the next date. Whole years (four digits, or above 31) show where the year stands."""
        if self.certain is not None:
            return
        if not self._readings:
            if year_is_first:
                self.certain = FieldOrder.YMD
                return
            self._readings = self._candidates(year_is_last=year_is_last)
        for reading in self._readings:
            reading.look_at(fields)
        self._settle()

    @property
    def is_guess(self) -> bool:
        """Whether the dates fit another order just as well."""
        fits = sorted(reading.misfits for reading in self._readings)
        return self.certain is None and len(fits) > 1 and fits[0] == fits[1]

    def decide(self) -> FieldOrder:
        """Choose what is certain, else fits best, else keeps dates closest, else the default."""
        if self.certain is not None or not self._readings:
            return self.certain or FieldOrder.DMY
        return min(self._readings, key=lambda reading: (reading.misfits, self._rank(reading))).order

    def _candidates(self, *, year_is_last: bool) -> list[_Reading]:
        orders = [FieldOrder.DMY, FieldOrder.MDY]
        if self._default is DateOrder.MONTH_FIRST:
            orders.reverse()
        if not year_is_last:
            orders.append(FieldOrder.YMD)
        return [_Reading(order) for order in orders]

    def _settle(self) -> None:
        best, second = sorted(self._readings, key=lambda reading: reading.misfits)[:2]
        if second.misfits - best.misfits >= self.LEAD:
            self.certain = best.order

    def _rank(self, reading: _Reading) -> tuple[bool, int]:
        """A year of two digits that stands first is the last thing to believe."""
        return reading.order is FieldOrder.YMD, reading.span
