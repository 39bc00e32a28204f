"""One query after another, in the console's process: looked at, run, and handed out in pages."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minutebook.archive.console import failures, guard, values
from minutebook.archive.console.failures import ARCHIVE, LIMIT, STOPPED, WRONG, Failure
from minutebook.archive.console.known import Known, Looked
from minutebook.archive.console.messages import Ask, Columns, Described, Message, Row, Rows, Saved
from minutebook.archive.console.session import Session
from minutebook.archive.console.statements import statement
from minutebook.archive.console.views import tables
from minutebook.errors import MinutebookError

if TYPE_CHECKING:
    import duckdb

    Source = duckdb.DuckDBPyRelation | duckdb.DuckDBPyConnection

_PAGE_ROWS = 500
_PAGE_WEIGHT = 2 * 1024 * 1024
"""Characters after which a page ends."""
_FETCHED = 100


def prepare() -> None:
    """Read what lies in files of ours, and load what DuckDB loads late, while that is possible."""
    import duckdb

    guard.allowed()
    tables()
    with duckdb.connect(":memory:") as passing:
        passing.execute(statement("warm")).fetchall()


@dataclass(slots=True, kw_only=True)
class Running:
    """A query whose rows are being handed out."""

    id: int
    source: Source
    """The connection itself for a query whose values need no change: it is bound but once."""
    nested: frozenset[int]
    left: int
    """Rows that may still be sent."""
    waiting: deque[tuple[Any, ...]] = field(default_factory=deque)
    """Rows that were fetched and are not sent yet."""
    is_over: bool = False
    """Whether all was fetched."""


class Runner:
    """Runs the queries of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection
        self._looked = Looked(session.looking, session.views)
        self._running: Running | None = None
        self._busy = 0
        self._stopped = 0

    def run(self, ask: Ask) -> Iterator[Message]:
        """Run a query; yield what is to be said about it. Raises Failure.

        A file that is not there any more was put together with others since the manifest was read:
        it is read again, once. So it is when a file cannot be read, which is then left out.
        """
        try:
            yield from self._run(ask)
        except Failure as failure:
            is_wrong = failure.kind == WRONG and self._session.views.has_changed()
            if failure.kind != ARCHIVE and not is_wrong:
                raise
            self._session.views.forget()
            yield from self._run(ask)

    def _run(self, ask: Ask) -> Iterator[Message]:
        with self._at(ask.id):
            self._end()
            known = self._looked.look(ask.sql)
            self._heed(ask.id)
            if ask.plan_only:
                yield from self._plan(ask)
                return
            if ask.save_as:
                yield self._save(ask, known)
                return
            self._running = self._begun(ask, known)
            first = self._page(self._running)
            yield Columns(
                id=ask.id,
                names=list(known.names),
                types=[str(kind) for kind in known.kinds],
                left_out=self._session.views.left_out(known.query.tables),
            )
            yield first

    def _begun(self, ask: Ask, known: Known) -> Running:
        source: Source = self._connection
        if known.is_plain:
            self._connection.execute(known.query.sql)
        else:
            source = self._connection.sql(known.query.sql).project(known.projected)
        return Running(
            id=ask.id,
            source=source,
            nested=frozenset(at for at, kind in enumerate(known.kinds) if values.is_nested(kind)),
            left=ask.rows,
        )

    def more(self, id_: int) -> Rows:
        """Return the next rows of a query. Raises Failure."""
        running = self._running
        if running is None or running.id != id_:
            raise Failure(STOPPED, "This query has ended.", "Run it again.")
        with self._at(id_):
            return self._page(running)

    def describe(self, id_: int) -> Described:
        """Return what can be completed. Raises Failure."""
        with self._at(id_), self._connection.cursor() as aside:
            may = guard.allowed()
            columns, functions, keywords = (
                aside.execute(statement(name)).fetchall()
                for name in ("columns_known", "functions_known", "keywords_known")
            )
            return Described(
                id=id_,
                columns=[list(row) for row in columns],
                functions=[name for (name,) in functions if name not in may.refused_functions],
                keywords=[name.upper() for (name,) in keywords],
            )

    def stop(self, id_: int) -> None:
        """Stop a query, from another thread."""
        self._stopped = max(self._stopped, id_)
        if self._busy and self._busy <= id_:
            self._connection.interrupt()

    def progress(self) -> tuple[int, float]:
        """Return which query runs, 0 for none, and how far it is, from another thread."""
        busy = self._busy
        return busy, self._connection.query_progress() / 100 if busy else -1.0

    def _page(self, running: Running) -> Rows:
        rows: list[Row] = []
        weight = 0
        while running.left and len(rows) < _PAGE_ROWS and weight < _PAGE_WEIGHT:
            if (found := self._next(running)) is None:
                self._end()
                return Rows(id=running.id, rows=rows, is_last=True)
            row, its = values.as_json(found, running.nested, self._session.limits.value_mb)
            rows.append(row)
            weight += its
            running.left -= 1
        if running.left:
            return Rows(id=running.id, rows=rows, is_last=False)
        is_capped = self._next(running) is not None
        self._end()
        return Rows(id=running.id, rows=rows, is_last=True, is_capped=is_capped)

    def _next(self, running: Running) -> tuple[Any, ...] | None:
        if not running.waiting:
            running.waiting.extend(running.source.fetchmany(_FETCHED))
            running.is_over = not running.waiting
        return running.waiting.popleft() if running.waiting else None

    def _plan(self, ask: Ask) -> Iterator[Message]:
        ((_, plan),) = self._rows(f"EXPLAIN {ask.sql}")
        yield Columns(id=ask.id, names=["plan"], types=["VARCHAR"])
        yield Rows(id=ask.id, rows=[[plan]], is_last=True)

    def _save(self, ask: Ask, known: Known) -> Saved:
        relation = self._connection.sql(known.query.sql)
        place = self._session.temp / Path(ask.save_as).name
        relation.limit(ask.rows).write_parquet(str(place), compression="zstd")
        left_out = self._session.views.left_out(known.query.tables)
        return Saved(id=ask.id, rows=self._count(place), left_out=left_out)

    def _count(self, place: Path) -> int:
        ((rows,),) = self._connection.execute(statement("saved_rows"), [str(place)]).fetchall()
        return int(rows)

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def _end(self) -> None:
        running, self._running = self._running, None
        if running is None or running.is_over:
            return
        if running.source is self._connection:
            self._connection.execute(statement("nothing"))  # lets go of what was not fetched
        else:
            running.source.close()

    def _heed(self, id_: int) -> None:
        if id_ <= self._stopped:
            raise Failure(STOPPED, "The query was stopped.")

    @contextmanager
    def _at(self, id_: int) -> Iterator[None]:
        """Work on a query; what goes wrong becomes a Failure, and nothing is left of it."""
        import duckdb

        self._busy = id_
        try:
            self._heed(id_)
            yield
        except duckdb.Error as error:
            self._end()
            failure = failures.explained(error)
            if failure.kind == ARCHIVE:
                self._session.views.forget()  # a file may have been put together with others
            raise failure from error
        except Failure:
            self._end()
            raise
        except MinutebookError as error:
            self._end()
            raise Failure(ARCHIVE, error.message, error.hint) from error
        except MemoryError as error:
            self._end()
            raise Failure(LIMIT, "There is not enough memory for this.", "Ask for less.") from error
        except (RecursionError, json.JSONDecodeError, UnicodeError, RuntimeError) as error:
            self._end()
            raise Failure(WRONG, f"This cannot be read: {error}", "Simplify it.") from error
        finally:
            self._busy = 0
