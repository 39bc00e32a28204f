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
    """Apply what is missing, each migration in a transaction of its own.

    Raises SchemaTooNewError when the database knows migrations that we do not.
    """
    newest = known()[-1].number
    if version(connection) > newest:
        raise SchemaTooNewError(
            f"The store has schema {version(connection)}, and this minutebook knows {newest}.",
            hint="Update minutebook, or use another --home.",
        )
    for migration in known():
        if until is None or migration.number <= until:
            _apply(connection, migration)


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    # The version is read again under the lock: another process may be migrating the same home.
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version(connection) < migration.number:
            for statement in _statements(migration.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {migration.number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """Split a script at the semicolons that end statements (a trigger has inner ones)."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        code = line.partition("--")[0].rstrip()
        if code.endswith(";") and sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return statements
