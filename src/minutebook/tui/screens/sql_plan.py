"""How a query would be run, as DuckDB draws it: wider than a screen, so it scrolls both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import TextArea

from minutebook.domain.display import terminal_safe
from minutebook.tui.guard import Guarded
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, line

if TYPE_CHECKING:
    from textual.app import ComposeResult


class PlanText(Guarded, TextArea):
    """The drawing."""


class SqlPlanScreen(Overlay[None]):
    """A plan; nothing was run."""

    def __init__(self, plan: str) -> None:
        super().__init__()
        self._plan = plan

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            title = line("How it would be run; nothing was", Ink.ACCENT, right="esc closes")
            yield InkedLine(title, classes="sheet-title")
            text = PlanText(
                terminal_safe(self._plan),
                id="sql-plan",
                compact=True,
                soft_wrap=False,
                read_only=True,
                show_cursor=False,
                highlight_cursor_line=False,
            )
            text.cursor_blink = False
            yield text

    def on_mount(self) -> None:
        """Begin at the top."""
        self.query_one(PlanText).focus()
