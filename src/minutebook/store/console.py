"""The record as the console's process reads it: one connection that cannot write.

It is opened before that process gives up the right to open files, and kept: what it reads
afterwards comes through descriptors it already has. Rows leave as JSON arrays, one for each
column, so that neither program looks at single cells.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minutebook.store import statements
from minutebook.store.database import translated
from minutebook.store.transaction import Transaction

_ROWS = 1_000
_BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFile:
    """A file of the archive that has rows of archived pages."""

    path: str
    kind: str
    schema_version: int
    name: str
    is_whole: bool
    """Whether every page in it is still archived; some may have come back."""


class RecordReader:
    """Reads a store that others write to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with translated(path):
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                uri=True,
                timeout=_BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA temp_store = MEMORY")
            self._connection.execute("PRAGMA query_only = ON")
            self._transaction = Transaction(self._connection, statements.load("sqlite"))
            self.version()

    def version(self) -> int:
        """Return a number that changes when others have written. Raises StoreError."""
        with translated(self._path):
            row = self._connection.execute("PRAGMA data_version").fetchone()
            self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            return int(row[0])

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Read one consistent state. Raises StoreError."""
        with translated(self._path):
            self._connection.execute("BEGIN")
            try:
                yield self._transaction
            finally:
                self._connection.execute("ROLLBACK")


def files(tx: Transaction) -> list[LiveFile]:
    """Return the files that have archived pages, by path."""
    return [
        LiveFile(
            path=row["path"],
            kind=row["kind"],
            schema_version=row["schema_version"],
            name=row["name"],
            is_whole=bool(row["is_whole"]),
        )
        for row in tx.all("console.files")
    ]


def archived_in(tx: Transaction, name: str) -> str:
    """Return the ids of the archived pages of a file, as a JSON array."""
    row = tx.one("console.archived_in", archive=name)
    return "[]" if row is None else str(row[0])


def turns(tx: Transaction) -> Iterator[tuple[str, ...]]:
    """Yield the turns whose text is at hand, some at a time: a JSON array for each column."""
    after = 0
    while (row := tx.one("console.turns", after=after, rows=_ROWS)) and row["last"] is not None:
        yield tuple(row)[1:]
        after = row["last"]


def pages(tx: Transaction) -> Iterator[tuple[str, ...]]:
    """Yield the pages that are not archived, some at a time: a JSON array for each column."""
    after = ""
    while (row := tx.one("console.pages", after=after, rows=_ROWS)) and row["last"] is not None:
        yield tuple(row)[1:]
        after = row["last"]
