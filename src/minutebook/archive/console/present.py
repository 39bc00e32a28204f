"""Which of the archive's files can be read as Parquet.

A single file that cannot be opened would fail every query over all of them; so it is found and
left out beforehand. Its two ends are looked at: that is cheap, and it finds what is missing, cut
short or overwritten. The footer is read only when a query has failed all the same.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.archive.console.statements import statement

if TYPE_CHECKING:
    import duckdb

_MAGIC = b"PAR1"
_TAIL = 8
"""Bytes at the end: the length of the footer, little-endian, and the magic (Apache Parquet)."""


def has_ends(place: Path) -> bool:
    """Say whether a file is there and begins and ends as Parquet does."""
    try:
        with place.open("rb") as file:
            head = file.read(len(_MAGIC))
            size = file.seek(0, os.SEEK_END)
            if size < len(_MAGIC) + _TAIL:
                return False
            file.seek(-_TAIL, os.SEEK_END)
            tail = file.read(_TAIL)
    except OSError:
        return False
    footer = int.from_bytes(tail[:4], "little")
    fits = 0 < footer <= size - len(_MAGIC) - _TAIL
    return fits and head == tail[4:] == _MAGIC


def has_footer(connection: duckdb.DuckDBPyConnection, place: Path) -> bool:
    """Say whether the footer of a file can be read."""
    import duckdb

    try:
        connection.execute(statement("saved_rows"), [str(place)]).fetchall()
    except duckdb.Error:
        return False
    return True
