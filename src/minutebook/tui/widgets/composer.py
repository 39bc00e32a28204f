"""Where a person types: Enter sends, ctrl+j and alt+Enter begin a line. It grows with the text.

What goes beyond the text is told as messages: the arrows past its first and last row, a large
paste, the wish for another editor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.domain.display import terminal_safe
from minutebook.tui.widgets.text_editor import WritingArea

if TYPE_CHECKING:
    from textual import events

LARGE_PASTE = 2_000
"""Characters above which a paste becomes an attachment."""
LARGE_PASTE_LINES = 20


class Composer(WritingArea):
    """The text that is not sent yet."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send; behind an answer that is on its way", priority=True),
        Binding("ctrl+j,alt+enter,shift+enter", "new_line", "Begin a new line", priority=True),
        Binding("ctrl+g", "edit_outside", "Write in $EDITOR"),
        Binding("ctrl+o", "view_attachment", "Read what goes along"),
        Binding("up", "cursor_up", "Before the text: what you said earlier; what waits"),
        Binding("tab", "complete", "Take what is offered", priority=True),
        Binding("backspace", "delete_left", "Without text: drop what goes along"),
    ]

    class Sent(Message):
        """The person has pressed Enter. Whoever takes the text empties the composer."""

    class Moved(Message):
        """The cursor is to go up or down past the text."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class LargePaste(Message):
        """A text was pasted that is too large to be typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class CompletionWanted(Message):
        """What is offered is to be taken."""

    class EditorWanted(Message):
        """The text is to be written in another program."""

    class AttachmentWanted(Message):
        """What goes along is to be shown, or dropped."""

        def __init__(self, *, is_dropped: bool) -> None:
            super().__init__()
            self.is_dropped = is_dropped

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
        self.is_offering = False
        """Whether something is offered, which takes the arrows and Tab."""
        self._pasted = ""

    @property
    def is_pasted(self) -> bool:
        """Whether the text begins with several lines that were pasted."""
        return bool(self._pasted) and self.text.startswith(self._pasted)

    def fill(self, text: str) -> None:
        """Have another text, with the cursor at its end."""
        self._pasted = ""
        self.load_text(text)
        self.move_cursor(self.document.end)

    async def _on_paste(self, event: events.Paste) -> None:
        # Textual calls the handlers of the base classes by itself: the text area takes the text.
        event.text = text = terminal_safe(event.text)
        lines = text.count("\n") + 1
        if len(text) > LARGE_PASTE or lines > LARGE_PASTE_LINES:
            event.prevent_default()
            event.stop()
            self.post_message(self.LargePaste(text))
        elif lines > 1 and min(self.selection) == (0, 0):
            self._pasted = text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Tab to the screen where nothing is offered."""
        return self.is_offering if action == "complete" else True

    def action_send(self) -> None:
        """Hand the text over."""
        self.post_message(self.Sent())

    def action_new_line(self) -> None:
        """Begin a new line, behind what was typed: this key overtakes letters that wait."""
        self.call_later(self.insert, "\n")

    def action_complete(self) -> None:
        """Take what is offered."""
        self.post_message(self.CompletionWanted())

    def action_edit_outside(self) -> None:
        """Go on in another editor."""
        self.post_message(self.EditorWanted())

    def action_view_attachment(self) -> None:
        """Show what goes along."""
        self.post_message(self.AttachmentWanted(is_dropped=False))

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up a row; from the first one, past the text."""
        is_edge = self.navigator.is_first_wrapped_line(self.selection.end)
        if not select and (self.is_offering or is_edge):
            self.post_message(self.Moved(-1))
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Go down a row; from the last one, past the text."""
        is_edge = self.navigator.is_last_wrapped_line(self.selection.end)
        if not select and (self.is_offering or is_edge):
            self.post_message(self.Moved(1))
        else:
            super().action_cursor_down(select)

    def action_delete_left(self) -> None:
        """Delete a character; where there is none, what goes along."""
        if self.text:
            super().action_delete_left()
        else:
            self.post_message(self.AttachmentWanted(is_dropped=True))
