"""A question with a few answers, each a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

Answer = tuple[str, str, str]
"""Its key, its name, what it does."""
_NAME_WIDTH = 10


class QuestionScreen(Overlay[str]):
    """Gives the key of the answer; None when there was none."""

    def __init__(self, question: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._question = question
        self._answers = answers
        self._list = RowList(id="question-answers")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            shown = line(self._question, Ink.ACCENT, right="esc goes back")
            title = InkedLine(shown, id="question-title")
            title.add_class("sheet-title")
            yield title
            yield self._list

    def on_mount(self) -> None:
        """Show the answers."""
        self._list.show([_row(answer) for answer in self._answers])
        self._list.focus()

    def on_key(self, event: events.Key) -> None:
        """Take the key of an answer."""
        if event.key in {key for key, _, _ in self._answers}:
            event.stop()
            self.dismiss(event.key)

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        self.dismiss(event.row_id)


def _row(answer: Answer) -> ListRow:
    key, name, words = answer
    shown = Line(
        left=(
            Span(text=f"{key}  ", ink=Ink.KEY),
            Span(text=f"{name:<{_NAME_WIDTH}} "),
            Span(text=words, ink=Ink.NOTE),
        )
    )
    return ListRow(id=key, lines=(shown,))
