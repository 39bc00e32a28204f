"""Values as JSON has them: DuckDB writes what JSON has no word for as text, before it leaves it.

Moments become ISO 8601 in UTC, with Z; exact decimals of more than 15 digits, big ranges of time
and everything rare become text; blobs base64; lists, structs and maps become JSON. So the child
needs no packages for time zones, and nothing is lost in a Python type that is smaller.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minutebook.archive.console.failures import LIMIT, Failure
from minutebook.archive.console.messages import Row

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

_RAW = frozenset(
    "boolean tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint uhugeint"
    " float double varchar".split()
)
_NESTED = frozenset("list struct map array union".split())
_MOMENTS = frozenset({"timestamp", "timestamp_s", "timestamp_ms", "timestamp with time zone"})
_EXACT = 15
"""Decimal digits that a float keeps."""
_MB = 1024 * 1024


def is_nested(kind: DuckDBPyType) -> bool:
    """Say whether a column comes as JSON text, to be read."""
    return kind.id in _NESTED


def is_plain(kind: DuckDBPyType) -> bool:
    """Say whether values of a type are fit for JSON as they are."""
    return kind.id in _RAW


def expression(position: int, kind: DuckDBPyType) -> str:
    """Return the expression that makes a column, by position from 1, fit for JSON."""
    column, id_ = f"#{position}", kind.id
    if id_ in _RAW:
        return column
    if id_ in _MOMENTS:
        # Infinities and years that ISO 8601 has no form for stay as DuckDB writes them.
        written = f"strftime({column}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%fZ')"
        is_plain = f"isfinite({column}::TIMESTAMP) AND year({column}::TIMESTAMP) BETWEEN 1 AND 9999"
        short = f"replace({written}, '.000000Z', 'Z')"
        return f"CASE WHEN {is_plain} THEN {short} ELSE {column}::VARCHAR END"
    if id_ == "decimal" and _precision(kind) <= _EXACT:
        return f"{column}::DOUBLE"
    if id_ in _NESTED:
        return f"to_json({column})::VARCHAR"
    if id_ == "blob":
        return f"base64({column})"
    return f"{column}::VARCHAR"


def as_json(row: tuple[Any, ...], nested: frozenset[int], most_mb: int) -> tuple[Row, int]:
    """Return a row for JSON, and its length in characters. Raises Failure for one too long."""
    values = list(row)
    weight = sum(len(value) if isinstance(value, str) else 8 for value in values)
    if weight > most_mb * _MB:
        raise Failure(
            LIMIT,
            f"A row has {weight:,} characters; {most_mb * _MB:,} can be shown.",
            "Take a part of its texts: substr(column, 1, 1000).",
        )
    for at in nested:
        if values[at] is not None:
            values[at] = json.loads(values[at])
    return values, weight


def _precision(kind: DuckDBPyType) -> int:
    return int(str(dict(kind.children)["precision"]))
