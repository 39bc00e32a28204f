"""Tables: columns as wide as they need, made narrower together when the screen is.

There are no lines between the cells: space does it, with one thin rule under the head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len

from minutebook.tui.prose.rows import BLANK, Role, Row, Run
from minutebook.tui.prose.wrap import wrap

_SPACE: Final = 2
_NARROWEST: Final = 4
Cell = list[Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of a table, row by row, and how each column is aligned ("", left, center, right).

    Every row has as many cells as there are alignments.
    """

    head: list[Cell]
    body: list[list[Cell]]
    align: list[str]


def lay_out(grid: Grid, width: int) -> list[Row]:
    """Return the rows of a table; one that cannot fit is shown as a list of its cells."""
    columns = len(grid.align)
    room = width - _SPACE * (columns - 1)
    if room < _NARROWEST * columns:
        return _as_list(grid, width)
    widths = _fit(_natural(grid), room)
    rows = _line([_in_role(cell, Role.TABLE_HEAD) for cell in grid.head], widths, grid.align)
    rows.append(Row(runs=(Run((" " * _SPACE).join("─" * size for size in widths), (Role.RULE,)),)))
    for cells in grid.body:
        rows.extend(_line(cells, widths, grid.align))
    return rows


def _natural(grid: Grid) -> list[int]:
    """Return how wide each column would like to be."""
    lines = [grid.head, *grid.body]
    return [max(1, *(_cells(line[column]) for line in lines)) for column in range(len(grid.align))]


def _cells(cell: Cell) -> int:
    return sum(cell_len(run.text) for run in cell)


def _fit(wanted: list[int], room: int) -> list[int]:
    """Share `room` among columns: small ones get what they want, the rest share what is left."""
    widths = wanted.copy()
    waiting = set(range(len(wanted)))
    while waiting:
        share = room // len(waiting)
        content = {column for column in waiting if wanted[column] <= share}
        if not content:
            return _shared(widths, sorted(waiting), room)
        room -= sum(wanted[column] for column in content)
        waiting -= content
    return widths


def _shared(widths: list[int], columns: list[int], room: int) -> list[int]:
    for place, column in enumerate(columns):
        share, extra = divmod(room, len(columns))
        widths[column] = max(1, share + (place < extra))
    return widths


def _in_role(cell: Cell, role: Role) -> Cell:
    return [Run(run.text, (*run.roles, role), run.link) for run in cell]


def _line(cells: Sequence[Cell], widths: list[int], align: list[str]) -> list[Row]:
    """Return the rows of one line of cells, as many as its tallest cell needs."""
    wrapped = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    rows: list[Row] = []
    for parts in zip_longest(*wrapped, fillvalue=BLANK):
        runs: list[Run] = []
        for part, width, side in zip(parts, widths, align, strict=True):
            left, right = _padding(width - part.cells, side)
            runs += [Run(" " * left), *part.runs, Run(" " * (right + _SPACE))]
        rows.append(Row(runs=tuple(run for run in runs[:-1] if run.text)))
    return rows


def _padding(spare: int, side: str) -> tuple[int, int]:
    spare = max(0, spare)
    if side == "right":
        return spare, 0
    if side == "center":
        return spare // 2, spare - spare // 2
    return 0, spare


def _as_list(grid: Grid, width: int) -> list[Row]:
    """Show each line of the table as its cells, one below the other."""
    rows: list[Row] = []
    for cells in grid.body or [[]]:
        for column, head in enumerate(grid.head):
            label = _in_role(head, Role.TABLE_HEAD)
            cell = cells[column] if cells else []
            rows.extend(wrap([*label, Run("  "), *cell], width))
        rows.append(BLANK)
    return rows[:-1]
