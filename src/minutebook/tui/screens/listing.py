"""A list to be looked at; a row may lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, line
from minutebook.tui.widgets.row_list import ListRow, RowList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class ListingScreen(Overlay[str]):
    """Gives the id of the row that was chosen. Every row has two lines."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "close", "Close", show=False)]

    def __init__(
        self, title: str, rows: Sequence[ListRow], *, foot: str = "", empty: str = ""
    ) -> None:
        super().__init__()
        self._heading = title
        self._rows = rows
        self._foot = foot if rows else empty
        self._list = RowList(row_height=2, id="listing")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            shown = line(self._heading, Ink.ACCENT, right="esc closes", right_ink=Ink.FAINT)
            yield InkedLine(shown, classes="sheet-title")
            yield self._list
            yield InkedLine(line(self._foot, Ink.FAINT), classes="sheet-foot")

    def on_mount(self) -> None:
        """Begin at the first row."""
        self._list.show(list(self._rows))
        self._list.focus()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        self.dismiss(event.row_id)
