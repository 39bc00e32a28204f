"""Ask for a folder or file to be read and watched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.widgets import Input

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, line
from minutebook.tui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from textual.app import ComposeResult

_WHAT = "Chat logs in it are read now, and whatever is written to them from now on."


class FolderScreen(Overlay[Path]):
    """Gives a path that exists."""

    def __init__(self) -> None:
        super().__init__()
        self._note = InkedLine(line(_WHAT, Ink.FAINT), id="folder-note")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            title = line("Watch a folder", Ink.ACCENT, right="esc closes")
            heading = InkedLine(title, id="folder-title")
            heading.add_class("sheet-title")
            yield heading
            yield TextInput(placeholder="~/chats", id="folder-path")
            yield self._note

    def on_mount(self) -> None:
        """Wait for a path."""
        self.query_one(TextInput).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if not typed:
            return
        path = _expanded(typed)
        if path is None or not path.exists():
            self._note.show(line(f"There is no {typed}.", Ink.WARNING))
        else:
            self.dismiss(path)


def _expanded(typed: str) -> Path | None:
    """Return a path with `~` resolved; None when it cannot be one."""
    if "\0" in typed:
        return None
    try:
        return Path(typed).expanduser().absolute()
    except RuntimeError:
        return None
