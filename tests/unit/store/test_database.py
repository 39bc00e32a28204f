"""The database: units of work, two processes, and what can go wrong below."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from doubles import FakeClock
from minutebook.errors import SchemaTooNewError, StoreDamagedError, StoreError, StoreFullError
from minutebook.store import conversations, migrations, statements
from minutebook.store.database import Database, connect
from minutebook.store.transaction import Transaction


async def test_a_unit_of_work_is_kept_whole_or_not_at_all(
    database: Database, clock: FakeClock
) -> None:
    """An error inside undoes everything the unit has done."""

    def half(tx: Transaction) -> None:
        conversations.create(tx, "test", "one", "One", clock())
        raise ValueError

    with pytest.raises(ValueError, match="^$"):
        await database.write(half)
    assert await database.read(lambda tx: conversations.newest(tx, limit=1)) == []


async def test_reading_cannot_write(database: Database, clock: FakeClock) -> None:
    """A unit of work that only reads is refused to write."""
    with pytest.raises(StoreError):
        await database.read(lambda tx: conversations.create(tx, "a", "b", "c", clock()))


async def test_a_commit_is_told(database: Database, clock: FakeClock) -> None:
    """Those who watch are called after each commit, and not after a rollback."""
    calls: list[int] = []
    database.on_commit(lambda: calls.append(1))
    await database.write(lambda tx: conversations.create(tx, "a", "b", "c", clock()))
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda _: 1 // 0)
    assert calls == [1]


async def test_files_are_for_the_owner_alone(database: Database, clock: FakeClock) -> None:
    """Neither the database nor its side files can be read by others."""
    await database.write(lambda tx: conversations.create(tx, "a", "b", "c", clock()))
    for file in database.path.parent.glob("store.db*"):
        assert file.stat().st_mode & 0o077 == 0, file


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """The error names the file and says what to do."""
    path = tmp_path / "store.db"
    path.write_text("not a database, but long enough to be looked at " * 50)
    with pytest.raises(StoreDamagedError, match=r"store\.db.*not a sound database.*backup"):
        await Database.open(path)


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The error names the file and says what to do."""
    with pytest.raises(StoreError, match="cannot be opened.*--home"):
        await Database.open(tmp_path / "none" / "store.db")


async def test_a_full_disk_is_told_and_loses_nothing(database: Database, clock: FakeClock) -> None:
    """What was recorded before is still there, and recording goes on when there is room."""
    await database.write(lambda tx: conversations.create(tx, "a", "first", "", clock()))

    def limit(tx: Transaction, pages: int) -> None:
        tx._connection.execute(f"PRAGMA max_page_count = {pages}")

    used = database.path.stat().st_size // 4096
    await database.write(lambda tx: limit(tx, used))
    with pytest.raises(StoreFullError, match="no room left"):
        await database.write(
            lambda tx: conversations.create(tx, "a", "big", "x" * 500_000, clock())
        )
    await database.write(lambda tx: limit(tx, 1_000_000))
    await database.write(lambda tx: conversations.create(tx, "a", "third", "", clock()))
    found = await database.read(lambda tx: conversations.newest(tx, limit=9))
    assert {c.native_id for c in found} == {"first", "third"}


WRITER = """
import asyncio, sys
from pathlib import Path
from minutebook.clock import system_clock
from minutebook.store import conversations
from minutebook.store.database import Database

async def main(path, name):
    database = await Database.open(Path(path))
    for number in range(100):
        await database.write(lambda tx: conversations.create(
            tx, "test", f"{name} {number}", "", system_clock()))
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_processes_write_to_one_home(tmp_path: Path) -> None:
    """Three processes that open a new home at once and write all get through."""
    path = tmp_path / "store.db"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], stderr=subprocess.PIPE)
        for name in ("a", "b", "c")
    ]
    for writer in writers:
        _, errors = await asyncio.to_thread(writer.communicate)
        assert writer.returncode == 0, errors.decode()
    database = await Database.open(path)
    found = await database.read(lambda tx: conversations.newest(tx, limit=1_000))
    await database.close()
    assert len(found) == 300


def schema(path: Path) -> set[str]:
    """Return every statement of the schema of a database."""
    with sqlite3.connect(path) as connection:
        return {row[0] for row in connection.execute("SELECT sql FROM sqlite_master") if row[0]}


@pytest.mark.parametrize("number", [m.number for m in migrations.known()])
async def test_every_older_schema_is_brought_up_to_date(tmp_path: Path, number: int) -> None:
    """A home of any earlier version opens, and has the schema of a fresh one."""
    old, fresh = tmp_path / "old.db", tmp_path / "fresh.db"
    connection = connect(old)
    migrations.migrate(connection, until=number)
    connection.close()
    for path in (old, fresh):
        await (await Database.open(path)).close()
    assert schema(old) == schema(fresh)


async def test_a_home_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """The error says which versions meet."""
    path = tmp_path / "store.db"
    connection = connect(path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    with pytest.raises(SchemaTooNewError, match="9999.*Update minutebook"):
        await Database.open(path)


def test_every_statement_says_something() -> None:
    """No statement file has a name without a statement."""
    assert all(statement.strip() for statement in statements.load("sqlite").values())


@pytest.mark.parametrize("name", ["SQLITE_IOERR_SHMSIZE", "SQLITE_CANTOPEN", "SQLITE_IOERR"])
@pytest.mark.parametrize(("free", "error"), [(0, StoreFullError), (10**9, StoreError)])
async def test_a_full_disk_is_called_that(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    free: int,
    error: type[Exception],
) -> None:
    """SQLite often knows only that something went wrong with the disk."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    failure = sqlite3.OperationalError("disk I/O error")
    failure.sqlite_errorname = name

    def fails(tx: Transaction) -> None:
        raise failure

    with pytest.raises(StoreError) as raised:
        await database.read(fails)
    assert isinstance(raised.value, StoreFullError) is (free == 0)
    if free == 0:
        assert "disk is full" in str(raised.value)
        assert "Free some space" in str(raised.value)


async def test_rows_nobody_fetched_hold_no_old_state(database: Database, clock: FakeClock) -> None:
    """A reader that failed in the midst of rows sees what is written afterwards."""
    for name in ("one", "two"):
        await database.write(lambda tx, n=name: conversations.create(tx, "test", n, n, clock()))  # type: ignore[misc]
    held = []

    def failing(tx: Transaction) -> None:
        rows = tx.each("search.conversations", titles=None, sources=None)
        held.append(rows)
        next(rows)
        raise ValueError

    for _ in range(3):
        with pytest.raises(ValueError, match="^$"):
            await database.read(failing)
    await database.write(lambda tx: conversations.create(tx, "test", "three", "three", clock()))
    for _ in range(6):
        assert len(await database.read(lambda tx: conversations.newest(tx, limit=9))) == 3
