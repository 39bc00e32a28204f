"""A result as a grid on the line API: what is in sight is all that is drawn.

Rows are added while a person scrolls; the grid says when it nears its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from minutebook.domain.display import one_line
from minutebook.tui.sql import cells
from minutebook.tui.widgets.inked import Ink, Inked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events
    from textual.color import Color

    from minutebook.engine import ResultColumn

_GAP = 2
_NEAR = 20
"""Rows before the end at which more are wanted."""
_HERE = 0.22
_ROW = 0.05


class Grid(Inked, ScrollView, can_focus=True):
    """Rows below the names of their columns; one cell is pointed at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1,0)", "Down", show=False),
        Binding("up,k", "move(-1,0)", "Up", show=False),
        Binding("right,l", "move(0,1)", "Right", show=False),
        Binding("left,h", "move(0,-1)", "Left", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False),
        Binding("g,ctrl+home", "edge(-1)", "First row", show=False),
        Binding("G,ctrl+end", "edge(1)", "Last row; all are read", show=False),
        Binding("home", "side(-1)", "First column", show=False),
        Binding("end", "side(1)", "Last column", show=False),
        Binding("enter,space", "open", "Read the cell"),
        Binding("r", "record", "Read the row"),
        Binding("y", "copy", "Copy the cell"),
    ]

    class Pointed(Message):
        """Another cell is pointed at."""

    class MoreWanted(Message):
        """The end of what was read is near, or everything is wanted."""

        def __init__(self, *, is_all: bool) -> None:
            super().__init__()
            self.is_all = is_all

    class CellWanted(Message):
        """The cell is to be read."""

    class RowWanted(Message):
        """The row is to be read."""

    class CopyWanted(Message):
        """The cell is to be copied."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns: Sequence[ResultColumn] = ()
        self._rows: Sequence[Sequence[Any]] = ()
        self._natural: list[int] = []
        self._widths: list[int] = []
        self._starts: list[int] = []
        self.row = 0
        self.column = 0

    def show(self, columns: Sequence[ResultColumn], rows: Sequence[Sequence[Any]]) -> None:
        """Show another result from its first cell."""
        self._columns, self._rows = columns, rows
        self._natural = cells.natural(columns, rows)
        self.row = self.column = 0
        self._lay_out()
        self.scroll_to(0, 0, animate=False, force=True, immediate=True)
        self.refresh()

    def grown(self) -> None:
        """Show rows that were added to the end."""
        self._lay_out()
        self.refresh()

    @property
    def size_of_result(self) -> tuple[int, int]:
        """Rows that were read, and columns."""
        return len(self._rows), len(self._columns)

    @property
    def is_empty(self) -> bool:
        """Whether no cell can be pointed at."""
        return not self._rows or not self._columns

    def on_resize(self) -> None:
        """Use the room there is."""
        self._lay_out()

    @property
    def _gutter(self) -> int:
        """Cells that the numbers of the rows take, with their margins."""
        return self.MARGIN + len(f"{len(self._rows):,}") + _GAP

    def _lay_out(self) -> None:
        room = max(0, self.size.width - self._gutter - 1)
        self._widths = cells.fitted(self._natural, room, _GAP)
        self._starts, at = [], 0
        for width in self._widths:
            self._starts.append(at)
            at += width + _GAP
        self.virtual_size = Size(self._gutter + at, len(self._rows) + 1)

    def point(self, row: int, column: int) -> None:
        """Point at a cell, and bring it into sight."""
        if self.is_empty:
            return
        self.row = max(0, min(row, len(self._rows) - 1))
        self.column = max(0, min(column, len(self._columns) - 1))
        self._show_cursor()
        self.refresh()
        self.post_message(self.Pointed())
        if self.row + _NEAR >= len(self._rows):
            self.post_message(self.MoreWanted(is_all=False))

    def _show_cursor(self) -> None:
        x, y = self.scroll_offset
        height = max(1, self.size.height - 1)
        width = max(1, self.size.width - self._gutter)
        start = self._starts[self.column]
        end = start + self._widths[self.column]
        x = start if start < x else max(x, min(start, end - width + 1))
        y = self.row if self.row < y else max(y, self.row - height + 1)
        self.scroll_to(x, y, animate=False, force=True, immediate=True)

    def action_move(self, rows: int, columns: int) -> None:
        """Go to the next cell."""
        self.point(self.row + rows, self.column + columns)

    def action_page(self, step: int) -> None:
        """Go a page up or down."""
        self.point(self.row + step * max(1, self.size.height - 2), self.column)

    def action_edge(self, step: int) -> None:
        """Go to the first row; to the last there is, which reads all of them."""
        self.point(0 if step < 0 else len(self._rows) - 1, self.column)
        if step > 0:
            self.post_message(self.MoreWanted(is_all=True))

    def action_side(self, step: int) -> None:
        """Go to the first or the last column."""
        self.point(self.row, 0 if step < 0 else len(self._columns) - 1)

    def action_open(self) -> None:
        """Read the cell."""
        self._want(self.CellWanted())

    def action_record(self) -> None:
        """Read the row."""
        self._want(self.RowWanted())

    def action_copy(self) -> None:
        """Copy the cell."""
        self._want(self.CopyWanted())

    def _want(self, message: Message) -> None:
        if not self.is_empty:
            self.post_message(message)

    def on_click(self, event: events.Click) -> None:
        """Point at what was clicked; a second click reads it."""
        row = event.y - 1 + self.scroll_offset.y
        x = event.x - self._gutter + self.scroll_offset.x
        if event.y < 1 or x < 0 or row >= len(self._rows):
            return
        column = sum(1 for start in self._starts if start <= x) - 1
        is_same = (row, column) == (self.row, self.column)
        self.point(row, column)
        if is_same:
            self.action_open()

    def render_line(self, y: int) -> Strip:
        """Return the names of the columns, or one row."""
        over = self.background_colors[1]
        at = y - 1 + self.scroll_offset.y
        if y == 0:
            number, segments = "", self._heads(over)
        elif at < len(self._rows):
            number, segments = f"{at + 1:,}", self._cells(at, over)
        else:
            return Strip.blank(self.size.width, self.ink(Ink.PLAIN, over))
        is_here = y > 0 and at == self.row and self.has_focus
        left = f"{number:>{self._gutter - _GAP}}{' ' * _GAP}"
        gutter = Segment(left, self.ink(Ink.KEY if is_here else Ink.FAINT, over))
        x, width = self.scroll_offset.x, max(0, self.size.width - self._gutter)
        base = self.ink(Ink.PLAIN, over)
        body = Strip(segments).crop_extend(x, x + width, base)
        return Strip.join([Strip([gutter]), body]).adjust_cell_length(self.size.width, base)

    def _visible(self) -> Iterator[int]:
        """Yield the columns up to the right edge; those before the left one cost little."""
        end = self.scroll_offset.x + self.size.width
        return (at for at, start in enumerate(self._starts) if start <= end)

    def _heads(self, over: Color) -> list[Segment]:
        style = self.ink(Ink.STRONG, over)
        return [
            Segment(self._fit(one_line(self._columns[at].name), at) + " " * _GAP, style)
            for at in self._visible()
        ]

    def _cells(self, row: int, over: Color) -> list[Segment]:
        accent = over.parse(self.app.theme_variables["accent"])
        ground = over.blend(accent, _ROW) if row == self.row else over
        left = self.scroll_offset.x
        segments = []
        for at in self._visible():
            if self._starts[at] + self._widths[at] < left:
                segments.append(Segment(" " * (self._widths[at] + _GAP)))
                continue
            value = self._rows[row][at]
            is_here = (row, at) == (self.row, self.column)
            strength = _HERE if self.has_focus else 2 * _ROW
            behind = over.blend(accent, strength) if is_here else ground
            ink = Ink.FAINT if value is None else Ink.PLAIN
            segments.append(Segment(self._fit(cells.shown(value), at), self.ink(ink, behind)))
            segments.append(Segment(" " * _GAP, self.ink(Ink.PLAIN, ground)))
        return segments

    def _fit(self, text: str, at: int) -> str:
        """Return text in exactly the cells of its column, numbers on the right."""
        width = self._widths[at]
        size = cell_len(text)
        if size > width:
            return set_cell_size(text, width - 1) + "…"
        if self._columns[at].is_number:
            return " " * (width - size) + text
        return text + " " * (width - size)
