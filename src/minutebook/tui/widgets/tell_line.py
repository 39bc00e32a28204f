"""The line in which a person tells the scribe what to do."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.tui.widgets.text_input import TextInput


class TellLine(TextInput):
    """One line; whoever shows it takes it away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", priority=True)]

    class Closed(Message):
        """Nothing is to be told."""

        def __init__(self, line: TellLine) -> None:
            super().__init__()
            self.line = line

    def __init__(self) -> None:
        super().__init__(placeholder="Tell the scribe … enter asks, esc closes", id="tell-scribe")

    def action_close(self) -> None:
        """Tell nothing."""
        self.post_message(self.Closed(self))
