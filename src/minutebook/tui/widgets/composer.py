"""Where a person types: Enter sends, ctrl+j and alt+Enter begin a line. It grows with the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from minutebook.domain.display import terminal_safe
from minutebook.tui.guard import Guarded

if TYPE_CHECKING:
    from textual import events


class Composer(Guarded, TextArea):
    """The text that is not sent yet."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", priority=True),
        Binding("ctrl+j,alt+enter,shift+enter", "new_line", "Begin a new line", priority=True),
        Binding("ctrl+r", "ask_again", "Ask again for an answer"),
    ]

    class Sent(Message):
        """The person has pressed Enter. Whoever takes the text empties the composer."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class AskedAgain(Message):
        """The person wants another answer to what was said last."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(
            id=id,
            compact=True,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder="Say something",
        )
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        # Textual calls the handlers of the base classes by itself: the text area takes the text.
        event.text = terminal_safe(event.text)

    def action_send(self) -> None:
        """Hand the text over."""
        if self.text.strip():
            self.post_message(self.Sent(self.text))

    def action_new_line(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    def action_ask_again(self) -> None:
        """Ask for an answer."""
        self.post_message(self.AskedAgain())
