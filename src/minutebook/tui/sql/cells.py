"""How the values of a result look: in a cell of one line, whole, and how wide columns are."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from minutebook.domain.display import one_line, terminal_safe
from minutebook.engine import cell_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minutebook.engine import ResultColumn

NULL = "NULL"
_LOOKED_AT = 400
"""Characters of a value of which a cell may show some; no cell is wider."""
_PARTS = 40
"""Parts of a list that a cell may show."""
_MEASURED = 200
"""Rows that decide how wide columns are."""
_NARROW = 32
"""Cells of a column, where others want room too."""
_LEAST = 3
_WHOLE = 1_000_000
"""Characters of a value that can be read here."""


def shown(value: Any) -> str:
    """Return what a cell shows: one harmless line."""
    if value is None:
        return NULL
    return one_line(cell_text(_some_of(value))[:_LOOKED_AT])


def _some_of(value: Any, depth: int = 3) -> Any:
    """Return as much of a value as can be seen in a cell: there may be a million parts."""
    if isinstance(value, str):
        return value[:_LOOKED_AT]
    if isinstance(value, list | dict) and depth == 0:
        return "…"
    if isinstance(value, list):
        return [_some_of(each, depth - 1) for each in value[:_PARTS]]
    if isinstance(value, dict):
        return {key: _some_of(each, depth - 1) for key, each in islice(value.items(), _PARTS)}
    return value


def whole(value: Any) -> str:
    """Return all of a value, for reading: JSON laid out, and nothing in it steers a terminal."""
    if value is None:
        return NULL
    parts = value if isinstance(value, list | dict) else _parsed(value)
    text = cell_text(value)
    if parts is not None:
        text = json.dumps(parts, ensure_ascii=False, indent=2)
    if len(text) > _WHOLE:
        more = len(text) - _WHOLE
        return f"{terminal_safe(text[:_WHOLE])}\n\n… and {more:,} more characters; F8 exports them."
    return terminal_safe(text)


def kind_of(value: Any) -> str:
    """Say how long a value is."""
    if isinstance(value, str):
        return f"{len(value):,} characters"
    if isinstance(value, list):
        return f"{len(value):,} items"
    return ""


def natural(columns: Sequence[ResultColumn], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Return how wide columns would be if there were room for all of them."""
    widths = [max(_LEAST, cell_len(one_line(column.name))) for column in columns]
    for row in rows[:_MEASURED]:
        for at, value in enumerate(row):
            widths[at] = max(widths[at], cell_len(shown(value)))
    return widths


def fitted(wanted: Sequence[int], room: int, gap: int) -> list[int]:
    """Return the widths of columns: the wide ones share what the others leave of the room."""
    widths = [min(width, _NARROW) for width in wanted]
    left = room - sum(widths) - gap * len(widths)
    growing = sorted(range(len(wanted)), key=lambda at: wanted[at] - widths[at])
    for place, at in enumerate(growing):
        share = max(0, left) // (len(growing) - place)
        more = min(share, wanted[at] - widths[at])
        widths[at] += more
        left -= more
    return widths


def _parsed(value: Any) -> Any:
    """Return the parts of a text that is JSON with parts; None for any other."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "["} or len(value) > _WHOLE:
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list | dict) else None
