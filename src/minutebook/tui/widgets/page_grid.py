"""The pages of a conversation as cells of one size, of which only those in sight are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView

from minutebook.domain.inspection import PageState
from minutebook.tui.widgets.inked import BLANK, Ink, Inked, Line, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

    from minutebook.domain.inspection import PageCell

SIGNS = {
    PageState.VERBATIM: "■",
    PageState.SUMMARISED: "▤",
    PageState.MERGED: "▫",
    PageState.PAGED_IN: "◆",
    PageState.ARCHIVED: "◌",
    PageState.LEFT: "·",
}
"""A state is told by its sign, whatever colours there are."""
_INKS = {
    PageState.VERBATIM: Ink.PLAIN,
    PageState.PAGED_IN: Ink.KEY,
    PageState.ARCHIVED: Ink.FAINT,
    PageState.LEFT: Ink.FAINT,
}
_CELL = 3


class PageGrid(Inked, ScrollView, can_focus=True):
    """The cells, in the order of the conversation, with a cursor on one of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "Page before", show=False),
        Binding("right,l", "move(1)", "Next page", show=False),
        Binding("up,k", "move_row(-1)", "Up", show=False),
        Binding("down,j", "move_row(1)", "Down", show=False),
        Binding("pageup,ctrl+u", "move_screen(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+d", "move_screen(1)", "Page down", show=False),
        Binding("home,g", "edge(-1)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("enter,space", "choose", "Open", show=False),
    ]

    class Pointed(Message):
        """The cursor is on another cell."""

    class Chosen(Message):
        """The page under the cursor is wanted."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._cells: Sequence[PageCell] = ()
        self._cursor = 0

    @property
    def pointed(self) -> PageCell | None:
        """The cell under the cursor."""
        return self._cells[self._cursor] if self._cells else None

    @property
    def columns(self) -> int:
        """How many cells stand in a row: with a scroll bar as without, so that none jumps."""
        room = self.content_region.width - self.styles.scrollbar_size_vertical
        return max(1, (room - 2 * self.MARGIN) // _CELL)

    def show(self, cells: Sequence[PageCell]) -> None:
        """Show these pages, the cursor on the last one."""
        self._cells = cells
        self._fit()
        self._move_to(len(cells) - 1)

    def on_resize(self) -> None:
        """Break the rows anew."""
        self._fit()
        self._move_to(self._cursor)

    def _fit(self) -> None:
        self.virtual_size = Size(0, -(-len(self._cells) // self.columns))

    def _move_to(self, index: int) -> None:
        if not self._cells:
            return
        self._cursor = max(0, min(index, len(self._cells) - 1))
        region = Region(0, self._cursor // self.columns, 1, 1)
        self.scroll_to_region(region, animate=False, force=True, immediate=True)
        self.refresh()
        self.post_message(self.Pointed())

    def action_move(self, step: int) -> None:
        """Move the cursor by a cell."""
        self._move_to(self._cursor + step)

    def action_move_row(self, step: int) -> None:
        """Move the cursor by a row; at the edge it stays."""
        index = self._cursor + step * self.columns
        if 0 <= index < len(self._cells):
            self._move_to(index)

    def action_move_screen(self, step: int) -> None:
        """Move the cursor by what is in sight."""
        self._move_to(self._cursor + step * self.columns * max(1, self.size.height - 1))

    def action_edge(self, step: int) -> None:
        """Move the cursor to the first page or the last."""
        self._move_to(0 if step < 0 else len(self._cells) - 1)

    def action_choose(self) -> None:
        """Want the page under the cursor."""
        if self._cells:
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Point at what was clicked; want it when it was pointed at already."""
        column = (event.x - self.MARGIN) // _CELL
        index = (event.y + self.scroll_offset.y) * self.columns + column
        if not (0 <= column < self.columns and index < len(self._cells)):
            return
        if index == self._cursor:
            self.action_choose()
        self._move_to(index)

    def render_line(self, y: int) -> Strip:
        """Return one row of cells."""
        begin = (y + self.scroll_offset.y) * self.columns
        numbers = range(begin, min(begin + self.columns, len(self._cells)))
        return self.paint(Line(left=tuple(map(self._span, numbers))) if numbers else BLANK)

    def _span(self, number: int) -> Span:
        state = self._cells[number].state
        if number == self._cursor:
            return Span(text=f"[{SIGNS[state]}]", ink=Ink.ACCENT)
        return Span(text=f" {SIGNS[state]} ", ink=_INKS.get(state, Ink.NOTE))
