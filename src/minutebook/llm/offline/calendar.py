"""The periods that `offline` heads its sections with, finest first: days, months, years, earlier.

Turns without a time go into numbered parts. A heading says its period, so the document alone tells
where something belongs; headings that say none are somebody else's and left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DATED = re.compile(rf"(?:(?:(\d{{1,2}}) )?({'|'.join(_MONTHS)}) )?(\d{{4}})")
_PART = re.compile(r"Part (\d{1,9})")
EARLIER = "Earlier"


class Grain(IntEnum):
    """How long a period is."""

    PART = 0
    DAY = 1
    MONTH = 2
    YEAR = 3
    EARLIER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time, or a part of a conversation that says no times."""

    grain: Grain
    first: date = date.min
    last: date = date.max
    """Both are of the stretch."""
    number: int = 0
    """Of a part."""

    @property
    def heading(self) -> str:
        """The heading of its section."""
        month, year = _MONTHS[self.first.month - 1], f"{self.first.year:04}"
        return {
            Grain.PART: f"Part {self.number}",
            Grain.DAY: f"{self.first.day} {month} {year}",
            Grain.MONTH: f"{month} {year}",
            Grain.YEAR: year,
            Grain.EARLIER: EARLIER,
        }[self.grain]


EVERYTHING_BEFORE = Period(grain=Grain.EARLIER, last=date.min)


def day(moment: str) -> Period | None:
    """Return the day of an ISO 8601 time; None when there is none."""
    try:
        first = date.fromisoformat(moment[:10])
    except ValueError:
        return None
    return Period(grain=Grain.DAY, first=first, last=first)


def part(number: int) -> Period:
    """Return a part by its number, from 1."""
    return Period(grain=Grain.PART, number=number)


def month_of(period: Period) -> Period:
    """Return the month in which a day lies."""
    first = period.first.replace(day=1)
    following = first + timedelta(days=31) if first <= date.max - timedelta(days=31) else None
    last = following.replace(day=1) - timedelta(days=1) if following else date.max
    return Period(grain=Grain.MONTH, first=first, last=last)


def year_of(period: Period) -> Period:
    """Return the year in which a day or month lies."""
    first, last = period.first.replace(month=1, day=1), period.first.replace(month=12, day=31)
    return Period(grain=Grain.YEAR, first=first, last=last)


def read(heading: str) -> Period | None:
    """Return the period that a heading says; None when it says none."""
    if heading == EARLIER:
        return EVERYTHING_BEFORE
    if found := _PART.fullmatch(heading):
        return part(int(found[1]))
    found = _DATED.fullmatch(heading)
    return _dated(found) if found else None


def _dated(found: re.Match[str]) -> Period | None:
    month = _MONTHS.index(found[2]) + 1 if found[2] else 1
    try:
        first = date(int(found[3]), month, int(found[1] or 1))
    except ValueError:
        return None
    exact = Period(grain=Grain.DAY, first=first, last=first)
    if found[1]:
        return exact
    return month_of(exact) if found[2] else year_of(exact)
