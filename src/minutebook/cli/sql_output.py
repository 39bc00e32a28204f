"""Rows of a query as a table, CSV or JSON, page by page."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TextIO

from minutebook.cli.columns import number, wrapped
from minutebook.cli.output import print_table, to_json
from minutebook.engine import Cursor, ResultColumn

_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL")


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    PARQUET = "parquet"


async def write(cursor: Cursor, form: Format, stream: TextIO) -> None:
    """Write what a query gives. Raises QueryError."""
    match form:
        case Format.CSV:
            await _csv(cursor, stream)
        case Format.JSON:
            await _json(cursor, stream)
        case Format.NDJSON:
            await _lines(cursor, stream)
        case _:
            await _table(cursor, stream)


async def _csv(cursor: Cursor, stream: TextIO) -> None:
    """Write RFC 4180 with a first line of names; NULL is an empty field."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.name for column in cursor.columns])
    async for rows in cursor.pages():
        writer.writerows([[_cell(value) for value in row] for row in rows])


async def _json(cursor: Cursor, stream: TextIO) -> None:
    names = unique([column.name for column in cursor.columns])
    stream.write("[")
    between = "\n"
    async for rows in cursor.pages():
        for row in rows:
            stream.write(f"{between}{_object(names, row)}")
            between = ",\n"
    stream.write("\n]\n")


async def _lines(cursor: Cursor, stream: TextIO) -> None:
    names = unique([column.name for column in cursor.columns])
    async for rows in cursor.pages():
        stream.writelines(f"{_object(names, row)}\n" for row in rows)


async def _table(cursor: Cursor, stream: TextIO) -> None:
    """Write a table for a terminal, and fields with tabs between them for everything else."""
    if stream is not sys.stdout:
        async for rows in cursor.pages():
            stream.writelines("\t".join(_flat(value) for value in row) + "\n" for row in rows)
        return
    columns = [_column(column) for column in cursor.columns]
    print_table(columns, [[_cell(value) for value in row] for row in await cursor.all()])


def _column(column: ResultColumn) -> Any:
    is_number = any(word in column.type for word in _NUMBERS) and "[" not in column.type
    return number(column.name) if is_number else wrapped(column.name)


def unique(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same, as members of an object have to be."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


def _object(names: Sequence[str], row: Sequence[Any]) -> str:
    return to_json(dict(zip(names, map(_finite, row), strict=True)), None)


def _finite(value: Any) -> Any:
    """Return a value without the numbers that JSON has no word for: they become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_finite(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def _flat(value: Any) -> str:
    return _cell(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
