"""A few lines of numbers above a list: as high as there are lines, and gone without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.widgets.inked import BLANK, Inked, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

_ANY = 1_000
_BARS = "▁▂▃▄▅▆▇█"


class Facts(Inked):
    """The lines, and an empty one below them where there is room for it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.lines: tuple[Line, ...] = ()
        self._height = 0

    def show(self, lines: Sequence[Line], room: int = _ANY) -> None:
        """Show other lines, in so many at most."""
        height = min(len(lines) + 1, max(room, 1))
        if tuple(lines) == self.lines and height == self._height:
            return
        if height != self._height:
            self.styles.height = self._height = height
        self.display = bool(lines)
        self.lines = tuple(lines)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return a line; blank below the last one."""
        return self.paint(self.lines[y] if y < len(self.lines) else BLANK)


def plotted(values: Sequence[int]) -> str:
    """Return numbers as bars of characters, the largest as high as a line; a dot for nothing."""
    most = max(values, default=0)
    return "".join(
        "·" if value <= 0 else _BARS[max(0, -(-value * len(_BARS) // most) - 1)] for value in values
    )
