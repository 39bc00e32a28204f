"""A transaction: the one thing the verbs of the store work on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

Value = str | int | float | bytes | None
Row = sqlite3.Row
"""A row by column name; it becomes a value of the domain before it leaves the store."""


class Transaction:
    """Runs named statements on one connection, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, statements: Mapping[str, str]) -> None:
        self._connection = connection
        self._statements = statements

    def run(self, name: str, **values: Value) -> int:
        """Run a statement; return how many rows it touched."""
        return self._connection.execute(self._statements[name], values).rowcount

    def run_many(self, name: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run a statement with positional parameters once for each row."""
        self._connection.executemany(self._statements[name], rows)

    def one(self, name: str, **values: Value) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self._connection.execute(self._statements[name], values).fetchone()
        return row

    def all(self, name: str, **values: Value) -> list[Row]:
        """Return every row."""
        return self._connection.execute(self._statements[name], values).fetchall()

    def each(self, name: str, **values: Value) -> Iterator[Row]:
        """Return the rows one by one, in constant memory."""
        return iter(self._connection.execute(self._statements[name], values))


def storable(text: str) -> str:
    """Return the text with lone surrogates, which UTF-8 cannot write, replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
