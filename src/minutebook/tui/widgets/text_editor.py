"""Where a person writes Markdown of any length: soft wrap, and a cursor at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import TextArea

from minutebook.domain.display import terminal_safe
from minutebook.tui.guard import Guarded

if TYPE_CHECKING:
    from textual import events


class TextEditor(Guarded, TextArea):
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
