"""A line to type in, as it is everywhere in the workbench: no border, and a cursor at rest."""

from __future__ import annotations

from textual.widgets import Input

from minutebook.tui.guard import Guarded


class TextInput(Guarded, Input):
    """One line."""

    def __init__(self, *, placeholder: str, id: str) -> None:  # noqa: A002
        super().__init__(placeholder=placeholder, id=id, compact=True)
        self.cursor_blink = False
