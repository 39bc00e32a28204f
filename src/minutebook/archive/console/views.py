"""The tables a query sees: `history` (archived pages), `turns` and `pages` (hot and cold).

What is cold is read where it lies, from the files that the manifest names: a foreign file in the
folder is never read, and a condition on `year` and `month` leaves whole files out. What is hot is
brought over from one state of the store, together with the manifest of that state, so that a page
on its way to the archive is seen once. It is brought over only for queries that name it, and anew
only when the store has changed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.archive.console.present import has_ends, has_footer
from minutebook.archive.console.statements import literal, quoted, statement
from minutebook.archive.schemas import ROW_HASH, SCHEMAS, schema
from minutebook.domain.archive import FileKind
from minutebook.store import console as record
from minutebook.store.console import LiveFile, RecordReader
from minutebook.store.transaction import Transaction

if TYPE_CHECKING:
    import duckdb

_READERS: Mapping[str, Callable[[Transaction], Iterator[tuple[str, ...]]]] = {
    "turns": record.turns,
    "pages": record.pages,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that is hot and cold together."""

    name: str
    columns: Mapping[str, str]
    """Types by name."""
    cold: Mapping[str, str]
    """Expressions over the archive's columns, where they are not called the same."""
    kind: FileKind


@cache
def tables() -> Sequence[Table]:
    """Return the tables that are hot and cold together."""
    text = (files("minutebook.archive.console") / "tables.toml").read_text("utf-8")
    return [
        Table(name=name, columns=one["columns"], cold=one["cold"], kind=FileKind(name))
        for name, one in tomllib.loads(text).items()
    ]


_KINDS = {"history": FileKind.PAGES, "pages": FileKind.PAGES, "turns": FileKind.TURNS}
"""What each table is made of, as far as it is cold."""

BLANK = "blank"
"""The schema in which the tables have no rows."""


