"""Data on stdout: JSON for machines, tables and text for people."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from minutebook.domain.display import one_line, terminal_safe

Json = Mapping[str, Any] | Sequence[Any]
# Valid inside JSON strings, and obeyed by terminals: C1 controls and directions.
_OBEYED = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")


def to_json(value: Json, indent: int | None = 2) -> str:
    """Write a value as JSON that is harmless in a terminal too."""
    is_unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    text = json.dumps(value, ensure_ascii=not is_unicode, indent=indent)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: aligned for a terminal, tab-separated for a pipe; without rows, nothing."""
    cells = [[one_line(str(cell)) for cell in row] for row in rows]
    if not cells:
        return
    if not sys.stdout.isatty():
        for row in cells:
            sys.stdout.write("\t".join(row) + "\n")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(Text(column), overflow="ellipsis", no_wrap=True)
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
