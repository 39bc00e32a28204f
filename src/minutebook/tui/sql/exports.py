"""A result written to a file: for its owner alone, whole or not at all, and over nothing unasked.

A name that is typed is a path of the person's own machine. What it may never be is a file of
minutebook's own.
"""

from __future__ import annotations

import asyncio
import io
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from minutebook.domain.display import one_line
from minutebook.engine import RowFormat, write_rows
from minutebook.errors import QueryError, UsageError
from minutebook.paths import new_private

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from minutebook.engine import Cursor, Engine, ResultColumn
    from minutebook.paths import Home

_ALL = 2**62
_FORMATS = {
    ".csv": RowFormat.CSV,
    ".json": RowFormat.JSON,
    ".ndjson": RowFormat.NDJSON,
    ".jsonl": RowFormat.NDJSON,
    ".md": RowFormat.MARKDOWN,
}
PARQUET = ".parquet"
ENDINGS = (".csv", ".json", ".ndjson", ".md", PARQUET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is to be written where."""

    sql: str
    target: Path
    is_replacing: bool = False
    """Whether a file that is there may go."""


def target_of(typed: str, home: Home) -> Path:
    """Return the file that a name means; without a folder, among the exports of the home.

    Raises UsageError for what is no name of a file that may be written.
    """
    if not typed or any(character < " " or character == "\x7f" for character in typed):
        raise UsageError("That is no name of a file.")
    try:
        path = (home.exports / Path(typed).expanduser()).absolute()
        place = path.parent.resolve() / path.name
    except (RuntimeError, OSError) as error:
        raise UsageError(f"{one_line(typed)} leads nowhere.") from error
    if place.suffix.lower() not in {*_FORMATS, PARQUET}:
        raise UsageError(f"Its ending says what it is: {', '.join(ENDINGS)}.")
    if not place.parent.is_dir():
        raise UsageError(f"There is no folder {one_line(str(path.parent))}.")
    if place.is_dir():
        raise UsageError(f"{one_line(typed)} is a folder.")
    for own in {home.data.resolve(), home.config.resolve()}:
        if place.is_relative_to(own) and not place.is_relative_to(home.exports.resolve()):
            raise UsageError("That folder holds minutebook's own files.", hint="Choose another.")
    return place


async def export(engine: Engine, wanted: Export, heard: Callable[[int], None]) -> int:
    """Run a query again and write all of its rows; return how many. `heard` is told meanwhile.

    What was written is removed when it fails or is cancelled. Raises QueryError.
    """
    target = wanted.target
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        if target.suffix.lower() == PARQUET:
            rows = await engine.console.save(wanted.sql, part, rows=_ALL)
        else:
            cursor = await engine.console.run(wanted.sql, rows=_ALL)
            rows = await _written(cursor, part, _FORMATS[target.suffix.lower()], heard)
        await asyncio.to_thread(_place, part, target, wanted.is_replacing)
    except OSError as error:
        raise QueryError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return rows


async def _written(
    cursor: Cursor, part: Path, form: RowFormat, heard: Callable[[int], None]
) -> int:
    file = await asyncio.to_thread(new_private, part)
    try:
        spooled = _Spooled(cursor, file)
        await write_rows(spooled, form, spooled.text, heard)
        await spooled.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    finally:
        await asyncio.to_thread(file.close)
    return cursor.rows_read


class _Spooled:
    """A result whose rows, once they are text, go to a file in a thread: disks may be slow."""

    def __init__(self, cursor: Cursor, file: BinaryIO) -> None:
        self._cursor = cursor
        self._file = file
        self.columns: Sequence[ResultColumn] = cursor.columns
        self.text = io.StringIO(newline="")

    async def pages(self) -> AsyncIterator[list[list[Any]]]:
        """Yield the pages; what was made of one is written before the next."""
        async for rows in self._cursor.pages():
            yield rows
            await self.flush()

    async def flush(self) -> None:
        """Write what there is."""
        written = self.text.getvalue().encode("utf-8", "backslashreplace")
        self.text.seek(0)
        self.text.truncate()
        await asyncio.to_thread(self._file.write, written)


def _place(part: Path, target: Path, is_replacing: bool) -> None:
    """Give a finished file its name; one that is there stays, unless it may go."""
    if is_replacing:
        part.replace(target)
        return
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise QueryError(f"{target} exists already.", hint="Name another file.") from error
    except OSError:  # a file system without links
        with part.open("rb") as whole, new_private(target) as copy:
            shutil.copyfileobj(whole, copy)
