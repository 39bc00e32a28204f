"""Ask for a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.widgets import Input

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, line
from minutebook.tui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from textual.app import ComposeResult


class NamingScreen(Overlay[str]):
    """Gives what was typed."""

    def __init__(self, title: str, typed: str, note: str) -> None:
        super().__init__()
        self._title = title
        self._typed = typed
        self._note = note

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            shown = line(self._title, Ink.ACCENT, right="enter · esc goes back")
            yield InkedLine(shown, classes="sheet-title")
            yield TextInput(placeholder="name", id="name")
            yield InkedLine(line(self._note, Ink.FAINT))

    def on_mount(self) -> None:
        """Begin with what is proposed."""
        box = self.query_one(TextInput)
        box.value = self._typed
        box.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
