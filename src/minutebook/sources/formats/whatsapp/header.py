"""The first line of a message: when, who, and how its text begins.

    iOS      [31/12/2022, 11:40:26] Name: text
    Android  12/9/20, 23:55 - Name: text
    Legacy   09/12/2012 17:03:48: Name: text
    Copied   [17:03, 09/12/2012] Name: text          Vietnam  17:03, 09/12/2012 - Name: text

Separators, digits, markers of the half day and invisible directional marks differ by language and
version. An export is written in one go, so all its headers have one form; a line of another form
is part of a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from minutebook.sources.formats.text.dates import Fields

MARKS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
"""Directional marks, as the inside of a character class."""
PLACEHOLDER_MARK = "\u200e"
"""At the start of a text: not typed by anyone, but put there by the app."""

_M = f"[{MARKS}]*"
_HEADER = re.compile(
    rf"{_M}(?P<open>\[)?{_M}"
    rf"(?P<date>(?P<a>\d{{1,4}}){_M}[-/.年년]{_M}[ ]?{_M}"
    rf"(?P<b>\d{{1,2}}){_M}[-/.月월]{_M}[ ]?{_M}(?P<c>\d{{1,4}})(?:{_M}[.日일])?)"
    rf"{_M}[,،]?{_M}\s{_M}"
    r"(?P<before>[^\d\[\]]{0,20}?)"
    r"(?P<time>\d{1,2}[:.]\d\d(?:[:.]\d\d)?)"
    rf"{_M}(?:\s?(?P<after>[^\W\d_][^\d\[\]:\-]{{0,15}}?))?{_M}"
    r"(?:(?P<close>\]):?|(?P<colon>:)(?=\s)|\s[-–](?=\s))\s?"
)
_CLOCK_FIRST = re.compile(
    rf"{_M}(?P<open>\[)?{_M}(?P<before>)(?P<time>\d{{1,2}}:\d\d(?::\d\d)?)"
    rf"{_M}(?:\s?(?P<after>[^\W\d_][^\d\[\]:,\-]{{0,15}}?))?{_M},\s{_M}"
    rf"(?P<date>\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}){_M}"
    r"(?:(?P<close>\])|\s[-–](?=\s))\s?"
)
_INVISIBLE = re.compile(f"[{MARKS}]")
_SPACES = re.compile(r"\s+")
_CLOCK = re.compile(r"[:.]")

_BEFORE_NOON = re.compile(
    "(?:am?|vm|fm?|de|dop|dp|öö|pd|sa|pg|ap|πμ|ص|قظ|午前|上午|凌晨|早上|清晨|오전|पूर्वाह्न|прхоб|дп|לפנהצ)$"
)
_AFTER_NOON = re.compile(
    "(?:pm?|nm|em?|du|odp|ös|md|ch|ptg|ip|μμ|م|بظ|午後|下午|中午|傍晚|晚上|오후|अपराह्न|слоб|пп|אחהצ)$"
)
_NOT_LETTERS = re.compile(r"[\s.,'’״\"\-]")


class HeaderForm(StrEnum):
    """The ways to write a header."""

    BRACKETS = "brackets"
    DASH = "dash"
    COLON = "colon"
    CLOCK_FIRST = "clock_first"
    """A form of its own, for people paste such lines into messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateText:
    """The date of a header: its numbers, and what they show about the place of the year."""

    fields: Fields
    year_is_first: bool
    year_is_last: bool


class Header(NamedTuple):
    """A header as it was found, not yet understood."""

    form: HeaderForm
    stamp: str
    """Date and time, as written."""
    date: str
    clock: str
    marker: str
    """Of the half day; it may stand before the time or after it."""
    rest: str
    """What follows the header: author and text, or the text of a notice."""


