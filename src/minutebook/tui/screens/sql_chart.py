"""Two columns of a result as bars; which two can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.domain.display import one_line
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.sql import bars
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from minutebook.tui.sql.bars import Point
    from minutebook.tui.sql.results import Result

_LABEL = 28
_MARGINS = 6


class SqlChartScreen(Overlay[None]):
    """The chart."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "label", "Take other labels"),
        Binding("y", "number", "Draw other numbers"),
        Binding("q", "close", "Close", show=False),
    ]

    def __init__(self, result: Result, axes: tuple[int, int]) -> None:
        super().__init__()
        self._result = result
        self._x, self._y = axes
        self._title = InkedLine(classes="sheet-title")
        self._profile = InkedLine(id="chart-profile")
        self._bars = RowList(id="chart-bars")
        self._keys = InkedLine(classes="sheet-foot")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            yield self._title
            yield self._profile
            yield self._bars
            yield self._keys

    def on_mount(self) -> None:
        """Draw it."""
        self._keys.show(line("y other numbers · x other labels · esc closes", Ink.FAINT))
        self._bars.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw it anew."""
        self.call_after_refresh(self._draw)

    def action_number(self) -> None:
        """Draw the next column of numbers."""
        columns = self._result.columns
        numbers = [at for at, column in enumerate(columns) if column.is_number]
        self._y = numbers[(numbers.index(self._y) + 1) % len(numbers)]
        self._draw()

    def action_label(self) -> None:
        """Take the next column for labels."""
        self._x = (self._x + 1) % len(self._result.columns)
        self._draw()

    def _draw(self) -> None:
        points = bars.points(self._result, self._x, self._y)
        x, y = (one_line(self._result.columns[at].name) for at in (self._x, self._y))
        is_all = len(points) == len(self._result.rows) and not self._result.has_more
        count = plural(len(points), "row")
        about = count if is_all else f"the first {count}"
        self._title.show(line(f"{y} by {x}", Ink.ACCENT, right=about, right_ink=Ink.FAINT))
        room = max(0, self._bars.size.width - _MARGINS)
        values = [point.value for point in points if point.value is not None]
        # Where all bars are in sight, they say it themselves.
        self._profile.display = len(points) > self._bars.size.height
        self._profile.show(line(bars.profile(values, room), Ink.ACCENT))
        self._bars.show(_rows(points, room))


def _rows(points: Sequence[Point], room: int) -> list[ListRow]:
    values = [abs(point.value) for point in points if point.value is not None]
    label = min(_LABEL, max((cell_len(p.label) for p in points), default=0), max(1, room // 3))
    words = ["" if p.value is None else bars.in_words(p.value) for p in points]
    number = max(map(len, words), default=0)
    length = max(1, room - label - number - 3)
    most = max(values, default=0.0)
    rows = []
    for at, (point, word) in enumerate(zip(points, words, strict=True)):
        drawn = "" if point.value is None else bars.bar(point.value, most, length)
        ink = Ink.WARNING if (point.value or 0) < 0 else Ink.KEY
        spans = (
            Span(text=_padded(point.label, label)),
            Span(text=f" {word:>{number}} ", ink=Ink.NOTE),
            Span(text=drawn, ink=ink),
        )
        rows.append(ListRow(id=str(at), lines=(Line(left=spans),)))
    return rows


def _padded(text: str, width: int) -> str:
    from rich.cells import set_cell_size

    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    return set_cell_size(text, width)
