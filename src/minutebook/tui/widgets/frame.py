"""The place of a pane until the pane is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical

from minutebook.tui.guard import Guarded
from minutebook.tui.widgets.pane_title import PaneTitle

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Frame(Guarded, Vertical):
    """A heading over an empty ground."""

    def __init__(self, heading: str, id: str) -> None:  # noqa: A002
        super().__init__(id=id, classes="frame")
        self._title = PaneTitle(heading)

    def compose(self) -> ComposeResult:
        """Lay out the frame."""
        yield self._title
