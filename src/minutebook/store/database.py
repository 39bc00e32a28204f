"""The SQLite database of a home: one writer thread, readers beside it.

WAL mode, so that readers and other processes never wait for a writer; `BEGIN IMMEDIATE`, so that a
transaction that will write never finds out too late that it cannot; `synchronous = FULL`, so that a
turn that was shown as sent outlives a power cut.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from minutebook.domain.archive import ColdReader
from minutebook.errors import StoreDamagedError, StoreError, StoreFullError
from minutebook.store import migrations, statements
from minutebook.store.transaction import Transaction

T = TypeVar("T")
Work = Callable[[Transaction], T]
"""A unit of work: a function over a transaction. It runs in a thread of the store."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_LEAST_ROOM = 256 * 1024
"""Bytes without which SQLite cannot even open a database to read it."""
_BUSY_SECONDS = 30.0
_READERS = 3
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -16384",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)


class Database:
    """The hot store as a place where units of work run.

    Every method may raise StoreError, StoreFullError or StoreDamagedError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._readers = ThreadPoolExecutor(_READERS, "store-reader")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._statements = statements.load("sqlite")
        self._committed: list[Callable[[], None]] = []
        self._cold: ColdReader | None = None

    @classmethod
    async def open(cls, path: Path) -> Database:
        """Open the database, make it if it is not there, and bring its schema up to date."""
        database = cls(path)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(database._writer, database._prepare)
        except BaseException:
            await database.close()
            raise
        return database

    async def copied(self, path: Path) -> Database:
        """Open a copy of the store as it is now, in a file that is not there yet.

        Writers do not wait meanwhile; what leaves the store is read by the same reader.
        """
        await asyncio.get_running_loop().run_in_executor(self._readers, self._copy, path)
        copy = await Database.open(path)
        copy._cold = self._cold
        return copy

    async def close(self) -> None:
        """Let running work end, then close every connection."""
        await asyncio.to_thread(self._shut_down)

    def read_cold_with(self, reader: ColdReader) -> None:
        """Read what has left the store with this."""
        self._cold = reader

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call back, in the writer thread, after each commit of ours."""
        self._committed.append(callback)

    async def write(self, work: Work[T]) -> T:
        """Run a unit of work in a transaction that writes: all of it is kept, or none."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work)

    async def write_relaxed(self, work: Work[T]) -> T:
        """Do as `write` does for what can be found out again: a power cut may undo it.

        It is never torn, it outlives the death of this process, and it is on the disk for good with
        the next `write`. It saves the wait for the disk.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self._write_relaxed, work)

    async def read(self, work: Work[T]) -> T:
        """Run a unit of work on one consistent state of the store; it cannot write."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def write_now(self, work: Work[T]) -> T:
        """Do as `write` does, from a thread that may wait."""
        return self._writer.submit(self._write, work).result()

    def read_now(self, work: Work[T]) -> T:
        """Do as `read` does, from a thread that may wait."""
        return self._readers.submit(self._read, work).result()

    async def free_space(self, least: int) -> int:
        """Give back to the file system what is empty in the file; return how many bytes.

        Nothing is done below `least` bytes, or a fifth of the file. It rewrites the whole file, and
        writers wait meanwhile; the disk must have room for a second one.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self._free_space, least)

    def _free_space(self, least: int) -> int:
        with translated(self.path):
            connection = self._connection()
            size, empty, pages = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_size", "freelist_count", "page_count")
            )
            if size * empty < least or empty * 5 < pages:
                return 0
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            left: int = connection.execute("PRAGMA page_count").fetchone()[0]
            return int(size) * (int(pages) - left)

    async def write_over(self) -> bool:
        """Write the file and its journal anew, so that nothing that was deleted is in them.

        False when another process reads just now, so that the journal cannot be emptied: try again.
        Writers wait meanwhile; the disk must have room for a second file.
        """
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write_over)

    def _write_over(self) -> bool:
        with translated(self.path):
            connection = self._connection()
            connection.execute("VACUUM")
            is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy

    def _copy(self, path: Path) -> None:
        with translated(path):
            _create_private(path)
            target = sqlite3.connect(path)
            try:
                self._connection(read_only=True).backup(target)
            finally:
                target.close()

    def _prepare(self) -> None:
        with translated(self.path):
            _create_private(self.path)
            migrations.migrate(self._connection())

    def _connection(self, *, read_only: bool = False) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path)
            if read_only:
                connection.execute("PRAGMA query_only = ON")
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def _write(self, work: Work[T]) -> T:
        with translated(self.path):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(connection, self._statements, self._cold)
            try:
                result = work(transaction)
                transaction.end()
                connection.execute("COMMIT")
            except BaseException:
                transaction.end()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        for callback in self._committed:
            callback()
        return result

    def _write_relaxed(self, work: Work[T]) -> T:
        connection = self._connection()
        connection.execute("PRAGMA synchronous = NORMAL")
        try:
            return self._write(work)
        finally:
            connection.execute("PRAGMA synchronous = FULL")

    def _read(self, work: Work[T]) -> T:
        with translated(self.path):
            connection = self._connection(read_only=True)
            connection.execute("BEGIN")
            transaction = Transaction(connection, self._statements, self._cold)
            try:
                return work(transaction)
            finally:
                transaction.end()
                connection.execute("ROLLBACK")

    def _shut_down(self) -> None:
        self._readers.shutdown()
        self._writer.shutdown()
        for connection in self._connections:
            connection.close()


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection with the settings that hold for every one of ours."""
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    for setting in _SETTINGS:
        connection.execute(setting)
    return connection


def _create_private(path: Path) -> None:
    # SQLite gives its -wal and -shm files the mode of the database file.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into our own errors."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _explain(error, path) from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _full(path) from error
        raise StoreError(
            f"The store {str(path)!r} cannot be opened: {error.strerror}.",
            hint="Check that its folder exists and belongs to you, or use another --home.",
        ) from error


def _full(path: Path) -> StoreFullError:
    return StoreFullError(
        f"The disk is full: there is no room left for the store {str(path)!r}.",
        hint="Free some space and try again; nothing that was recorded is lost.",
    )


def _is_disk_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    except OSError:
        return False


def _explain(error: sqlite3.DatabaseError, path: Path) -> StoreError:
    name = getattr(error, "sqlite_errorname", "") or ""
    is_hampered = name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN"))
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR_WRITE"):
        return _full(path)
    if is_hampered and _is_disk_full(path):  # SQLite cannot always tell why
        return _full(path)
    if name in {"SQLITE_NOTADB", "SQLITE_CORRUPT"} or name.startswith("SQLITE_CORRUPT"):
        return StoreDamagedError(
            f"The store {str(path)!r} is not a sound database: {error}.",
            hint="Restore it from a backup, or move it away and import again.",
        )
    if name.startswith("SQLITE_BUSY"):
        return StoreError(
            f"Another program has held the store {str(path)!r} for {_BUSY_SECONDS:.0f} seconds.",
            hint="Stop it, or try again.",
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreError(
            f"The store {str(path)!r} cannot be written: {error}.",
            hint="Check its permissions, or use another --home.",
        )
    return StoreError(f"The store {str(path)!r} failed: {error}.", hint="Run `minutebook doctor`.")


def sqlite_version() -> str:
    """Return the version of the library."""
    return sqlite3.sqlite_version


def examine(path: Path) -> list[str]:
    """Return what is wrong with a database: its pages, its references, its full-text index.

    Raises StoreError when it cannot be opened, StoreDamagedError when it is no database.
    """
    with translated(path):
        connection = connect(path)
        try:
            found = [row[0] for row in connection.execute("PRAGMA quick_check(20)")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        finally:
            connection.close()
    problems = [line for line in found if line != "ok"]
    if broken:
        problems.append(f"{len(broken)} rows refer to something that is not there")
    return problems