def find_header(line: str) -> Header | None:
    """Split a line behind its header; None when it has none."""
    if line[:1].isalpha():
        return None
    found = _HEADER.match(line)
    form = _form(found) if found is not None else None
    if found is None or form is None:
        found, form = _CLOCK_FIRST.match(line), HeaderForm.CLOCK_FIRST
    if found is None or (found["open"] is None) is not (found["close"] is None):
        return None
    before, date, clock, after = found.group("before", "date", "time", "after")
    start = min(found.start("date"), found.start("time"))
    stamp = line[start : max(map(found.end, ("date", "time", "after")))]
    return Header(form, stamp, date, clock, before + (after or ""), line[found.end() :])


def _form(found: re.Match[str]) -> HeaderForm | None:
    if (found["open"] is None) is not (found["close"] is None):
        return None
    if found["close"]:
        return HeaderForm.BRACKETS
    return HeaderForm.COLON if found["colon"] else HeaderForm.DASH


def read_date_text(written: str) -> DateText | None:
    """Find the three numbers in the date of a header, in any script."""
    numbers = re.findall(r"\d+", _INVISIBLE.sub("", written))
    if len(numbers) != 3:
        return None
    first, second, third = (int(number) for number in numbers)
    return DateText(
        fields=(first, second, third),
        year_is_first=len(numbers[0]) == 4 or first > 31,
        year_is_last=len(numbers[2]) == 4 or third > 31,
    )


_PADDED = re.compile(r"(?<!\d)0\d")


def reads_as_american(header: Header) -> bool:
    """Whether date and time are written as phones set to English (United States) write them.

    `1/4/23, 7:02 PM`: no zeros, a short year, capitals. Other countries that put the day first have
    zeros, whole years or small letters.
    """
    numbers = header.date.split("/")
    is_short = len(numbers) == 3 and len(numbers[2]) == 2 and not _PADDED.search(header.date)
    return is_short and header.date.isascii() and tidy(header.marker) in {"AM", "PM"}


def read_time(clock: str, marker: str) -> time | None:
    """Read the time of a header; None when there is no such time."""
    parts = _CLOCK.split(clock)
    hour, minute, second = int(parts[0]), int(parts[1]), int(parts[2]) if parts[2:] else 0
    half = _half_of_day(marker) if marker else ""
    if half == "after" and hour < 12:
        hour += 12
    elif half == "before" and hour == 12:
        hour = 0
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


@lru_cache(maxsize=256)
def _half_of_day(marker: str) -> str:
    letters = _NOT_LETTERS.sub("", tidy(marker)).casefold()
    if _AFTER_NOON.match(letters):
        return "after"
    return "before" if _BEFORE_NOON.match(letters) else ""


def tidy(written: str) -> str:
    """Drop directional marks and make every run of spaces one plain space."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", written)).strip()


_OPENING_QUOTES = {"“": "”", "„": "“”", "«": "»", "「": "」"}
_QUOTES = re.compile('["“„«「]')
_CLOCK_AT_COLON = re.compile(r"\d:\d|:/")
_LONGEST_AUTHOR = 120


def split_author(rest: str) -> tuple[str, str] | None:
    """Split what follows a header into author and text; None for a notice, which has no author."""
    end = rest.find(": ", 0, _LONGEST_AUTHOR + 2)
    if end > 0:
        author = rest[:end]
        return None if _reads_as_notice(author) else (author, rest[end + 2 :])
    end = rest.find(":", 0, _LONGEST_AUTHOR + 1)
    if end <= 0 or _CLOCK_AT_COLON.match(rest, end - 1) or rest[end : end + 2] == ":/":
        return None
    author, text = rest[:end], rest[end + 1 :]
    is_bare_name = len(author) <= 40 and author.count(" ") < 5 and '"' not in author
    return (author, text) if is_bare_name and not _reads_as_notice(author) else None


def _reads_as_notice(author: str) -> bool:
    """A subject that holds a colon cuts a notice within its quotes; nobody is called that."""
    if not _QUOTES.search(author):
        return False
    if author.count('"') % 2:
        return True
    return any(
        opening in author and not any(closing in author for closing in closings)
        for opening, closings in _OPENING_QUOTES.items()
    )


@lru_cache(maxsize=4096)
def clean_author(written: str) -> str:
    """Drop the marks around a name, and the tilde of people who are not among the contacts."""
    return tidy(tidy(written).removeprefix("~"))