class Views:
    """Keeps the tables of one DuckDB in step with a store."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, reader: RecordReader | None, archive: Path
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._archive = archive
        self._files: list[LiveFile] | None = None
        self._lost: list[LiveFile] = []
        """Those that cannot be read, and are left out."""
        self._is_doubted = False
        """Whether a query failed, so that each file is to be looked at more closely."""
        self._seen = -1
        self._loaded: set[str] = set()
        self.edition = 0
        """Changes whenever the tables are made of something else than before."""
        connection.execute(statement("hot_schema"))
        connection.execute(statement("blank_schema").format(blank=BLANK))
        connection.execute(statement("archived"))
        for table in tables():
            connection.execute(_made(table))
            self._view(f"{BLANK}.{table.name}", _hot(table))
        self._view(f"{BLANK}.history", _empty(FileKind.PAGES))
        self._define([])

    def refresh(self, named: Iterable[str]) -> None:
        """Bring the tables up to date that a query names. Raises StoreError and duckdb.Error."""
        if self._reader is None:
            return
        if any(self._is_sound(file) for file in self._lost):
            self._seen, self._files = -1, None  # it was brought back
        version = self._reader.version()
        if version != self._seen:
            self._loaded.clear()
        missing = [table for table in tables() if table.name in {*named} - self._loaded]
        if version == self._seen and not missing:
            return
        with self._reader.snapshot() as tx:
            self._loaded.clear()
            self._take_files(tx)
            for table in [one for one in tables() if one.name in named]:
                self._load(table, tx)
        self._seen = version

    def forget(self) -> None:
        """Look at the store anew next time, whatever it says."""
        self._seen, self._files, self._is_doubted = -1, None, True

    def has_changed(self) -> bool:
        """Say whether a file that is asked cannot be read any more."""
        asked = [file for file in self._files or () if file not in self._lost]
        return not all(has_ends(self._archive / file.path) for file in asked)

    def left_out(self, named: Iterable[str]) -> int:
        """Return how many files a query goes without that names some tables."""
        kinds = {_KINDS[name] for name in named}
        return sum(file.kind in kinds for file in self._lost)

    def _is_sound(self, file: LiveFile) -> bool:
        place = self._archive / file.path
        if not has_ends(place):
            return False
        return not self._is_doubted or has_footer(self._connection, place)

    def _take_files(self, tx: Transaction) -> None:
        found = record.files(tx)
        if found == self._files:
            return
        self._connection.execute(statement("no_archived"))
        for name in sorted({file.name for file in found if not file.is_whole}):
            pages = record.archived_in(tx, name)
            self._connection.execute(statement("add_archived"), [pages])
        self._lost = [file for file in found if not self._is_sound(file)]
        self._define([file for file in found if file not in self._lost])
        self._files = found

    def _load(self, table: Table, tx: Transaction) -> None:
        self._connection.execute("BEGIN")
        try:
            self._connection.execute(statement("no_hot").format(table=table.name))
            for arrays in _READERS[table.name](tx):
                self._connection.execute(_inserted(table), list(arrays))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        self._loaded.add(table.name)

    def _define(self, found: Sequence[LiveFile]) -> None:
        """Say anew what the tables are made of."""
        self.edition += 1
        self._view("history", self._cold(FileKind.PAGES, found) or _empty(FileKind.PAGES))
        for table in tables():
            sources = [_hot(table)]
            if cold := self._cold(table.kind, found):
                columns = _from_cold(table)
                sources.append(statement("from_cold").format(columns=columns, source=cold))
            self._view(table.name, " UNION ALL ".join(sources))

    def _view(self, name: str, source: str) -> None:
        self._connection.execute(statement("view").format(table=name, source=source))

    def _cold(self, kind: FileKind, found: Sequence[LiveFile]) -> str:
        """Return the query over the archive's files of a kind; nothing when there are none."""
        its = [file for file in found if file.kind == kind]
        whole = [file for file in its if file.is_whole]
        partial = [file for file in its if not file.is_whole]
        sources = [self._parquet(whole)] if whole else []
        if partial:
            key = "id" if kind is FileKind.PAGES else "page"
            source = self._parquet(partial)
            sources.append(statement("partial").format(source=source, key=key))
        if not any(file.schema_version != _newest(kind) for file in its):
            return " UNION ALL BY NAME ".join(sources)
        # Older files lack columns, as far as none of these has them; the first gives their order.
        return " UNION ALL BY NAME ".join([_empty(kind), *sources])

    def _parquet(self, found: Sequence[LiveFile]) -> str:
        paths = ", ".join(literal(str(self._archive / file.path)) for file in found)
        # Only files of several versions have to be opened to know the columns of all.
        by_name = str(len({file.schema_version for file in found}) > 1).lower()
        return statement("whole").format(paths=paths, row_hash=ROW_HASH, by_name=by_name)


def _made(table: Table) -> str:
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in table.columns.items())
    return statement("hot_table").format(table=table.name, columns=columns)


def _inserted(table: Table) -> str:
    kinds = [*table.columns.values(), "TIMESTAMP"]
    values = ", ".join(_parsed(at, kind) for at, kind in enumerate(kinds, 1))
    return statement("add_hot").format(table=table.name, values=values)


def _parsed(at: int, kind: str) -> str:
    if kind == "TIMESTAMP":
        return f"make_timestamp(unnest(from_json(${at}, '[\"BIGINT\"]')))"
    if kind == "BOOLEAN":
        return f"unnest(from_json(${at}, '[\"BIGINT\"]'))::BOOLEAN"
    return f"unnest(from_json(${at}, '[\"{kind}\"]'))"


def _hot(table: Table) -> str:
    columns = ", ".join(map(quoted, table.columns))
    return statement("from_hot").format(table=table.name, columns=columns)


def _from_cold(table: Table) -> str:
    return ", ".join(
        f"{table.cold.get(name, quoted(name))} AS {quoted(name)}" for name in table.columns
    )


def _empty(kind: FileKind) -> str:
    """Return a query with the columns of the newest files, and no rows."""
    columns = schema(kind, _newest(kind)).columns
    nulls = ", ".join(f"NULL::{column.type} AS {column.quoted}" for column in columns)
    return statement("empty").format(columns=nulls)


def _newest(kind: FileKind) -> int:
    return max(number for its, number in SCHEMAS if its is kind)
