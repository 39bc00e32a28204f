"""Which day it is, while a log writes only times.

The day comes from lines that name it, from the line itself, or from the names of file and folders.
Where nothing announces the next day, a time that goes back means midnight; unless clocks were put
back just then, or a few lines merely came out of order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from minutebook.sources.formats.text.dates import LocalClock

_OUT_OF_ORDER = timedelta(minutes=5)
_HALF_A_DAY = timedelta(hours=12)
_DAY = timedelta(days=1)

_MONTHS = {
    1: "jan ene gen tam sty led", 2: "feb fév fev hel lut úno", 3: "mar mär mrt maa bře",
    4: "apr avr abr huh kwi dub", 5: "may mai mag maj mei tou kvě", 6: "jun juin giu kes cze",
    7: "jul juil lug hei lip", 8: "aug ago aoû elo sie srp", 9: "sep set syy wrz zář",
    10: "oct okt ott out lok paź říj", 11: "nov marr lis", 12: "dec dez dic déc jou des gru pro",
}  # fmt: skip
_MONTH_OF = {name: month for month, names in _MONTHS.items() for name in names.split()}
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d\d)[-/.](\d\d)(?!\d)")
_WRITTEN = re.compile(
    r"(?:(?P<before>\d{1,2})\.? +)?(?P<month>[^\W\d_]{3,12})\.?(?: +(?P<after>\d{1,2}),?)?"
    r"(?: +(?P<clock>\d{1,2}:\d\d:\d\d))?(?: +[A-Z]{3,5})? +(?P<year>\d{4})\b"
)
_SHORT = re.compile(r"(?:(\d{1,2}) )?([A-Za-z]{3})(?: +(\d{1,2}))?$")


def month_of(name: str) -> int | None:
    """Return the number of a month by its name, in the languages that clients speak."""
    lower = name.lower()
    return _MONTH_OF.get(lower[:4]) or _MONTH_OF.get(lower[:3])


def find_day(text: str) -> date | None:
    """Find the date in a line such as `--- Day changed Sun Jan 03 2021`."""
    if (iso := _ISO.search(text)) is not None:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    for found in _WRITTEN.finditer(text):
        month, day = month_of(found["month"]), found["before"] or found["after"]
        if month and day:
            return _date(int(found["year"]), month, int(day))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(slots=True)
class DayState:
    """What is known of the day, between two lines."""

    day: date | None = None
    year: int | None = None
    """For dates that are written without one."""
    is_daily: bool = False
    """The file is named after its day, so that it hardly goes on into the next."""
    is_announced: bool = False
    """The log says when a day begins, so that a time that goes back is not midnight."""


class DayClock:
    """Turns the times of a log, in its order, into instants."""

    def __init__(self, zone: ZoneInfo, state: DayState, clock: LocalClock | None = None) -> None:
        self.state = state
        self.local = clock or LocalClock(zone)
        self._zone = zone
        self._stamp = ""
        self._date: tuple[str, date | None] = ("", None)
        self.last: tuple[datetime | None, bool] = (self._day_start(), False)
        """Instant of the last line that had one, and whether its zone was in the log."""

    def announce(self, text: str) -> None:
        """Take in a line that says which day it is."""
        self._stamp, self._date = "", ("", None)
        day = find_day(text)
        lower = text.lower()
        self.state.is_announced |= lower.startswith(("--- ", "session time"))
        if day is None:
            if "day changed" in lower and self.state.day is not None:
                self.state.day += _DAY
            return
        self.state.day, self.state.year, self.state.is_daily = day, day.year, False

    def turn_to(self, text: str) -> None:
        """Take in a line with a time that says which day begins."""
        self.announce(text)
        self.state.is_announced = True

    def at(self, stamp: str, date_text: str, clock: str, zone: str) -> datetime | None:
        """Return the instant of a line; None when the day is not known or the time is none."""
        if stamp == self._stamp:
            return self.last[0]
        reading = self._reading(date_text, clock)
        if reading is None:
            return None
        self._stamp = stamp
        at = reading.replace(tzinfo=_fixed(zone)) if zone else self.local.at(reading)
        self.last = (at, bool(zone))
        return at

    def _reading(self, date_text: str, clock: str) -> datetime | None:
        parts = clock.split(":")
        hour, minute, second = int(parts[0]), int(parts[1]), int(parts[2]) if parts[2:] else 0
        if hour > 23 or minute > 59 or second > 59:
            return None
        day = self._dated(date_text) if date_text else self.state.day
        if day is None:
            return None
        reading = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001
        if date_text:
            return reading
        if self._is_past_midnight(reading):
            self.state.day = day + _DAY
            reading += _DAY
        return reading

    def _dated(self, text: str) -> date | None:
        if text != self._date[0]:
            self._date = (text, self._new_date(text))
        return self._date[1]

    def _new_date(self, text: str) -> date | None:
        if (iso := _ISO.match(text)) is not None:
            return _date(int(iso[1]), int(iso[2]), int(iso[3]))
        short = _SHORT.match(text)
        month = month_of(short[2]) if short else None
        if short is None or month is None or self.state.year is None:
            return None
        if self.state.day is not None and self.state.day.month == 12 and month == 1:
            self.state.year += 1
        self.state.day = _date(self.state.year, month, int(short[1] or short[3] or 0))
        return self.state.day

    def _is_past_midnight(self, reading: datetime) -> bool:
        last = self.local.last
        if last is None or reading >= last or self.state.is_announced:
            return False
        if self.local.steps_back(reading):
            return False
        return last - reading > (_HALF_A_DAY if self.state.is_daily else _OUT_OF_ORDER)

    def _day_start(self) -> datetime | None:
        if self.state.day is None:
            return None
        return datetime.combine(self.state.day, time(), tzinfo=self._zone)


def _fixed(zone: str) -> timezone:
    """Read `Z`, `+0100` or `-05:30`."""
    digits = zone[1:].replace(":", "")
    if zone == "Z" or int(digits[:2]) > 23 or int(digits[2:]) > 59:
        return UTC
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if zone[0] == "-" else offset)
