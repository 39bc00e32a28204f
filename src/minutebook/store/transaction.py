"""A transaction: the one thing the verbs of the store work on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from minutebook.domain.archive import ColdReader

Value = str | int | float | bytes | None
Row = sqlite3.Row
"""A row by column name; it becomes a value of the domain before it leaves the store."""


_ROWS_PER_STATEMENT = 100


class Transaction:
    """Runs named statements on one connection, inside one transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        statements: Mapping[str, str],
        cold: ColdReader | None = None,
    ) -> None:
        self._connection = connection
        self._statements = statements
        self.cold = cold
        """Reads what turns say that have gone cold."""
        self._reading: list[sqlite3.Cursor] = []

    def run(self, name: str, **values: Value) -> int:
        """Run a statement; return how many rows it touched."""
        return self._connection.execute(self._statements[name], values).rowcount

    def insert_many(self, name: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run an `INSERT … VALUES (?, …)` for many rows, a hundred to a statement.

        That takes half the time of a statement for each row, since the full-text index is brought
        up to date once per statement.
        """
        insert, values = self._statements[name].rsplit("VALUES", 1)
        waiting = iter(rows)
        while chunk := list(islice(waiting, _ROWS_PER_STATEMENT)):
            many = f"{insert} VALUES {', '.join([values] * len(chunk))}"
            self._connection.execute(many, list(chain.from_iterable(chunk)))

    def one(self, name: str, **values: Value) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self._connection.execute(self._statements[name], values).fetchone()
        return row

    def all(self, name: str, **values: Value) -> list[Row]:
        """Return every row."""
        return self._connection.execute(self._statements[name], values).fetchall()

    def each(self, name: str, **values: Value) -> Iterator[Row]:
        """Return the rows one by one, in constant memory."""
        cursor = self._connection.execute(self._statements[name], values)
        self._reading.append(cursor)
        return iter(cursor)

    def end(self) -> None:
        """Let go of rows that nobody fetched.

        As long as somebody holds them, an error's traceback for instance, the connection would go
        on seeing the state that they were read from.
        """
        for cursor in self._reading:
            cursor.close()


def storable(text: str) -> str:
    """Return the text with lone surrogates, which UTF-8 cannot write, replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
