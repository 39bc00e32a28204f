"""A few lines of numbers above a list: as high as there are lines, and gone without any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minutebook.tui.widgets.inked import BLANK, Inked, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

_ANY = 1_000
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The same numbers for much room and for little."""

    whole: tuple[Line, ...] = ()
    dense: tuple[Line, ...] = ()

    @classmethod
    def only(cls, lines: Sequence[Line]) -> Forms:
        """Return numbers that have one form."""
        return cls(whole=tuple(lines), dense=tuple(lines))

    def within(self, lines: int) -> tuple[Line, ...]:
        """Return the form for so many lines."""
        return self.whole if len(self.whole) <= lines else self.dense


class Facts(Inked):
    """The lines, and an empty one below them where there is room for it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.lines: tuple[Line, ...] = ()
        self._height = 0
        self._top = 0
        """How many lines are above those that are in sight."""

    def show(self, lines: Sequence[Line], room: int = _ANY) -> None:
        """Show other lines, in so many at most."""
        height = min(len(lines) + 1, max(room, 1))
        if tuple(lines) == self.lines and height == self._height:
            return
        if height != self._height:
            self.styles.height = self._height = height
        self.display = bool(lines)
        self.lines = tuple(lines)
        self.move(0)

    def move(self, step: int) -> None:
        """Show what is so many lines further down, as far as there is more than has room."""
        most = max(0, len(self.lines) - self._height)
        self._top = max(0, min(self._top + step, most))
        self.refresh()

    def on_mouse_scroll_down(self) -> None:
        """Go down a line."""
        self.move(1)

    def on_mouse_scroll_up(self) -> None:
        """Go up a line."""
        self.move(-1)

    def render_line(self, y: int) -> Strip:
        """Return a line; blank below the last one."""
        line = self._top + y
        return self.paint(self.lines[line] if line < len(self.lines) else BLANK)


def plotted(values: Sequence[int]) -> str:
    """Return numbers as bars of characters, the largest as high as a line; a dot for nothing."""
    most = max(values, default=0)
    return "".join(
        "·" if value <= 0 else _BARS[max(0, -(-value * len(_BARS) // most) - 1)] for value in values
    )
