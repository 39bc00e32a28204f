"""Which columns of a table stand where, in a terminal of any width.

Keys, slugs and numbers are there to be copied and compared: they are whole or not there at all.
Text takes what they leave. Where even its least is too much, the columns that are worth least go;
where none may go, a row becomes several lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

GAP = 2
"""Cells between two columns."""
_LEAST_TEXT = 20
"""Cells that a column of text keeps, if it needs so many."""


class Fit(StrEnum):
    """What becomes of a cell that is wider than its column."""

    WHOLE = "whole"
    """It is not: the column is as wide as its widest cell."""
    CUT = "cut"
    WRAPPED = "wrapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    fit: Fit = Fit.WHOLE
    is_number: bool = False
    leaves: int = 0
    """The highest goes first where there is no room; 0 stays."""

    @property
    def is_text(self) -> bool:
        """Whether it takes what the others leave."""
        return self.fit is not Fit.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A column that is shown: its place among all, and its width in cells."""

    index: int
    width: int


def key(name: str, leaves: int = 0) -> Column:
    """Return a column of what is copied or compared: an id, a slug, a state, a day."""
    return Column(name=name, leaves=leaves)


def number(name: str, leaves: int = 0) -> Column:
    """Return a column of numbers."""
    return Column(name=name, is_number=True, leaves=leaves)


def cut(name: str, leaves: int = 0) -> Column:
    """Return a column of text of which the beginning will do."""
    return Column(name=name, fit=Fit.CUT, leaves=leaves)


def wrapped(name: str, leaves: int = 0) -> Column:
    """Return a column of text that is shown to its end."""
    return Column(name=name, fit=Fit.WRAPPED, leaves=leaves)


def placed(columns: Sequence[Column], natural: Sequence[int], width: int) -> tuple[Placed, ...]:
    """Return the columns that fit into so many cells; none when those that stay do not.

    `natural` has the width of the widest cell of each column, its name included.
    """
    kept = list(range(len(columns)))
    while _least(columns, natural, kept) > width:
        leaving = [index for index in kept if columns[index].leaves]
        if not leaving:
            return ()
        kept.remove(max(leaving, key=lambda index: (columns[index].leaves, index)))
    widths = _widths(columns, natural, kept, width)
    return tuple(Placed(index=index, width=widths[index]) for index in kept)


def _least(columns: Sequence[Column], natural: Sequence[int], kept: Sequence[int]) -> int:
    inside = sum(_least_of(columns[index], natural[index]) for index in kept)
    return inside + GAP * (len(kept) - 1)


def _least_of(column: Column, natural: int) -> int:
    return min(natural, _LEAST_TEXT) if column.is_text else natural


def _widths(
    columns: Sequence[Column], natural: Sequence[int], kept: Sequence[int], width: int
) -> dict[int, int]:
    """Give each column its least, then share what is left among the texts, the shortest first."""
    widths = {index: _least_of(columns[index], natural[index]) for index in kept}
    left = width - _least(columns, natural, kept)
    wanting = sorted(
        (index for index in kept if widths[index] < natural[index]), key=lambda i: natural[i]
    )
    for done, index in enumerate(wanting):
        more = min(natural[index] - widths[index], left // (len(wanting) - done))
        widths[index] += more
        left -= more
    return widths
