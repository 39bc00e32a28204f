"""A question that is answered by yes or no, with what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.screens.reading import ReadText
from minutebook.tui.widgets.inked import Ink, InkedLine, line

if TYPE_CHECKING:
    from textual.app import ComposeResult


class YesScreen(Overlay[bool]):
    """Gives True for a yes; anything else is a no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept", "Yes", priority=True),
        Binding("n,q", "close", "No"),
    ]

    def __init__(self, question: str, text: str) -> None:
        super().__init__()
        self._question = question
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            title = InkedLine(line(self._question, Ink.ACCENT, right="y yes   n no"))
            title.add_class("sheet-title")
            yield title
            yield ReadText(id="asking-text")

    def on_mount(self) -> None:
        """Show what it is about."""
        text = self.query_one(ReadText)
        text.following = False
        text.set_blocks([ProseBlock(id="text", text=self._text, kind=TextKind.VERBATIM)])
        text.focus()

    def action_accept(self) -> None:
        """Say yes."""
        self.dismiss(True)
