"""The map of a conversation: each page a cell, and below it what the one under the cursor is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.domain.display import one_line
from minutebook.domain.inspection import PageState
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.page_grid import SIGNS, PageGrid
from minutebook.tui.wording import plural, turn_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.domain.inspection import PageCell


class PageMapScreen(Overlay[str]):
    """Gives the id of the page that is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "close", "Close", show=False)]

    def __init__(self, title: str, cells: Sequence[PageCell], clock: Clock) -> None:
        super().__init__()
        self._title = title
        self._cells = cells
        self._clock = clock
        self._grid = PageGrid(id="page-grid")
        self._label = InkedLine(classes="sheet-foot")
        self._about = InkedLine(id="page-about")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            about = f"{plural(len(self._cells), 'page')} · enter opens · esc closes"
            yield InkedLine(line(self._title, Ink.ACCENT, right=about), classes="sheet-title")
            yield self._grid
            yield self._label
            yield self._about
            yield InkedLine(self._legend())

    def on_mount(self) -> None:
        """Show the newest pages."""
        self._grid.show(self._cells)
        self._grid.focus()
        if not self._cells:
            self._label.show(line("No page has closed yet.", Ink.NOTE))

    def _legend(self) -> Line:
        counts = Counter(cell.state for cell in self._cells)
        spans: list[Span] = []
        for state in PageState:
            if counts[state]:
                spans.append(Span(text=f"{SIGNS[state]} ", ink=Ink.PLAIN))
                spans.append(Span(text=f"{counts[state]:,} {state.value}  ", ink=Ink.FAINT))
        return Line(left=tuple(spans))

    @on(PageGrid.Pointed)
    def _pointed(self) -> None:
        if (cell := self._grid.pointed) is None:
            return
        page = cell.page
        self._label.show(line(one_line(page.label) or "It has no summary yet.", Ink.STRONG))
        parts = [page.id, plural(page.turns, "turn"), plural(page.tokens, "token")]
        when = turn_time(page.first_at, self._clock())
        said = " · ".join([*parts, *([when] if when else [])])
        self._about.show(line(f"{cell.state.value} · {said}", Ink.NOTE))

    @on(PageGrid.Chosen)
    def _chosen(self) -> None:
        if (cell := self._grid.pointed) is not None:
            self.dismiss(cell.page.id)
