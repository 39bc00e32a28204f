"""The drawer: a view of the lower bar, opened above it. It is made when it is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from minutebook.tui.archive_work import ArchiveWork
from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets import archive_views, batch_views, context_views, queue_facts, views
from minutebook.tui.widgets.facts import Facts, Forms
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Side, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.widgets.views import LOOKS, View

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from minutebook.clock import Clock
    from minutebook.engine import Engine
    from minutebook.tui.logbook import Logbook
    from minutebook.tui.screens.main import MainScreen

_PACE = 0.2
_MEASURE_PACE = 1.0
_AGE_SECONDS = 60.0
_TIGHT = 66
"""Columns below which not all views can be named."""
_MEASURED = frozenset({View.CONTEXT, View.JOBS, View.BATCHES, View.ARCHIVE})
"""Views with numbers above their lists."""
_OF_VIEWS = {"context": View.CONTEXT, "archive": View.ARCHIVE}
"""Actions that are of one view alone."""
_SLOTS = 48
"""Bars of the plot, so that it has room on a terminal of 80 columns."""


class Drawer(Guarded, Vertical):
    """One view at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,tab", "turn(1)", "Next view"),
        Binding("left,h,shift+tab", "turn(-1)", "View before"),
        Binding("left_square_bracket", "facts(-1)", "Numbers above the list: up a line"),
        Binding("right_square_bracket", "facts(1)", "Numbers above the list: down a line"),
        Binding("r", "retry", "Try again what failed"),
        Binding("x", "cancel", "Cancel a batch; stop archiving; let go a page brought back"),
        Binding("c", "context('compact')", "Context: see what would leave, and make room"),
        Binding("i", "context('inspect')", "Context: inspect exactly what would be sent"),
        Binding("v", "context('passes')", "Context: when room was made, before and after"),
        Binding("m", "context('map')", "Context: the map of all pages"),
        Binding("u", "context('undo')", "Context: show again what left last"),
        Binding("p", "context('pin')", "Context: pin a page that was brought back"),
        Binding("a", "context('recall')", "Context: automatic recall, on or off"),
        Binding("y", "archive('keep')", "Archive: keep the page"),
        Binding("a", "archive('archive')", "Archive: let the page leave with the next flush"),
        Binding("p", "archive('pin')", "Archive: pin the page; it never leaves by itself"),
        Binding("Y", "archive('keep_all')", "Archive: keep all that wait"),
        Binding("A", "archive('archive_all')", "Archive: let all leave that wait"),
        Binding("P", "archive('pin_all')", "Archive: pin all that wait"),
        Binding("f", "archive('flush')", "Archive: archive now what is due"),
        Binding("b", "archive('restore')", "Archive: bring pages back"),
        Binding("v", "archive('verify')", "Archive: prove every file"),
        Binding("L", "archive('ledger')", "Archive: what has moved, and why"),
        Binding("m", "archive('maintenance')", "Archive: what is done when"),
        Binding("s", "archive('sql')", "Archive: ask with SQL"),
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
        self._measuring = Upkeep(self, "drawer facts", self._measure, pace=_MEASURE_PACE)
        self._growing_old: Timer | None = None
        self.archive_work = ArchiveWork()
        self.view = View.JOBS
        self._tabs = InkedLine(id="drawer-tabs")
        self._lists = {
            view: RowList(row_height=look.height, id=f"view-{view.value}")
            for view, look in LOOKS.items()
        }
        self._empty = InkedLine(id="drawer-empty")
        self._facts = Facts(id="drawer-facts")
        self._numbers = Forms()

    @property
    def shown(self) -> RowList:
        """The list that is in sight."""
        return self._lists[self.view]

    def compose(self) -> ComposeResult:
        """Lay out the drawer."""
        yield self._tabs
        yield self._facts
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
            self._measuring.ask()

    def open(self, view: View) -> None:
        """Show a view, and give it the keys."""
        self.display = True
        self.view = view
        for each, rows in self._lists.items():
            rows.display = each is view
        self._numbers = Forms()
        self._facts.show(())
        self.set_class(view in {View.CONTEXT, View.ARCHIVE}, "-tall")
        self._paint_tabs()
        self.shown.focus()
        self.ask()

    def action_turn(self, step: int) -> None:
        """Show the view beside this one."""
        order = list(View)
        self.open(order[(order.index(self.view) + step) % len(order)])

    def action_facts(self, step: int) -> None:
        """Show more of the numbers where not all of them have room."""
        self._facts.move(step)

    def action_retry(self) -> None:
        """Try the job under the cursor again."""
        if self.view in {View.JOBS, View.BATCHES} and self.shown.pointed:
            self.post_message(self.RetryWanted(self.shown.pointed))

    def action_cancel(self) -> None:
        """End the batch under the cursor, or what is being archived; let go the page."""
        if self.view is View.CONTEXT:
            self.action_context("let_go")
            return
        if self.view is View.ARCHIVE:
            self.action_archive("stop")
            return
        engine, row_id = self._engine, self.shown.pointed
        if self.view is View.BATCHES and engine is not None and row_id:
            from minutebook.tui.screens import batch_deeds

            main = cast("MainScreen", self.screen)
            run_guarded(self, lambda: batch_deeds.cancel(main, engine, row_id), "cancel a batch")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys of a view to others where it is not in sight."""
        return action not in _OF_VIEWS or self.view is _OF_VIEWS[action]

    def action_context(self, verb: str) -> None:
        """Do something about the prompt, or about the page under the cursor."""
        if (engine := self._engine) is not None:
            from minutebook.tui.screens import context_deeds

            main, page = cast("MainScreen", self.screen), self.shown.pointed
            run_guarded(self, lambda: context_deeds.do(main, engine, verb, page), verb)

    def action_archive(self, verb: str) -> None:
        """Do something about the archive, or about the page under the cursor."""
        if (engine := self._engine) is not None:
            from minutebook.tui.screens import archive_deeds

            main, page = cast("MainScreen", self.screen), self.shown.pointed
            run_guarded(self, lambda: archive_deeds.do(main, engine, verb, page), verb)

    def on_resize(self) -> None:
        """Use the room there is for numbers and bars."""
        self._show_numbers()
        if self.view is View.CONTEXT:
            self.ask()

    async def _measure(self) -> None:
        """Bring the numbers above the list up to date, if the view has any."""
        view, engine = self.view, self._engine
        if engine is None or view not in _MEASURED:
            return
        if view is View.CONTEXT:
            width = self.app.size.width
            found = await context_views.facts(engine, self._conversation, width)
        elif view is View.ARCHIVE:
            found = Forms.only(await archive_views.facts(engine, self.archive_work, self._clock()))
        elif view is View.JOBS:
            found = Forms.only(queue_facts.lines(await engine.queue.measures(slots=_SLOTS)))
        else:
            status = await engine.batches.status()
            found = Forms.only(batch_views.facts(status))
            self._grow_old(is_flying=status.open > 0)
        if view is self.view:
            self._numbers = found
            self._show_numbers()

    def _show_numbers(self) -> None:
        """Show them in the form there is room for: a row of the list stays in sight below."""
        room = self.size.height - self._tabs.size.height - LOOKS[self.view].height
        self._facts.show(self._numbers.within(max(1, room)), max(1, room))

    def _grow_old(self, *, is_flying: bool) -> None:
        """See to it that the ages of batches in flight stay true, while they are in sight."""
        if self._growing_old is not None:
            self._growing_old.stop()
        self._growing_old = self.set_timer(_AGE_SECONDS, self.ask) if is_flying else None

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
        if view is View.CONTEXT:
            return await context_views.rows(self._engine, self._conversation, now)
        if view is View.JOBS:
            return await views.job_rows(self._engine, now)
        if view is View.BATCHES:
            return await batch_views.rows(self._engine, await self._engine.batches.status(), now)
        if view is View.ARCHIVE:
            return await archive_views.rows(self._engine, now)
        if view is View.PAGES:
            return await views.page_rows(self._engine, self._conversation)
        return await views.quarantine_rows(self._engine, now)

    def _paint_tabs(self) -> None:
        spans: list[Span] = []
        order = list(View)
        if self.app.size.width < _TIGHT:  # so that the one in sight is named whatever the room
            at = order.index(self.view)
            order = order[at:] + order[:at]
        for view in order:
            ink = Ink.ACCENT if view is self.view else Ink.NOTE
            action = f"screen.show_view('{view.value}')"
            spans += [Span(text=view.value.capitalize(), ink=ink, action=action), Span(text="   ")]
        hint = Span(text=LOOKS[self.view].hint, ink=Ink.FAINT)
        self._tabs.show(Line(left=tuple(spans), right=(hint,), shortened=Side.RIGHT))

    @on(RowList.Chosen)
    def _row_chosen(self, event: RowList.Chosen) -> None:
        self.post_message(self.Chosen(self.view, event.row_id))
