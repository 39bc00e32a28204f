"""Rows of a query on stdout or in a file: as a table, or as one of the forms of the console."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Any, TextIO

from minutebook.cli.columns import number, wrapped
from minutebook.cli.output import print_table
from minutebook.engine import Cursor, ResultColumn, RowFormat, cell_text, write_rows


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    MARKDOWN = "markdown"
    PARQUET = "parquet"


async def write(cursor: Cursor, form: Format, stream: TextIO) -> None:
    """Write what a query gives. Raises QueryError."""
    if form is Format.TABLE:
        await _table(cursor, stream)
    else:
        await write_rows(cursor, RowFormat(form.value), stream)


async def _table(cursor: Cursor, stream: TextIO) -> None:
    """Write a table for a terminal, and fields with tabs between them for everything else."""
    if stream is not sys.stdout:
        async for rows in cursor.pages():
            stream.writelines("\t".join(_flat(value) for value in row) + "\n" for row in rows)
        return
    columns = [_column(column) for column in cursor.columns]
    print_table(columns, [[cell_text(value) for value in row] for row in await cursor.all()])


def _column(column: ResultColumn) -> Any:
    return number(column.name) if column.is_number else wrapped(column.name)


def _flat(value: Any) -> str:
    return cell_text(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
