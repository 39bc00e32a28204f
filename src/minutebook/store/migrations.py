"""Bring a database to the newest schema by replaying the numbered migrations it has not seen.

A fresh database replays them all, so there is one description of the schema. The number of the last
one applied is SQLite's own `user_version`.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from minutebook.errors import SchemaTooNewError

_FILE = re.compile(r"^(\d{4})_(\w+)\.sql$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sql: str


@cache
def known() -> tuple[Migration, ...]:
    """Return the migrations in order."""
    folder = files("minutebook.store") / "sqlite" / "migrations"
    found = [
        Migration(number=int(match[1]), name=match[2], sql=file.read_text("utf-8"))
        for file in folder.iterdir()
        if (match := _FILE.match(file.name))
    ]
    return tuple(sorted(found, key=lambda migration: migration.number))


def version(connection: sqlite3.Connection) -> int:
    """Return the number of the last migration applied."""
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def migrate(connection: sqlite3.Connection, *, until: int | None = None) -> None:
    """Apply what is missing, in one transaction: a fresh database waits for the disk once.

    Raises SchemaTooNewError when the database knows migrations that we do not.
    """
    newest = known()[-1].number
    if version(connection) > newest:
        raise SchemaTooNewError(
            f"The store has schema {version(connection)}, and this minutebook knows {newest}.",
            hint="Update minutebook, or use another --home.",
        )
    wanted = newest if until is None else until
    if version(connection) >= wanted:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _apply(connection, wanted)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _apply(connection: sqlite3.Connection, wanted: int) -> None:
    # The version is read again under the lock: another process may have migrated the same home.
    begun = version(connection)
    for migration in known():
        if begun < migration.number <= wanted:
            for statement in _statements(migration.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {migration.number}")


@cache
def _statements(script: str) -> tuple[str, ...]:
    """Split a script at the semicolons that end statements (a trigger has inner ones)."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        code = line.partition("--")[0].rstrip()
        if code.endswith(";") and sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return tuple(statements)
