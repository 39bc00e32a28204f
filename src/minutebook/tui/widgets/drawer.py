"""The drawer: a view of the lower bar, opened above it. It is made when it is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from minutebook.tui.guard import Guarded
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets import views
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Side, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.widgets.views import LOOKS, View

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.engine import Engine
    from minutebook.tui.logbook import Logbook

_PACE = 0.2


class Drawer(Guarded, Vertical):
    """One view at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,tab", "turn(1)", "Next view"),
        Binding("left,h,shift+tab", "turn(-1)", "View before"),
        Binding("r", "retry", "Try a failed job again"),
    ]

    class Chosen(Message):
        """A row was chosen."""

        def __init__(self, view: View, row_id: str) -> None:
            super().__init__()
            self.view = view
            self.row_id = row_id

    class RetryWanted(Message):
        """A job is to be tried again."""

        def __init__(self, row_id: str) -> None:
            super().__init__()
            self.row_id = row_id

    def __init__(self, clock: Clock, logbook: Logbook, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._clock = clock
        self._logbook = logbook
        self._engine: Engine | None = None
        self._conversation = ""
        self._upkeep = Upkeep(self, "drawer", self._load, pace=_PACE)
        self.view = View.JOBS
        self._tabs = InkedLine(id="drawer-tabs")
        self._lists = {
            view: RowList(row_height=look.height, id=f"view-{view.value}")
            for view, look in LOOKS.items()
        }
        self._empty = InkedLine(id="drawer-empty")

    @property
    def shown(self) -> RowList:
        """The list that is in sight."""
        return self._lists[self.view]

    def compose(self) -> ComposeResult:
        """Lay out the drawer."""
        yield self._tabs
        yield self._empty
        yield from self._lists.values()

    def use(self, engine: Engine) -> None:
        """Show what this engine does."""
        self._engine = engine
        self.ask()

    def about(self, conversation: str) -> None:
        """Show the pages of this conversation."""
        if conversation != self._conversation:
            self._conversation = conversation
            self.ask()

    def ask(self) -> None:
        """Bring the view up to date, if it is in sight."""
        if self.display:
            self._upkeep.ask()

    def open(self, view: View) -> None:
        """Show a view, and give it the keys."""
        self.display = True
        self.view = view
        for each, rows in self._lists.items():
            rows.display = each is view
        self._paint_tabs()
        self.shown.focus()
        self.ask()

    def action_turn(self, step: int) -> None:
        """Show the view beside this one."""
        order = list(View)
        self.open(order[(order.index(self.view) + step) % len(order)])

    def action_retry(self) -> None:
        """Try the job under the cursor again."""
        if self.view is View.JOBS and self.shown.pointed:
            self.post_message(self.RetryWanted(self.shown.pointed))

    async def _load(self) -> None:
        view = self.view
        rows = await self._rows(view)
        if view is self.view:
            wants_last = view is View.LOG and self.shown.is_at_end
            self.shown.show(rows)
            self._empty.display = not rows
            self._empty.show(line(LOOKS[view].empty, Ink.FAINT))
            if wants_last:
                self.shown.action_edge(1)
            elif rows and self.shown.has_focus and not self.shown.pointed:
                self.shown.action_edge(-1)

    async def _rows(self, view: View) -> list[ListRow]:
        now = self._clock()
        if view is View.LOG:
            return views.log_rows(self._logbook.entries, now)
        if self._engine is None:
            return []
        if view is View.JOBS:
            return await views.job_rows(self._engine, now)
        if view is View.PAGES:
            return await views.page_rows(self._engine, self._conversation)
        return await views.quarantine_rows(self._engine, now)

    def _paint_tabs(self) -> None:
        spans: list[Span] = []
        for view in View:
            ink = Ink.ACCENT if view is self.view else Ink.NOTE
            action = f"screen.show_view('{view.value}')"
            spans += [Span(text=view.value.capitalize(), ink=ink, action=action), Span(text="   ")]
        hint = Span(text=LOOKS[self.view].hint, ink=Ink.FAINT)
        self._tabs.show(Line(left=tuple(spans), right=(hint,), shortened=Side.RIGHT))

    @on(RowList.Chosen)
    def _row_chosen(self, event: RowList.Chosen) -> None:
        self.post_message(self.Chosen(self.view, event.row_id))
