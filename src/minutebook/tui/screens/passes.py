"""Compactions played back: when and why, the prompt before and behind each, and what left."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.domain.compactions import runs
from minutebook.domain.display import one_line, shortened
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.screens.plan import left_rows, tiers_told
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets import gauge
from minutebook.tui.widgets.context_views import percent
from minutebook.tui.widgets.facts import Facts
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Side, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.wording import dollars, plural, turn_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.domain.context import Budget, Pass
    from minutebook.domain.inspection import Stage
    from minutebook.engine import Engine

_REASON = 2
"""Lines for why a pass ended."""
_KEYS = "j, k step through · tab to what left, enter opens its page · esc closes"
_FEWEST, _MOST = 10, 40
_BESIDE = 44
"""Cells that a bar leaves for its words."""


class PassesScreen(Overlay[str]):
    """Gives the id of the page that is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "close", "Close", show=False)]

    def __init__(
        self, engine: Engine, passes: Sequence[Pass], budget: Budget, clock: Clock
    ) -> None:
        super().__init__()
        self._engine = engine
        self._count = len(passes)
        self._rows = _folded(passes)
        """What stands on one row, by the id of its newest."""
        self._budget = budget
        self._clock = clock
        self._list = RowList(id="passes-list")
        self._about = Facts(id="passes-about")
        self._stages = (InkedLine(), InkedLine())
        self._left = RowList(id="passes-left")
        self._showing = Upkeep(self, "a pass", self._show)

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            about = plural(self._count, "pass", "passes")
            title = line("When room was made", Ink.ACCENT, right=about)
            yield InkedLine(title, classes="sheet-title")
            yield self._list
            yield self._about
            yield from self._stages
            yield self._left
            yield InkedLine(line(_KEYS, Ink.FAINT), classes="sheet-foot")

    def on_mount(self) -> None:
        """List the passes, the newest first."""
        self._list.show([self._row(run) for run in self._rows.values()])
        self._list.focus()
        self._list.action_edge(-1)
        self._showing.ask()

    @on(RowList.Pointed, "#passes-list")
    def _pointed(self) -> None:
        self._showing.ask()

    @on(RowList.Chosen, "#passes-list")
    def _step_in(self) -> None:
        self._left.focus()

    @on(RowList.Chosen, "#passes-left")
    def _chosen(self, event: RowList.Chosen) -> None:
        page = event.row_id.partition(" ")[0]
        if page:
            self.dismiss(page)

    async def _show(self) -> None:
        """Show the prompt before the pass under the cursor, and behind it."""
        if not (run := self._rows.get(self._list.pointed)):
            return
        done = run[0]
        stages = await self._engine.context.looks.stages(done)
        self._about.show(self._words(done))
        for shown, name, stage in zip(self._stages, ("before", "after"), stages, strict=True):
            shown.show(self._bar(name, stage))
        self._left.show(left_rows(done.left, done.left_count))

    def _row(self, run: Sequence[Pass]) -> ListRow:
        done = run[0]
        times = f"{len(run):,}×  " if len(run) > 1 else ""
        tokens = self._budget.tokens
        state = "undone" if done.is_undone else done.state.value
        cost = f"{dollars(done.cost_usd)}  " if done.cost_usd else ""
        shares = f"{percent(done.before, tokens):>6} → {percent(done.after, tokens):<6}"
        shown = Line(
            left=(
                Span(text=f"{shares} ", ink=Ink.STRONG),
                Span(text=f"{done.trigger.value:<10} "),
                Span(text=f"{state:<7} ", ink=Ink.NOTE),
            ),
            right=(
                Span(text=f"{times}{cost}{done.left_count:,} left  ", ink=Ink.NOTE),
                Span(text=turn_time(done.at, self._clock()), ink=Ink.FAINT),
            ),
        )
        return ListRow(id=str(done.id), lines=(shown,))

    def _words(self, done: Pass) -> list[Line]:
        """Return what a pass did, and why it ended: always as many lines."""
        width = max(_FEWEST, self._list.size.width)
        reason = wrap(one_line(done.reason), width, max_lines=_REASON, placeholder=" …")
        said = [shortened(_how(done), width), *reason]
        return [line(text, Ink.NOTE) for text in [*said, "", ""][: 1 + _REASON]]

    def _bar(self, name: str, stage: Stage) -> Line:
        cells = max(_FEWEST, min(_MOST, self._list.size.width - _BESIDE))
        told = f"{stage.merged:,} merged, {plural(stage.summaries, 'summary', 'summaries')}"
        return Line(
            left=(
                Span(text=f"{name:<7}", ink=Ink.NOTE),
                *gauge.bar(stage.layers, self._budget, cells),
                Span(text=f" {percent(stage.used, self._budget.tokens):>6}"),
            ),
            right=(Span(text=told, ink=Ink.NOTE),),
            shortened=Side.RIGHT,
        )


def _how(done: Pass) -> str:
    """Return what a pass did, and how long it took."""
    how = tiers_told(done.tiers) if done.tiers else "nothing left"
    return f"{how} · {done.seconds:.1f} s" if done.seconds else how


def _folded(passes: Sequence[Pass]) -> dict[str, list[Pass]]:
    """Return passes by the id of the newest of each row: what went the same way in vain is one."""
    rows: dict[str, list[Pass]] = {}
    for run in runs(passes):
        rows[str(run[0].id)] = run
    return rows
