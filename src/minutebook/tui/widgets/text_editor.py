"""Where a person writes Markdown of any length: soft wrap, and a cursor at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widgets import TextArea

from minutebook.domain.display import terminal_safe
from minutebook.tui.guard import Guarded

if TYPE_CHECKING:
    from textual import events


class WritingArea(Guarded, TextArea):
    """A text area that also goes to either end of its text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+home", "text_start", "Go to the start of the text", show=False),
        Binding("ctrl+end", "text_end", "Go to the end of the text", show=False),
    ]

    def render_line(self, y: int) -> Strip:
        """Return a line; blank where a terminal that shrinks has left no column for it yet, since
        Textual cannot break a placeholder into none."""
        if self.content_size.width < 1:
            return Strip.blank(self.size.width)
        return super().render_line(y)

    def action_text_start(self) -> None:
        """Put the cursor before the first character."""
        self.move_cursor((0, 0))

    def action_text_end(self) -> None:
        """Put the cursor behind the last character."""
        self.move_cursor(self.document.end)


class TextEditor(WritingArea):
    """The text. What could steer a terminal is left out of it."""

    def __init__(self, text: str, *, id: str) -> None:  # noqa: A002
        super().__init__(
            terminal_safe(text),
            id=id,
            compact=True,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="indent",
            highlight_cursor_line=False,
        )
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        # Textual calls the handlers of the base classes by itself: the text area takes the text.
        event.text = terminal_safe(event.text)
