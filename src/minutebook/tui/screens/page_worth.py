"""What speaks for keeping a page at hand, term by term, and how that will fade."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.sql import bars
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from minutebook.domain.archive import RetentionScore, Term
    from minutebook.domain.pages import Page

_KEYS = "y keeps it · a archives it · p pins it · enter reads it · esc closes"
_BAR = 16
_NAME = 9


class PageWorthScreen(Overlay[str]):
    """Gives the verb that was chosen: keep, archive, pin, or open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "choose('keep')", "Keep it"),
        Binding("a", "choose('archive')", "Archive it"),
        Binding("p", "choose('pin')", "Pin it"),
        Binding("enter", "choose('open')", "Read it", priority=True),
        Binding("q", "close", "Close", show=False),
    ]

    def __init__(
        self,
        page: Page,
        score: RetentionScore,
        threshold: float,
        outlook: Sequence[tuple[int, float]],
    ) -> None:
        super().__init__()
        self._page = page
        self._score = score
        self._threshold = threshold
        self._outlook = outlook
        self._terms = RowList(id="worth-terms")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        page = self._page
        about = f"{page.id} · {plural(page.turns, 'turn')}"
        with Vertical(classes="sheet"):
            title = line(page.label or page.id, Ink.ACCENT, right=about, right_ink=Ink.FAINT)
            yield InkedLine(title, classes="sheet-title")
            yield InkedLine(self._total())
            yield self._terms
            yield InkedLine(self._fading())
            yield InkedLine(line(_KEYS, Ink.FAINT), classes="sheet-foot")

    def on_mount(self) -> None:
        """Show the terms."""
        self._terms.show([ListRow(id=t.name, lines=(_term(t),)) for t in self._score.terms])
        self._terms.focus()

    def _total(self) -> Line:
        total = Span(text=f"{self._score.total:.3f}", ink=Ink.STRONG)
        if self._score.is_pinned:
            end = "It is pinned, and stays."
        elif self._score.is_below(self._threshold):
            end = f"It may leave: that is below {self._threshold:g}."
        else:
            end = f"It stays: {self._threshold:g} is enough."
        return Line(left=(total, Span(text=f"  {end}", ink=Ink.NOTE)))

    def _fading(self) -> Line:
        values = [score for _, score in self._outlook]
        days = self._outlook[-1][0] if self._outlook else 0
        told = f"  if nobody needs it: {values[-1]:.2f} in {days:,} days" if values else ""
        spans = (Span(text=bars.profile(values, len(values)), ink=Ink.KEY),)
        return Line(left=(*spans, Span(text=told, ink=Ink.FAINT)))

    def action_choose(self, verb: str) -> None:
        """Go back with a verb."""
        self.dismiss(verb)


def _term(term: Term) -> Line:
    drawn = bars.bar(term.share, term.weight, _BAR)
    return Line(
        left=(
            Span(text=f"{term.name:<{_NAME}} "),
            Span(text=f"{term.share:.3f} ", ink=Ink.KEY),
            Span(text=f"of {term.weight:.2f} ", ink=Ink.FAINT),
            Span(text=f"{drawn:<{_BAR}} ", ink=Ink.KEY),
            Span(text=term.reason, ink=Ink.NOTE),
        )
    )
