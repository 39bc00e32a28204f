"""A list of rows on the line API: any number of rows costs what is in sight.

All rows of a list have the same height. Nothing is decided here: the list says which row is pointed
at and which was chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView

from minutebook.tui.widgets.inked import BLANK, Inked, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One row. An empty id: it cannot be pointed at."""

    id: str
    lines: tuple[Line, ...]


class RowList(Inked, ScrollView, can_focus=True):
    """The list. Each row has `row_height` lines."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False),
        Binding("home,g", "edge(-1)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("enter,space", "choose", "Open", show=False),
    ]

    class Pointed(Message):
        """The cursor has moved to another row."""

        def __init__(self, rows: RowList, row_id: str) -> None:
            super().__init__()
            self.rows = rows
            self.row_id = row_id

        @property
        def control(self) -> RowList:
            """The list."""
            return self.rows

    class Chosen(Pointed):
        """A row was chosen."""

    def __init__(self, *, row_height: int = 1, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: Sequence[ListRow] = ()
        self._row_height = row_height
        self._cursor = -1

    @property
    def rows(self) -> Sequence[ListRow]:
        """What is shown."""
        return self._rows

    @property
    def pointed(self) -> str:
        """Id of the row under the cursor; empty when there is none."""
        return self._rows[self._cursor].id if 0 <= self._cursor < len(self._rows) else ""

    @property
    def is_at_end(self) -> bool:
        """Whether the cursor is on the last row, or nowhere yet."""
        return self._cursor < 0 or self._cursor == len(self._rows) - 1

    def show(self, rows: Sequence[ListRow]) -> None:
        """Show these rows; the cursor stays on the row with the same id."""
        if rows == self._rows:
            return
        pointed = self.pointed
        self._rows = rows
        self.virtual_size = Size(0, len(rows) * self._row_height)
        self._cursor = self._index_of(pointed)
        if self._cursor < 0 and self.has_focus:
            self._cursor = next((n for n, row in enumerate(rows) if row.id), -1)
        self.refresh()

    def point_at(self, row_id: str) -> None:
        """Move the cursor to a row, without telling anybody."""
        if (index := self._index_of(row_id)) >= 0:
            self._point(index)

    def _index_of(self, row_id: str) -> int:
        if not row_id:
            return -1
        return next((n for n, row in enumerate(self._rows) if row.id == row_id), -1)

    def _point(self, index: int) -> None:
        self._cursor = index
        region = Region(0, index * self._row_height, 1, self._row_height)
        self.scroll_to_region(region, animate=False, force=True, immediate=True)
        self.refresh()

    def _move_to(self, index: int, step: int) -> None:
        """Point at a row, or at the next in the direction of the step that can be pointed at."""
        index = max(0, min(index, len(self._rows) - 1))
        while 0 <= index < len(self._rows) and not self._rows[index].id:
            index += step
        if 0 <= index < len(self._rows) and index != self._cursor:
            self._point(index)
            self.post_message(self.Pointed(self, self.pointed))

    def action_move(self, step: int) -> None:
        """Move the cursor by one row."""
        self._move_to(self._cursor + step, step)

    def action_page(self, step: int) -> None:
        """Move the cursor by a page."""
        rows = max(1, self.size.height // self._row_height - 1)
        self._move_to(self._cursor + step * rows, step)

    def action_edge(self, step: int) -> None:
        """Move the cursor to the first or last row."""
        self._move_to(0 if step < 0 else len(self._rows) - 1, -step)

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.pointed:
            self.post_message(self.Chosen(self, self.pointed))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        index = (event.y + self.scroll_offset.y) // self._row_height
        if 0 <= index < len(self._rows) and self._rows[index].id:
            self._point(index)
            self.action_choose()

    def on_focus(self) -> None:
        """Have a cursor to show."""
        if self._cursor < 0:
            self._move_to(0, 1)

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        index, part = divmod(y + self.scroll_offset.y, self._row_height)
        if not 0 <= index < len(self._rows):
            return self.paint(BLANK)
        row = self._rows[index]
        if part >= len(row.lines):
            return self.paint(BLANK)
        shown = row.lines[part]
        if index != self._cursor or not row.id:
            return self.paint(shown)
        ground = self.background_colors[1]
        cursor = self.get_component_styles("row-list--cursor").background
        return self.paint(shown, ground + cursor)
