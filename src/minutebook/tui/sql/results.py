"""A result that was read, as far as it was read; it outlives the screen that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minutebook.errors import QueryError, QueryStoppedError
from minutebook.tui.widgets.inked import Ink
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from minutebook.engine import Cursor

_HELD = 64 * 1024 * 1024
"""Characters of a result that are kept; the rest can be exported."""


class Result:
    """Rows of a query, read page by page."""

    def __init__(self, sql: str, cursor: Cursor) -> None:
        self.sql = sql
        self.columns = tuple(cursor.columns)
        self.rows: list[list[Any]] = []
        self.seconds = 0.0
        self._cursor = cursor
        self._weight = 0
        self._is_over = False
        self._lost = ""
        """Why the rest cannot be read any more: another query ended it, or it failed."""

    @property
    def has_more(self) -> bool:
        """Whether there may be rows that can still be read."""
        return not (self._is_over or self._lost) and self._weight <= _HELD

    async def read(self) -> bool:
        """Read some more rows; say whether there were any."""
        if not self.has_more:
            return False
        try:
            rows = await self._cursor.page()
        except QueryStoppedError:
            self._lost = "the rest has gone, F5 runs it again"
            return False
        except QueryError as error:
            self._lost = error.message
            return False
        self.rows += rows
        self._weight += sum(len(value) for row in rows for value in row if isinstance(value, str))
        self._is_over = not rows or self._cursor.is_over
        return bool(rows)

    def told(self) -> tuple[str, Ink]:
        """Say how many rows there are, whether that is all, and what the archive lacks."""
        said, ink = self._counted()
        if warning := self._cursor.warning:
            return f"{warning}  {said}", Ink.WARNING
        return said, ink

    def _counted(self) -> tuple[str, Ink]:
        count = plural(len(self.rows), "row")
        if self._lost:
            return f"{count}; {self._lost}", Ink.WARNING
        if self._is_over and self._cursor.is_capped:
            said = f"The first {count}, there are more: console.rows ends it here, F8 exports all"
            return said, Ink.WARNING
        if self._is_over:
            return f"{count} in {self.seconds:.2f} s", Ink.NOTE
        if not self.has_more:
            return f"The first {count}: their texts are long, F8 exports all", Ink.WARNING
        return f"{count} so far, more below", Ink.NOTE
