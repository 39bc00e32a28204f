"""A choice among a few texts, by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

_SHOWN = 200


class NumberedScreen(Overlay[int]):
    """Gives the place of the text that was chosen, counted from 0."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"{number}", f"take({number - 1})", show=False) for number in range(1, 10)
    ]

    def __init__(self, question: str, texts: Sequence[str]) -> None:
        super().__init__()
        self._question = question
        self._texts = texts
        self._list = RowList(row_height=2, id="numbered")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            title = InkedLine(line(self._question, Ink.ACCENT, right="its number, or enter"))
            title.add_class("sheet-title")
            yield title
            yield self._list

    def on_mount(self) -> None:
        """List the texts by their beginnings."""
        self._list.show([_row(number, text) for number, text in enumerate(self._texts)])
        self._list.focus()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        self.dismiss(int(event.row_id))

    def action_take(self, number: int) -> None:
        """Choose by number."""
        if number < len(self._texts):
            self.dismiss(number)


def _row(number: int, text: str) -> ListRow:
    first, *rest = [each for each in text.splitlines() if each.strip()] or [""]
    second = rest[0] if rest else ""
    size = plural(text.rstrip("\n").count("\n") + 1, "line")
    mark = Span(text=f"{number + 1}  ", ink=Ink.KEY)
    right = (Span(text=size, ink=Ink.FAINT),)
    top = Line(left=(mark, Span(text=first[:_SHOWN])), right=right)
    below = Line(left=(Span(text="   "), Span(text=second[:_SHOWN], ink=Ink.FAINT)))
    return ListRow(id=str(number), lines=(top, below))
