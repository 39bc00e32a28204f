"""What the three panes have in common: a title that is accented while the pane takes the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical

from minutebook.tui.guard import Guarded
from minutebook.tui.widgets.pane_title import PaneTitle

if TYPE_CHECKING:
    from textual import events

    from minutebook.engine import Engine


class Pane(Guarded, Vertical):
    """A pane with its title."""

    TITLE = ""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.title = PaneTitle(self.TITLE)
        self._engine: Engine | None = None

    def use(self, engine: Engine) -> None:
        """Show what this engine keeps, from now on."""
        self._engine = engine

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Accent the title."""
        self.title.accent(True)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Quieten the title."""
        self.title.accent(False)

    def take_focus(self) -> None:
        """Give the keys to the part of the pane that wants them most."""
        raise NotImplementedError

    def resume_focus(self) -> None:
        """Give the keys back to the part of the pane that had them last."""
        self.take_focus()
