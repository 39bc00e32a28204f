"""What could be typed next, in a few rows above the composer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.color import Color

from minutebook.tui.widgets.inked import BLANK, Ink, Inked, Line, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from minutebook.tui.slash.completion import Completion

_ROWS = 8
_LABEL = 34
"""Cells that the names may take; the help stands behind the longest."""
_HERE = 0.22
"""How much of the accent is mixed into the row that is pointed at."""


class Completions(Inked):
    """Some rows, one of them pointed at, or none."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: Sequence[Completion] = ()
        self._at = -1
        self._top = 0

    def on_mount(self) -> None:
        """Take no room yet."""
        self.display = False

    @property
    def rows(self) -> Sequence[Completion]:
        """What is offered."""
        return self._rows

    @property
    def pointed(self) -> Completion | None:
        """The row that is pointed at."""
        return self._rows[self._at] if 0 <= self._at < len(self._rows) else None

    def offer(self, rows: Sequence[Completion], at: int) -> None:
        """Show these rows, and point at one; -1 points at none."""
        if rows != self._rows:
            self._rows, self._top = rows, 0
            self._at = at if any(row.text for row in rows) else -1
            self.styles.height = min(_ROWS, len(rows))
            self.display = bool(rows)
        self.refresh()

    def move(self, step: int) -> None:
        """Point at the next row that can be taken, and around."""
        places = [place for place, row in enumerate(self._rows) if row.text]
        if not places:
            return
        if self._at in places:
            self._at = places[(places.index(self._at) + step) % len(places)]
        else:
            self._at = places[0 if step > 0 else -1]
        self._top = min(max(self._top, self._at - _ROWS + 1), self._at)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        place = self._top + y
        if place >= len(self._rows):
            return self.paint(BLANK)
        row = self._rows[place]
        room = min(_LABEL, max(len(each.label) for each in self._rows))
        label = Span(text=f"{row.label:<{room}}  ", ink=Ink.PLAIN if row.text else Ink.FAINT)
        below = len(self._rows) - self._top - _ROWS if y == _ROWS - 1 else 0
        more = (Span(text=f"↓ {below} more", ink=Ink.FAINT),) if below > 0 else ()
        shown = Line(left=(label, Span(text=row.help, ink=Ink.FAINT)), right=more)
        if place != self._at:
            return self.paint(shown)
        accent = Color.parse(self.app.theme_variables["accent"])
        return self.paint(shown, self.background_colors[1].blend(accent, _HERE))
