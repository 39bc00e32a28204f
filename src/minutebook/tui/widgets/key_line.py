"""The last line: the keys that work everywhere. Each can be clicked."""

from __future__ import annotations

from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span

_KEYS = (
    ("^P", "palette", "app.command_palette"),
    ("F1", "help", "app.help"),
    ("^N", "new", "app.new_conversation"),
    ("^F", "search", "app.search"),
    ("F2–F6", "panes", "app.next_pane"),
    ("^Q", "quit", "app.quit"),
)


class KeyLine(InkedLine):
    """Keys and what they do."""

    def on_mount(self) -> None:
        """Show the keys."""
        spans: list[Span] = []
        for key, word, action in _KEYS:
            spans.append(Span(text=key, ink=Ink.KEY, action=action))
            spans.append(Span(text=f" {word}   ", ink=Ink.FAINT, action=action))
        self.show(Line(left=tuple(spans)))
