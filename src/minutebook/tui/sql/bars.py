"""A quick chart of two columns: a bar for each row, and all of them as one line above."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minutebook.tui.sql import cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minutebook.engine import ResultColumn
    from minutebook.tui.sql.results import Result

MOST = 2_000
"""Rows that are drawn."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One bar."""

    label: str
    value: float | None
    """None where there is no number."""


def points(result: Result, x: int, y: int) -> list[Point]:
    """Return the bars of a result: labels from column `x`, numbers from column `y`."""
    return [Point(label=cells.shown(row[x]), value=_number(row[y])) for row in result.rows[:MOST]]


def default_axes(columns: Sequence[ResultColumn], pointed: int) -> tuple[int, int] | None:
    """Return the columns of labels and of numbers to begin with; None without any number.

    The numbers are those of the column that is pointed at, if it has any, else of the last that
    has; so they are where the cursor was not moved: the first column mostly says what a row is
    about. Labels are of the first that is something else.
    """
    numbers = [at for at, column in enumerate(columns) if column.is_number]
    if not numbers:
        return None
    y = pointed if pointed and pointed in numbers else numbers[-1]
    others = [at for at in range(len(columns)) if at != y]
    texts = [at for at in others if at not in numbers]
    return (texts or others or [y])[0], y


def bar(value: float, most: float, room: int) -> str:
    """Return a bar for a number, in eighths of a cell; anything but zero can be seen."""
    if most <= 0 or room <= 0:
        return ""
    eighths = round(abs(value) / most * room * 8)
    if value:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def profile(values: Sequence[float], room: int) -> str:
    """Return numbers as one line, from the least to the most; many share a cell by their mean."""
    if not values or room <= 0:
        return ""
    cells_ = min(room, len(values))
    means = []
    for at in range(cells_):
        part = values[at * len(values) // cells_ : (at + 1) * len(values) // cells_]
        means.append(sum(part) / len(part))
    least, most = min(0.0, *means), max(means)
    height = most - least
    if height <= 0:
        return _LEVELS[0] * cells_
    top = len(_LEVELS) - 1
    return "".join(_LEVELS[round((mean - least) / height * top)] for mean in means)


def in_words(value: float) -> str:
    """Return a number as a person writes it."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.4g}" if abs(value) < 1e6 else f"{value:.4g}"


def _number(value: Any) -> float | None:
    """Return a number that can be drawn; decimals of many digits come as text."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
