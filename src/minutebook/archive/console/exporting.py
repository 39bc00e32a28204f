"""Rows of a query as CSV, JSON or Markdown: page by page, so any number of them can be written.

Texts are data: CSV keeps them as they are, JSON escapes what a terminal would obey, and in Markdown
nothing in them is markup.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from minutebook.domain.display import json_safe, terminal_safe

if TYPE_CHECKING:
    from minutebook.archive.console.client import ResultColumn

Row = list[Any]
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&#$]")


class RowSource(Protocol):
    """What gives rows, page by page, such as a cursor."""

    @property
    def columns(self) -> Sequence[ResultColumn]:
        """The columns of every row."""
        ...

    def pages(self) -> AsyncIterator[list[Row]]:
        """Yield the pages that are left. Raises QueryError."""
        ...


class RowFormat(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    MARKDOWN = "markdown"


async def write_rows(
    source: RowSource,
    form: RowFormat,
    stream: TextIO,
    heard: Callable[[int], None] = lambda rows: None,
) -> None:
    """Write what is left of a result; `heard` is told how many rows are written, now and then.

    Raises QueryError and OSError.
    """
    names = unique([column.name for column in source.columns])
    write = _WRITERS[form]
    count = 0
    _HEADS[form](stream, source.columns)
    async for rows in source.pages():
        write(stream, names, rows, count == 0)
        count += len(rows)
        heard(count)
    stream.write("\n]\n" if form is RowFormat.JSON else "")


def unique(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same, as members of an object have to be."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


def cell(value: Any) -> str:
    """Return a value as text; nothing for NULL, and JSON for what has parts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def _csv_head(stream: TextIO, columns: Sequence[ResultColumn]) -> None:
    csv.writer(stream, lineterminator="\r\n").writerow([column.name for column in columns])


def _csv(stream: TextIO, names: Sequence[str], rows: Sequence[Row], is_first: bool) -> None:
    """Write RFC 4180; NULL is an empty field."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([[cell(value) for value in row] for row in rows])


def _json(stream: TextIO, names: Sequence[str], rows: Sequence[Row], is_first: bool) -> None:
    between = "\n" if is_first else ",\n"
    for row in rows:
        stream.write(f"{between}{_object(stream, names, row)}")
        between = ",\n"


def _lines(stream: TextIO, names: Sequence[str], rows: Sequence[Row], is_first: bool) -> None:
    stream.writelines(f"{_object(stream, names, row)}\n" for row in rows)


def _object(stream: TextIO, names: Sequence[str], row: Row) -> str:
    members = dict(zip(names, map(_finite, row), strict=True))
    is_unicode = (stream.encoding or "utf-8").lower().startswith("utf")
    return json_safe(json.dumps(members, ensure_ascii=not is_unicode))


def _finite(value: Any) -> Any:
    """Return a value without the numbers that JSON has no word for: they become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_finite(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    return value


def _markdown_head(stream: TextIO, columns: Sequence[ResultColumn]) -> None:
    stream.write(_bars([_plain(column.name) for column in columns]))
    stream.write(_bars(["--:" if column.is_number else "---" for column in columns]))


def _markdown(stream: TextIO, names: Sequence[str], rows: Sequence[Row], is_first: bool) -> None:
    stream.writelines(_bars([_plain(cell(value)) for value in row]) for row in rows)


def _bars(fields: Sequence[str]) -> str:
    return f"| {' | '.join(fields)} |\n"


def _plain(text: str) -> str:
    """Return text for one cell of a table, in which nothing is markup."""
    safe = _MARKUP.sub(lambda found: f"\\{found[0]}", terminal_safe(text))
    return "<br>".join(line.strip() for line in safe.strip().split("\n")).replace("\t", " ")


def _json_head(stream: TextIO, columns: Sequence[ResultColumn]) -> None:
    stream.write("[")


def _no_head(stream: TextIO, columns: Sequence[ResultColumn]) -> None:
    """Lines of JSON begin with the first row."""


_HEADS: Mapping[RowFormat, Callable[[TextIO, Sequence[ResultColumn]], None]] = {
    RowFormat.CSV: _csv_head,
    RowFormat.JSON: _json_head,
    RowFormat.NDJSON: _no_head,
    RowFormat.MARKDOWN: _markdown_head,
}
_WRITERS: Mapping[RowFormat, Callable[[TextIO, Sequence[str], Sequence[Row], bool], None]] = {
    RowFormat.CSV: _csv,
    RowFormat.JSON: _json,
    RowFormat.NDJSON: _lines,
    RowFormat.MARKDOWN: _markdown,
}
