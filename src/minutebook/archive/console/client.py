"""The console as the rest of minutebook sees it: queries in, pages of rows out.

One process is started when it is first asked something and kept warm for a while; it runs one query
at a time, and a new query ends the one before. A query has so many seconds of work: then it is
interrupted, and if that does not help, its process is killed. Nothing here imports DuckDB.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path

from minutebook.archive.console.failures import ARCHIVE, LIMIT, REFUSED, STOPPED, without
from minutebook.archive.console.limits import Confinement, ConsoleLimits
from minutebook.archive.console.messages import (
    Ask,
    Cancel,
    Columns,
    Describe,
    Described,
    Failed,
    Message,
    More,
    Progress,
    Row,
    Rows,
    Saved,
)
from minutebook.archive.console.process import ConsoleProcess
from minutebook.errors import (
    QueryError,
    QueryLimitError,
    QueryRefusedError,
    QueryStoppedError,
    UsageError,
)
from minutebook.paths import new_private

_EXPECTED = "The console's process said something else than expected."
_RESULT = "result.parquet"
_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\([^)]*\)")
_ERRORS: dict[str, type[QueryError]] = {
    REFUSED: QueryRefusedError,
    LIMIT: QueryLimitError,
    STOPPED: QueryStoppedError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumn:
    """A column of a result."""

    name: str
    type: str
    """In DuckDB's words."""

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return bool(_NUMBER.fullmatch(self.type))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column that can be asked for."""

    table: str
    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What can be completed."""

    columns: tuple[TableColumn, ...]
    functions: tuple[str, ...]
    keywords: tuple[str, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables, in the order of the alphabet."""
        return tuple(dict.fromkeys(column.table for column in self.columns))


class Cursor:
    """A result that is read page by page."""

    def __init__(self, console: Console, id_: int, columns: Columns, first: Rows) -> None:
        self._console = console
        self._next: Rows | None = first
        self._is_over = False
        self.id = id_
        pairs = zip(columns.names, columns.types, strict=True)
        self.columns: Sequence[ResultColumn] = [
            ResultColumn(name=name, type=kind) for name, kind in pairs
        ]
        self.warning = without(columns.left_out)
        """What the archive could not give; empty when nothing is missing."""
        self.rows_read = 0
        self.is_capped = False
        """Whether there are more rows than were asked for; known when the last page was read."""

    @property
    def is_over(self) -> bool:
        """Whether the last page was read, or the rest given up."""
        return self._is_over

    async def page(self) -> list[Row]:
        """Return the next rows; none when there are no more. Raises QueryError."""
        if self._is_over:
            return []
        found = self._next or await self._console._more(self.id)
        self._next = None
        self._is_over, self.is_capped = found.is_last, found.is_capped
        self.rows_read += len(found.rows)
        return found.rows

    async def pages(self) -> AsyncIterator[list[Row]]:
        """Yield the pages that are left. Raises QueryError."""
        while rows := await self.page():
            yield rows

    async def all(self) -> list[Row]:
        """Return every row that is left. Raises QueryError."""
        return [row async for rows in self.pages() for row in rows]

    async def close(self) -> None:
        """Give up what is left."""
        if not self._is_over:
            self._is_over = True
            await self._console.stop(self.id)


class Console:
    """Asks the console's process. Every method may raise QueryError."""

    def __init__(self, database: Path, archive: Path, limits: ConsoleLimits | None = None) -> None:
        self._database = database
        self._archive = archive
        self.limits = limits or ConsoleLimits()
        self._process: ConsoleProcess | None = None
        self._asking = asyncio.Lock()
        self._asked = 0
        """How many things were asked; each has its number."""
        self._current = 0
        """The query that runs, or whose result is read."""
        self._progress = 0.0
        self.warning = ""
        """What the archive could not give to the last query."""
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def progress(self) -> float:
        """How far the query is that runs, from 0 to 1, as far as DuckDB says."""
        return self._progress

    @property
    def is_warm(self) -> bool:
        """Whether there is a process that can be asked; else the next question starts one."""
        return self._process is not None and not self._process.has_ended

    async def run(
        self, sql: str, *, rows: int | None = None, seconds: float | None = None
    ) -> Cursor:
        """Run one query that reads; return its result, with the first page at hand.

        Raises UsageError for a text that is too long; QueryRefusedError when it may not be run,
        QueryLimitError when it took too much, QueryStoppedError when it was stopped, and QueryError
        when it is wrong: `place` says where.
        """
        async with self._asking:
            ask = await self._ask(sql, rows=rows)
            columns = await self._answer(ask, seconds)
            first = await self._answer(ask, seconds)
        if not isinstance(columns, Columns) or not isinstance(first, Rows):
            raise QueryError(_EXPECTED)
        self.warning = without(columns.left_out)
        return Cursor(self, ask.id, columns, first)

    async def explain(self, sql: str) -> str:
        """Return the plan of a query, as DuckDB draws it; it is not run."""
        async with self._asking:
            ask = await self._ask(sql, plan_only=True)
            await self._answer(ask)
            plan = await self._answer(ask)
        if not isinstance(plan, Rows):
            raise QueryError(_EXPECTED)
        return str(plan.rows[0][0])

    async def save(self, sql: str, target: Path, *, rows: int | None = None) -> int:
        """Write a result into a new Parquet file; return how many rows it has.

        Raises QueryError also when the file exists already, or cannot be written.
        """
        async with self._asking:
            ask = await self._ask(sql, rows=rows, save_as=_RESULT)
            saved = await self._answer(ask)
            if not isinstance(saved, Saved) or self._process is None:
                raise QueryError(_EXPECTED)
            self.warning = without(saved.left_out)
            await asyncio.to_thread(_take, self._process.temp / _RESULT, target)
        return saved.rows

    async def vocabulary(self) -> Vocabulary:
        """Return what can be completed: tables, columns, functions, keywords."""
        async with self._asking:
            process = await self._started()
            self._asked += 1  # and the query that is being read goes on
            ask = Describe(id=self._asked)
            await process.send(ask)
            told = await self._answer(ask)
        if not isinstance(told, Described):
            raise QueryError(_EXPECTED)
        columns = [TableColumn(table=one, name=two, type=three) for one, two, three in told.columns]
        return Vocabulary(
            columns=tuple(columns), functions=tuple(told.functions), keywords=tuple(told.keywords)
        )

    async def confinement(self) -> Confinement:
        """Return what holds the process, starting it if there is none."""
        async with self._asking:
            return (await self._started()).confinement

    async def stop(self, id_: int = 0) -> None:
        """Stop a query, or whichever runs; its `run` then raises QueryStoppedError."""
        if self._process is not None and self._current:
            with contextlib.suppress(QueryError):
                await self._process.send(Cancel(id=id_ or self._current))

    async def close(self) -> None:
        """End the process, whatever it does."""
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        if process is not None:
            await process.end()
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _more(self, id_: int) -> Rows:
        async with self._asking:
            if id_ != self._current or self._process is None:
                raise QueryStoppedError("This query has ended.", hint="Run it again.")
            ask = More(id=id_)
            await self._process.send(ask)
            rows = await self._answer(ask)
        if not isinstance(rows, Rows):
            raise QueryError(_EXPECTED)
        return rows

    async def _ask(
        self, sql: str, *, rows: int | None = None, save_as: str = "", plan_only: bool = False
    ) -> Ask:
        if len(sql) > self.limits.sql_characters:
            raise UsageError(f"A query of {len(sql):,} characters is too long.")
        process = await self._started()
        self._asked += 1
        self._current = self._asked
        self._progress = 0.0
        most = self.limits.rows if rows is None else rows
        ask = Ask(id=self._current, sql=sql, rows=most, save_as=save_as, plan_only=plan_only)
        await process.send(ask)
        return ask

    async def _answer(self, ask: Ask | More | Describe, seconds: float | None = None) -> Message:
        """Wait for an answer, as long as the limits say; a query that takes longer is stopped."""
        limit = self.limits.seconds if seconds is None else seconds
        try:
            try:
                async with asyncio.timeout(limit):
                    answer = await self._about(ask.id)
            except TimeoutError:
                await self._give_up(ask.id)
                raise QueryLimitError(
                    f"The query took longer than {limit:g} seconds and was stopped.",
                    hint="Narrow it: a WHERE on year and month, fewer columns, a LIMIT.",
                ) from None
        except asyncio.CancelledError:
            await self._give_up_at_once(ask.id)
            raise
        if isinstance(answer, Failed):
            if answer.kind == ARCHIVE and self._process is not None:
                await self._drop(self._process)  # the folder may have become another
            raise _error(answer, ask.sql if isinstance(ask, Ask) else "")
        return answer

    async def _about(self, id_: int) -> Message:
        """Return the next message about a query; what is said about earlier ones is old."""
        while True:
            process = self._process
            if process is None:
                raise QueryStoppedError("The console was closed.")
            try:
                message = await process.receive()
            except QueryError:
                await self._drop(process)
                raise
            if getattr(message, "id", 0) != id_:
                continue
            if not isinstance(message, Progress):
                return message
            self._progress = message.done

    async def _give_up(self, id_: int) -> None:
        """Interrupt a query; kill its process if it does not obey."""
        await self.stop(id_)
        try:
            async with asyncio.timeout(self.limits.grace_seconds):
                while not isinstance(await self._about(id_), Failed):
                    pass
        except (TimeoutError, QueryError):
            if self._process is not None:
                await self._drop(self._process)

    async def _give_up_at_once(self, id_: int) -> None:
        """Give up a query for a caller who was cancelled, and who may be cancelled again."""
        try:
            await asyncio.shield(self._later(self._give_up(id_)))
        except asyncio.CancelledError:
            if self._process is not None:
                await self._drop(self._process)
            raise

    async def _started(self) -> ConsoleProcess:
        """Return a process that is ready, and put off the end of its idleness."""
        if self._process is not None and await self._is_of_no_use(self._process):
            await self._drop(self._process)
        if self._process is None:
            self._process = await ConsoleProcess.start(self._database, self._archive, self.limits)
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self.limits.idle_seconds, self._end_idle)
        return self._process

    async def _is_of_no_use(self, process: ConsoleProcess) -> bool:
        """Say whether it has ended, or was started before there was an archive."""
        if process.has_ended or process.has_archive:
            return process.has_ended
        return await asyncio.to_thread(self._archive.is_dir)

    def _end_idle(self) -> None:
        """End the process when nobody has asked for long; one that works is left alone."""
        process = self._process
        if process is None:
            return
        if self._asking.locked():
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self.limits.idle_seconds, self._end_idle)
            return
        self._process = None
        self._later(process.end())

    async def _drop(self, process: ConsoleProcess) -> None:
        if self._process is process:
            self._process = None
        await process.end()

    def _later(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task


def _error(failed: Failed, sql: str) -> QueryError:
    kind = _ERRORS.get(failed.kind, QueryError)
    if failed.offset < 0:
        return kind(failed.message, hint=failed.hint)
    before = sql[: failed.offset]
    line = before.count("\n") + 1
    column = failed.offset - (before.rfind("\n") + 1) + 1
    said = f"Line {line}, column {column}: {failed.message}"
    return kind(said, hint=failed.hint, offset=failed.offset, line=line, column=column)


def _take(source: Path, target: Path) -> None:
    """Move a finished result to where it is wanted, whole or not at all."""
    try:
        with source.open("rb") as whole, new_private(target) as copy:
            shutil.copyfileobj(whole, copy)
    except FileExistsError as error:
        raise QueryError(f"{target} exists already.", hint="Name another file.") from error
    except OSError as error:
        raise QueryError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        source.unlink(missing_ok=True)
