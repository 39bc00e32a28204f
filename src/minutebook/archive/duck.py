"""DuckDB, opened when it is first needed, with nothing to find on its own and nothing to fetch.

Statements are `.sql` files; what is put into them are names of ours and paths, never text of the
record. What DuckDB and the file system raise becomes an error of ours.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minutebook.errors import ArchiveDamagedError, ArchiveError

if TYPE_CHECKING:
    import duckdb

_SETTINGS = {
    "threads": "1",  # files have one or two row groups each, and the store is read meanwhile
    "memory_limit": "512MB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "true",
}
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_LOCKED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_VERIFY = "`minutebook archive verify` says which files are not as they should be."


class Duck:
    """A DuckDB in memory. Any thread may ask it; each question gets a cursor of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opening = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def ask(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement; return all rows. Raises ArchiveError."""
        import duckdb

        with translated(self._folder):
            cursor = self._opened().cursor()
            try:
                return cursor.execute(statement, dict(values) if values else None).fetchall()
            except duckdb.Error as error:
                raise _explain(error, self._folder) from error
            finally:
                cursor.close()

    def close(self) -> None:
        """Close it, if it was opened."""
        with self._opening:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        with self._opening:
            if self._connection is None:
                self._connection = duckdb.connect(":memory:", config=dict(_SETTINGS))
            return self._connection


@cache
def statement(name: str) -> str:
    """Return a statement by the name of its file."""
    return (files("minutebook.archive") / "statements" / f"{name}.sql").read_text("utf-8")


def literal(text: str | Path) -> str:
    """Write a text as SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def literals(texts: Sequence[str | Path]) -> str:
    """Write texts as a list in SQL."""
    return "[" + ", ".join(map(literal, texts)) + "]"


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn what the file system raises into errors of ours."""
    try:
        yield
    except OSError as error:
        raise _of_system(error, folder) from error


def _of_system(error: OSError, folder: Path) -> ArchiveError:
    if error.errno in _NO_ROOM:
        return _full(folder)
    if error.errno in _LOCKED:
        return ArchiveError(
            f"The archive {str(folder)!r} cannot be written: {error.strerror}.",
            hint="Let its folder be written to; nothing has left the store.",
        )
    return ArchiveError(f"The archive {str(folder)!r} failed: {error}.", hint=_VERIFY)


def _explain(error: duckdb.Error, folder: Path) -> ArchiveError:
    import duckdb

    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "No space left" in said or "disk quota" in said.lower():
        return _full(folder)
    if isinstance(error, (duckdb.IOException, duckdb.InvalidInputException)):
        return ArchiveDamagedError(f"A file of the archive cannot be read: {said}", hint=_VERIFY)
    return ArchiveError(f"DuckDB failed on the archive: {said}", hint=_VERIFY)


def _full(folder: Path) -> ArchiveError:
    return ArchiveError(
        f"The disk is full: there is no room left for the archive {str(folder)!r}.",
        hint="Free some space and try again; nothing has left the store.",
    )
