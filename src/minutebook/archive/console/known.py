"""What is known of queries that were looked at: a query that is asked again is not looked at again.

Looking means parsing, checking the tree, making the plan and checking that, and asking for the
columns. All of it is done on tables that have the same columns and no rows: over the archive's
files each of these steps would look at every file, which is more work than many a query. And the
plan is made without optimizing, so that each part of the query is in it. All of it depends on
nothing but the text and the tables; so it is kept by the text, for one edition of the tables.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minutebook.archive.console import guard, values
from minutebook.archive.console.views import Views

if TYPE_CHECKING:
    import duckdb
    from duckdb.sqltypes import DuckDBPyType

_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A query that may be run."""

    query: guard.Query
    edition: int
    """Of the tables."""
    names: tuple[str, ...]
    kinds: tuple[DuckDBPyType, ...]

    @property
    def is_plain(self) -> bool:
        """Whether its values leave DuckDB as they are."""
        return all(values.is_plain(kind) for kind in self.kinds)

    @property
    def projected(self) -> str:
        """The columns fit for JSON, named by their position."""
        made = (values.expression(at, kind) for at, kind in enumerate(self.kinds, 1))
        return ", ".join(f"{each} AS c{at}" for at, each in enumerate(made, 1))


class Looked:
    """Looks at queries, and remembers the last ones."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, views: Views) -> None:
        self._connection = connection
        self._views = views
        self._kept: OrderedDict[str, Known] = OrderedDict()

    def look(self, sql: str) -> Known:
        """Look at a query, and bring the tables up to date that it names.

        Raises Failure, StoreError and duckdb.Error.
        """
        known = self._kept.get(sql)
        query = known.query if known else guard.read(self._connection, sql)
        self._views.refresh(query.tables)
        if known is None or known.edition != self._views.edition:
            guard.check_plan(self._connection, query)
            relation = self._connection.sql(query.sql)
            known = Known(
                query=query,
                edition=self._views.edition,
                names=tuple(relation.columns),
                kinds=tuple(relation.types),
            )
            self._kept[sql] = known
        self._kept.move_to_end(sql)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return known
