"""What goes along with the next message: a name and a size each; a click reads or drops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from minutebook.domain.turns import Attachment

_NAME = 32


class Chips(InkedLine):
    """The attachments on one line."""

    class Clicked(Message):
        """One of them is to be shown, or dropped."""

        def __init__(self, number: int, *, is_dropped: bool) -> None:
            super().__init__()
            self.number = number
            self.is_dropped = is_dropped

    def on_mount(self) -> None:
        """Take no room yet."""
        self.display = False

    def show_files(self, files: tuple[Attachment, ...]) -> None:
        """Show these."""
        spans: list[Span] = []
        for number, file in enumerate(files):
            name = file.name if len(file.name) <= _NAME else file.name[: _NAME - 1] + "…"
            spans += [
                Span(text=f"▤ {name}", ink=Ink.ACCENT, action=f"read({number})"),
                Span(text=f"  {_size(file)} ", ink=Ink.FAINT, action=f"read({number})"),
                Span(text=" ✕ ", ink=Ink.NOTE, action=f"drop({number})"),
                Span(text="   "),
            ]
        self.show(Line(left=tuple(spans)))
        self.display = bool(files)

    def action_read(self, number: int) -> None:
        """Show one of them."""
        self.post_message(self.Clicked(number, is_dropped=False))

    def action_drop(self, number: int) -> None:
        """Take one of them out."""
        self.post_message(self.Clicked(number, is_dropped=True))


def _size(file: Attachment) -> str:
    lines = file.content.count("\n") + 1
    return f"{plural(lines, 'line')}, {plural(len(file.content), 'character')}"
