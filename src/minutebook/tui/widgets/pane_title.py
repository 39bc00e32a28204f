"""The line above a pane: its name, and a few quiet words on the right. Accented while in focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.widgets.inked import BLANK, Ink, Inked, Line, Span

if TYPE_CHECKING:
    from textual.strip import Strip


class PaneTitle(Inked):
    """One line and a free one below it."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self._heading = heading
        self._notes: tuple[Span, ...] = ()
        self._is_accented = False

    @property
    def notes(self) -> str:
        """The words on the right."""
        return "".join(span.text for span in self._notes)

    def note(self, *notes: Span) -> None:
        """Show other words on the right."""
        if notes != self._notes:
            self._notes = notes
            self.refresh()

    def accent(self, is_accented: bool) -> None:
        """Say whether the pane is the one that takes the keys."""
        if is_accented != self._is_accented:
            self._is_accented = is_accented
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line; blank below it."""
        if y:
            return self.paint(BLANK)
        ink = Ink.ACCENT if self._is_accented else Ink.NOTE
        return self.paint(Line(left=(Span(text=self._heading, ink=ink),), right=self._notes))
