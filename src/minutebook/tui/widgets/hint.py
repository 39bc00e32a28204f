"""A calm line above the composer: what has come of something, and what to do next."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.tui.widgets.inked import BLANK, Ink, Inked, line

if TYPE_CHECKING:
    from textual.strip import Strip

_LINES = 6
_END = 3
"""Lines of the end that stay when the middle is left out: what to do next stands there."""
_GAP = "… "
_LONGEST = 2_000


class Hint(Inked):
    """Some words; they take as many lines as they need, up to six."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._text = ""
        self._ink = Ink.FAINT

    @property
    def text(self) -> str:
        """What is said."""
        return self._text

    def say(self, text: str, ink: Ink = Ink.FAINT) -> None:
        """Say something else."""
        self._text, self._ink = one_line(text[:_LONGEST]), ink
        self._fit()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._fit()

    def _fit(self) -> None:
        self.styles.height = max(1, len(self._lines()))
        self.refresh()

    def _lines(self) -> list[str]:
        room = max(10, self.size.width - 2 * self.MARGIN)
        lines = wrap(self._text, room)
        if len(lines) <= _LINES:
            return lines
        lines = wrap(self._text, room - len(_GAP))
        return [*lines[: _LINES - _END], _GAP + lines[-_END], *lines[1 - _END :]]

    def render_line(self, y: int) -> Strip:
        """Return one of the lines."""
        lines = self._lines()
        return self.paint(line(lines[y], self._ink) if y < len(lines) else BLANK)
