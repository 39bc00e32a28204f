"""What was said while an answer is on its way, under the transcript until it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.widgets.inked import BLANK, Ink, Inked, Line, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from minutebook.domain.chats import Waiting

_ROWS = 4
_LOOKED_AT = 400


class WaitingLines(Inked):
    """One line for each message that waits; of many, the first ones."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()

    def on_mount(self) -> None:
        """Take no room yet."""
        self.display = False

    def show(self, waiting: Sequence[Waiting]) -> None:
        """Show what waits."""
        lines = tuple(_line(each) for each in waiting[:_ROWS])
        if len(waiting) > _ROWS:
            more = Span(text=f"and {len(waiting) - _ROWS:,} more", ink=Ink.FAINT)
            lines = (*lines[:-1], Line(left=(more,)))
        if lines != self._lines:
            self._lines = lines
            self.styles.height = len(lines)
            self.display = bool(lines)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one of the lines."""
        return self.paint(self._lines[y] if y < len(self._lines) else BLANK)


def _line(waiting: Waiting) -> Line:
    files = f"  ▤ {len(waiting.attachments)}" if waiting.attachments else ""
    return Line(
        left=(
            Span(text="waits  ", ink=Ink.FAINT),
            Span(text=waiting.text[:_LOOKED_AT] + files, ink=Ink.NOTE),
        )
    )
