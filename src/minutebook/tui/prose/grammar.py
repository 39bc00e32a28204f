"""What a line of Markdown can begin: the part of CommonMark that decides where blocks end.

Only enough is known here to find safe places to cut; what the pieces say is for the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_FENCE: Final = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)")
_HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ ]|$)")
_RULE: Final = re.compile(r" {0,3}(?:\*[ ]*(?:\*[ ]*){2,}|-[ ]*(?:-[ ]*){2,}|_[ ]*(?:_[ ]*){2,})$")
_UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+)[ ]*$")
_ITEM: Final = re.compile(r"( {0,3})([-+*]|(\d{1,9})[.)])( +|$)(.?)")
_QUOTE: Final = re.compile(r" {0,3}>")
_DELIMITERS: Final = re.compile(r" {0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?$")
_DEEP: Final = re.compile(r"(?:[ ]*(?:>|[-+*](?=[ ])|\d{1,9}[.)](?=[ ]))){24}")
_MARKER_ALONE: Final = re.compile(
    r" {0,3}(?:-+|=+|[*+_]{1,2}|#+|`{1,2}|~{1,2}|>|\d{1,9}[.)]?|\|?[ |:-]*)$"
)
_CODE_INDENT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first line of a fence."""

    indent: int
    marker: str
    info: str
    """What stands after the marker: a language, and whatever else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullet:
    """The marker of a list item."""

    sign: str
    """The character that tells one list from the next: a bullet, or the sign after a number."""
    number: int | None
    offset: int
    """The column where the item's content starts."""
    empty: bool


def indent_of(line: str) -> int:
    """Return how many spaces a line starts with."""
    return len(line) - len(line.lstrip(" "))


def is_blank(line: str) -> bool:
    """Tell whether there is nothing on a line."""
    return not line or line.isspace()


def is_code(line: str) -> bool:
    """Tell whether a line is indented enough to be code."""
    return line.startswith(" " * _CODE_INDENT)


def is_heading(line: str) -> bool:
    """Tell whether a line is a heading with number signs."""
    return _HEADING.match(line) is not None


def is_rule(line: str) -> bool:
    """Tell whether a line is a thematic break."""
    return _RULE.match(line) is not None


def is_underline(line: str) -> bool:
    """Tell whether a line makes a heading of the paragraph above it."""
    return _UNDERLINE.match(line) is not None


def is_quote(line: str) -> bool:
    """Tell whether a line belongs to a block quote."""
    return _QUOTE.match(line) is not None


def is_table_delimiter(line: str) -> bool:
    """Tell whether a line stands between a table's head and its rows."""
    return "|" in line and _DELIMITERS.match(line.rstrip()) is not None


def is_deep(line: str) -> bool:
    """Tell whether a line opens more containers than anyone would read."""
    return _DEEP.match(line) is not None


def is_undecided(line: str) -> bool:
    """Tell whether an unfinished line is so far nothing but a marker, and may yet become anything.

    Such a tail is not drawn: a lone hyphen would turn the paragraph above into a heading, for the
    blink until its item arrives.
    """
    return _MARKER_ALONE.match(line.rstrip()) is not None


def fence_opening(line: str) -> Opening | None:
    """Return the fence that a line opens."""
    found = _FENCE.match(line)
    if found is None:
        return None
    return Opening(indent=len(found[1]), marker=found[2], info=found[3].strip())


def closes_fence(line: str, marker: str) -> bool:
    """Tell whether a line closes the fence that `marker` opened."""
    bare = line.strip()
    return (
        len(bare) >= len(marker)
        and indent_of(line) < _CODE_INDENT
        and bare == marker[0] * len(bare)
    )


def bullet(line: str) -> Bullet | None:
    """Return the list marker that a line starts with."""
    found = _ITEM.match(line)
    if found is None or is_rule(line):
        return None
    spaces = len(found[4])
    marker_end = len(found[1]) + len(found[2])
    empty = not found[5]
    return Bullet(
        sign=found[2][-1],
        number=None if found[3] is None else int(found[3]),
        offset=marker_end + (1 if empty or spaces > _CODE_INDENT else spaces),
        empty=empty,
    )


def interrupts_paragraph(line: str) -> bool:
    """Tell whether a line ends the paragraph above it without a blank line between."""
    if fence_opening(line) or is_heading(line) or is_rule(line):
        return True
    item = bullet(line)
    return item is not None and not item.empty and item.number in {None, 1}
