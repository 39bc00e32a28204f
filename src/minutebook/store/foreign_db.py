"""Databases of other programs, which are read and never written to.

They may be in use: SQLite's own locks and its log of what is not yet in the file are honoured. What
cannot be opened so, because its folder cannot be written to, is opened as it lies when nobody has
it open.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from minutebook.errors import SourceError
from minutebook.store.statements import split

Row = dict[str, Any]

_BUSY_SECONDS = 10.0


class ForeignDatabase:
    """A database of another program, as it is at one moment."""

    def __init__(self, connection: sqlite3.Connection, program: str) -> None:
        self._connection = connection
        self._statements = _statements(program)
        self._program = program

    def columns(self, table: str) -> frozenset[str]:
        """Return the names of a table's columns; none when there is no such table."""
        found = self._connection.execute(_statements("any")["any.columns"], {"table": table})
        return frozenset(name for (name,) in found)

    def rows(self, statement: str, **parameters: object) -> Iterator[Row]:
        """Run one of the program's statements; yield its rows. Raises SourceError."""
        sql = self._statements[f"{self._program}.{statement}"]
        try:
            cursor = self._connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))
        except sqlite3.Error as error:
            raise SourceError(f"Its table cannot be read: {error}.") from error


@contextmanager
def opened(path: Path, program: str) -> Iterator[ForeignDatabase]:
    """Open a database for reading, in one state of it. Raises SourceError."""
    try:
        connection = _connect(path)
    except (sqlite3.Error, OSError) as error:
        raise SourceError(f"The database cannot be opened: {error}.") from error
    try:
        yield ForeignDatabase(connection, program)
    finally:
        connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        return _begun(path, "mode=ro")
    except sqlite3.OperationalError:
        if path.with_name(f"{path.name}-wal").exists():
            raise
        return _begun(path, "mode=ro&immutable=1")


def _begun(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path.absolute()))}?{options}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        connection.execute("BEGIN")
        connection.execute(_statements("any")["any.first"]).fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@cache
def _statements(program: str) -> dict[str, str]:
    file = files("minutebook.store") / "foreign" / f"{program}.sql"
    return split(program, file.read_text("utf-8"))
