"""Data on stdout: JSON for machines, tables and text for people."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minutebook.cli.columns import GAP, Column, Fit, Placed, placed
from minutebook.cli.narration import say
from minutebook.domain.display import json_safe, one_line, terminal_safe

if TYPE_CHECKING:
    from rich.console import Console, OverflowMethod
    from rich.table import Table

Json = Mapping[str, Any] | Sequence[Any]


def to_json(value: Json, indent: int | None = 2) -> str:
    """Write a value as JSON that is harmless in a terminal too."""
    is_unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    return json_safe(json.dumps(value, ensure_ascii=not is_unicode, indent=indent))


def print_json(value: Json) -> None:
    """Print one JSON value."""
    sys.stdout.write(to_json(value) + "\n")


async def print_json_stream(
    head: Mapping[str, Any], name: str, items: AsyncIterator[Mapping[str, Any]]
) -> None:
    """Print an object whose last member is a long list, item by item in constant memory."""
    members = "".join(f"{json.dumps(k)}: {to_json(v, None)}, " for k, v in head.items())
    sys.stdout.write(f"{{{members}{json.dumps(name)}: [")
    separator = "\n"
    async for item in items:
        sys.stdout.write(f"{separator}{to_json(item, None)}")
        separator = ",\n"
    sys.stdout.write("\n]}\n")


def print_text(text: str) -> None:
    """Print text of any origin."""
    sys.stdout.write(terminal_safe(text).rstrip("\n") + "\n")


def day(at: datetime | None) -> str:
    """Write a moment as a day of the reader's zone; nothing when it is not known."""
    return "" if at is None else f"{at.astimezone():%Y-%m-%d}"


def minute(at: datetime | None) -> str:
    """Write a moment to the minute in the reader's zone; nothing when it is not known."""
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M}"


def money(cost: Decimal | None) -> str:
    """Write US dollars with cents, and as much behind them as it takes to see anything."""
    if cost is None:
        return "unpriced"
    return f"${cost:,.2f}" if cost == 0 or cost >= 1 else f"${cost:.6f}"


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; without rows, nothing.

    A terminal gets columns below their names, as many as it has room for. A pipe gets every field
    whole, with tabs between them and no names. What is empty is a dash.
    """
    cells = [[one_line(str(cell)) or "-" for cell in row] for row in rows]
    if not cells:
        return
    if sys.stdout.isatty():
        _print_in_terminal(columns, cells)
        return
    for row in cells:
        sys.stdout.write("\t".join(row) + "\n")


def _print_in_terminal(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> None:
    from rich.cells import cell_len
    from rich.console import Console

    console = Console(highlight=False)
    natural = [
        max(cell_len(text) for text in (column.name, *(row[index] for row in cells)))
        for index, column in enumerate(columns)
    ]
    shown = placed(columns, natural, console.width)
    if not shown:
        _print_stacked(console, columns, cells)
        return
    console.print(_table(columns, cells, shown))
    places = {each.index for each in shown}
    left = [column.name for index, column in enumerate(columns) if index not in places]
    if left:
        say(f"Left out for want of room: {', '.join(left)}.")


def _table(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], shown: Sequence[Placed]
) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for each in shown:
        column = columns[each.index]
        table.add_column(
            Text(column.name),
            width=each.width,
            justify="right" if column.is_number else "left",
            overflow="fold" if column.fit is Fit.WRAPPED else "ellipsis",
            no_wrap=column.fit is not Fit.WRAPPED,
        )
    for row in cells:
        table.add_row(*(Text(row[each.index]) for each in shown))
    return table


def _print_stacked(
    console: Console, columns: Sequence[Column], cells: Sequence[Sequence[str]]
) -> None:
    """Print each row as lines: what is whole first, then the text, set in."""
    from rich.padding import Padding
    from rich.text import Text

    for row in cells:
        for line in _lines_of_whole(columns, row, console.width):
            console.print(Text(line), soft_wrap=True)
        for column, cell in zip(columns, row, strict=True):
            if column.is_text:
                is_wrapped = column.fit is Fit.WRAPPED
                overflow: OverflowMethod = "fold" if is_wrapped else "ellipsis"
                text = Text(cell, no_wrap=not is_wrapped, overflow=overflow)
                console.print(Padding(text, (0, 0, 0, GAP)))


def _lines_of_whole(columns: Sequence[Column], row: Sequence[str], width: int) -> list[str]:
    """Return the cells that may not be cut, as many on a line as it has room for."""
    from rich.cells import cell_len

    lines: list[str] = []
    for column, cell in zip(columns, row, strict=True):
        if column.is_text:
            continue
        said = f"{column.name} {cell}" if column.is_number else cell
        longer = f"{lines[-1]}{' ' * GAP}{said}" if lines else said
        if lines and cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(f"{' ' * GAP}{said}" if lines else said)
    return lines
