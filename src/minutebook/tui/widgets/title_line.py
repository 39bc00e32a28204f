"""The first line: the app, what is open, and what answers."""

from __future__ import annotations

from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span


class TitleLine(InkedLine):
    """Only what is true now."""

    def on_mount(self) -> None:
        """Show the name of the app."""
        self.tell("", "")

    def tell(self, conversation: str, model: str) -> None:
        """Show the title of a conversation, and the name of the model."""
        left = [Span(text="minutebook", ink=Ink.ACCENT)]
        if conversation:
            left += [Span(text="   "), Span(text=conversation, ink=Ink.STRONG)]
        self.show(Line(left=tuple(left), right=(Span(text=model, ink=Ink.NOTE),)))
