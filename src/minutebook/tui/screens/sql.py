"""The SQL console: a query above, its rows below. Nothing in it waits for the query that runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import TextArea

from minutebook.errors import MinutebookError, QueryError
from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.prose import Prose
from minutebook.tui.screens import sql_deeds
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.sql import words
from minutebook.tui.sql.editor import SqlEditor
from minutebook.tui.sql.grid import Grid
from minutebook.tui.sql.work import Work
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.completions import Completions
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Side, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from minutebook.engine import Engine, Vocabulary
    from minutebook.tui.sql.desk import SqlDesk
    from minutebook.tui.sql.results import Result

_KEYS = (
    ("F5", "run", "run"),
    ("F3", "saved", "saved"),
    ("F2", "history", "history"),
    ("F7", "chart", "chart"),
    ("F8", "export", "export"),
    ("F6", "explain", "explain"),
    ("F4", "tables", "tables"),
    ("^S", "save", "save"),
    ("esc", "close", "close"),
)
_ROOMY = 120
"""Columns from which on the tables are in sight unasked."""
_TITLE = Line(
    left=(Span(text="SQL over the record", ink=Ink.ACCENT),),
    right=(Span(text="it only reads, in a process of its own", ink=Ink.FAINT),),
    shortened=Side.RIGHT,
)
_WELCOME = """Ask the record with one query that reads; F5 runs it.

history   archived pages, with all that was said on them
turns     everything that was said, archived or not
pages     every page, archived or not

F3 has queries to begin with, F4 the columns. tab goes to the rows, enter there reads a cell."""


def _key(key: str, action: str, words: str) -> Binding:
    return Binding(key, action, words, priority=True)


class SqlNotice(Guarded, Prose):
    """What is to be said where the rows would be: why there are none."""


class SqlScreen(Overlay[None]):
    """The console."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-high")]  # noqa: RUF012 - as Textual declares it
    # The editor has other uses for some of these keys.
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("f5,ctrl+r,ctrl+enter", "run", "Run the query, or what is selected of it"),
        _key("f6", "explain", "See how it would be run"),
        _key("f2", "history", "What was asked before"),
        _key("f3", "saved", "Saved queries"),
        _key("ctrl+s", "save", "Save the query under a name"),
        _key("f4", "tables", "The tables and their columns"),
        _key("f7", "chart", "Chart of two columns"),
        _key("f8", "export", "Write all rows to a file"),
        _key("ctrl+c", "stop", "Stop what runs"),
        Binding("escape", "close", "Stop what runs; else close"),
    ]

    def __init__(self, engine: Engine, desk: SqlDesk) -> None:
        super().__init__()
        self.engine = engine
        self.desk = desk
        self.editor = SqlEditor(id="sql-editor")
        self.grid = Grid(id="sql-grid")
        self._status = InkedLine(id="sql-status")
        self._notice = SqlNotice(id="sql-notice")
        self._completions = Completions(id="sql-completions")
        self._tables = RowList(id="sql-tables")
        self._keys = InkedLine(id="sql-keys")
        self._reading = Upkeep(self, "sql rows", self._read)
        self._offered_at: tuple[str, tuple[int, int]] = ("", (0, 0))
        self._has_chosen_tables = False
        self.work = Work(self, engine, self.say)

    def compose(self) -> ComposeResult:
        """Lay out the console."""
        with Vertical(classes="sheet"):
            yield InkedLine(_TITLE, classes="sheet-title")
            with Horizontal(id="sql-body"):
                yield self._tables
                with Vertical(id="sql-desk"):
                    yield self.editor
                    yield self._status
                    with Container(id="sql-results"):
                        yield self.grid
                        yield self._notice
                        yield self._completions
            yield self._keys

    def on_mount(self) -> None:
        """Go on where the console was left."""
        self._tables.display = False
        self._paint_keys()
        self.editor.load_text(self.desk.text)
        self.editor.move_cursor(self.editor.document.end)
        self.editor.focus()
        if self.desk.result is not None:
            self.show_result(self.desk.result)
        else:
            self.tell(_WELCOME)
        run_guarded(self, self._learn, "tables")

    def on_unmount(self) -> None:
        """Remember the text."""
        self.desk.text = self.editor.text

    def on_resize(self) -> None:
        """Have the tables in sight where there is room for them."""
        if not self._has_chosen_tables:
            self._tables.display = self.app.size.width >= _ROOMY
        self._paint_keys()

    def _paint_keys(self) -> None:
        is_roomy = self.app.size.width >= _ROOMY
        spans: list[Span] = []
        for key, word, action in _KEYS:
            does = f"screen.{action}"
            gap = ("   " if is_roomy else "  ") if spans else ""
            spans.append(Span(text=f"{gap}{key}", ink=Ink.KEY, action=does))
            spans.append(Span(text=f" {word}", ink=Ink.FAINT, action=does))
        self._keys.show(Line(left=tuple(spans)))

    def say(self, text: str, ink: Ink = Ink.NOTE) -> None:
        """Say how it stands, above the rows."""
        if self.is_attached:
            where = "" if self.grid.display is False else self._where()
            right = (Span(text=where, ink=Ink.FAINT),) if where else ()
            left = (Span(text=text, ink=ink),)
            self._status.show(Line(left=left, right=right, shortened=Side.RIGHT))

    def tell(self, text: str) -> None:
        """Say something in the place of the rows."""
        self.grid.display = False
        self._notice.display = True
        self._notice.following = False
        self._notice.set_blocks([ProseBlock(id="notice", text=text, kind=TextKind.VERBATIM)])
        self.call_after_refresh(self._notice.scroll_home, animate=False)

    def show_result(self, result: Result) -> None:
        """Show rows."""
        self.desk.result = result
        self._notice.display = False
        self.grid.display = True
        self.grid.show(result.columns, result.rows)
        self.say(*result.told())

    def fail(self, error: MinutebookError, begins: int = 0) -> None:
        """Say what is wrong, and put the cursor there; `begins` is where the query began."""
        self.tell(f"{error.message}\n\n{error.hint}".strip())
        self.say("No rows", Ink.ERROR)
        if isinstance(error, QueryError) and error.offset >= 0:
            text = self.editor.text[: begins + error.offset]
            row = text.count("\n")
            self.editor.move_cursor((row, len(text) - (text.rfind("\n") + 1)))
            self.editor.focus()

    def _where(self) -> str:
        result = self.desk.result
        if result is None or self.grid.is_empty:
            return ""
        column = result.columns[self.grid.column]
        return f"row {self.grid.row + 1:,} · {column.name} {column.type}"

    async def _learn(self) -> None:
        """Learn what can be completed; this starts the console's process as well."""
        if self.desk.vocabulary is None:
            self.say("Opening …", Ink.FAINT)
            try:
                self.desk.vocabulary = await self.engine.console.vocabulary()
            except QueryError as error:
                self.fail(error)
                return
            if not self.work.is_busy:
                self.say("")
        self._tables.show(list(_table_rows(self.desk.vocabulary)))

    @on(RowList.Chosen, "#sql-tables")
    def _name_chosen(self, event: RowList.Chosen) -> None:
        name = event.row_id.rpartition(".")[2]
        self.editor.insert(name)
        self.editor.focus()

    @on(TextArea.Changed, "#sql-editor")
    def _typed(self) -> None:
        self._offer(is_asked=False)

    @on(TextArea.SelectionChanged, "#sql-editor")
    def _cursor_moved(self) -> None:
        if self._offered_at != (self.editor.text, self.editor.cursor_location):
            self._close_offer()

    @on(SqlEditor.CompletionWanted)
    def _completion_wanted(self) -> None:
        self._offer(is_asked=True)

    def _offer(self, *, is_asked: bool) -> None:
        word = words.begun(self.editor.before)
        if self.desk.vocabulary is None or word is None or not self.editor.has_focus:
            self._close_offer()
            return
        if not is_asked and not word.is_enough:
            self._close_offer()
            return
        self._offered_at = (self.editor.text, self.editor.cursor_location)
        self._completions.offer(words.offered(self.desk.vocabulary, word, self.editor.text), -1)
        self._know_offer()

    def _close_offer(self) -> None:
        self._completions.offer((), -1)
        self._know_offer()

    def _know_offer(self) -> None:
        self.editor.is_offering = bool(self._completions.rows)
        self.editor.is_pointing = self._completions.pointed is not None

    @on(SqlEditor.Moved)
    def _offer_moved(self, event: SqlEditor.Moved) -> None:
        self._completions.move(event.step)
        self._know_offer()

    @on(SqlEditor.CompletionTaken)
    def _completion_taken(self) -> None:
        if self._completions.pointed is None:
            self._completions.move(1)
        pointed, word = self._completions.pointed, words.begun(self.editor.before)
        self._close_offer()
        if pointed is not None and word is not None:
            self.editor.put(pointed.text, len(word.letters))

    @on(SqlEditor.CompletionRefused)
    def _completion_refused(self) -> None:
        self._close_offer()

    @on(Grid.MoreWanted)
    def _more_wanted(self, event: Grid.MoreWanted) -> None:
        result = self.desk.result
        if result is None or self.work.is_busy:
            return
        if event.is_all and result.has_more:
            self.work.start("Reading", partial(sql_deeds.read_all, self, result))
        elif result.has_more:
            self._reading.ask()

    async def _read(self) -> None:
        """Read the next rows of the result."""
        result = self.desk.result
        if result is not None and not self.work.is_busy and await result.read():
            self.grid.grown()
        if result is not None and result is self.desk.result and not self.work.is_busy:
            self.say(*result.told())

    @on(Grid.Pointed)
    def _pointed(self) -> None:
        if self.desk.result is not None and not self.work.is_busy:
            self.say(*self.desk.result.told())

    @on(Grid.CellWanted)
    def _cell_wanted(self) -> None:
        run_guarded(self, partial(sql_deeds.read_cell, self), "read a cell")

    @on(Grid.RowWanted)
    def _row_wanted(self) -> None:
        run_guarded(self, partial(sql_deeds.read_row, self), "read a row")

    @on(Grid.CopyWanted)
    def _copy_wanted(self) -> None:
        sql_deeds.copy_cell(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave ctrl+c to whoever copies where nothing runs."""
        return self.work.is_busy if action == "stop" else True

    def ask(self, query: str) -> None:
        """Run a query in place of the text; ctrl+z brings the text back."""
        self.editor.fill(query)
        self.action_run()

    def action_run(self) -> None:
        """Run the query, or what is selected of it."""
        self._when_typed(partial(sql_deeds.run, self))

    def action_explain(self) -> None:
        """Show how the query would be run."""
        self._when_typed(partial(sql_deeds.explain, self))

    def _when_typed(self, work: Callable[[], None]) -> None:
        """Do something once the editor has all that was typed: keys with a meaning overtake the
        letters before them."""
        self._close_offer()
        self.editor.call_later(work)

    def action_stop(self) -> None:
        """Stop what runs."""
        self.work.stop()

    def action_close(self) -> None:
        """Stop what runs; close where nothing does."""
        if self.work.is_busy:
            self.work.stop()
        else:
            self.dismiss()

    def action_tables(self) -> None:
        """Show the tables and go there; hide them from there."""
        self._has_chosen_tables = True
        self._tables.display = not (self._tables.display and self._tables.has_focus)
        (self._tables if self._tables.display else self.editor).focus()

    def action_history(self) -> None:
        """Choose what was asked before."""
        run_guarded(self, partial(sql_deeds.choose_asked, self), "query history")

    def action_saved(self) -> None:
        """Choose a saved query."""
        run_guarded(self, partial(sql_deeds.choose_saved, self), "saved queries")

    def action_save(self) -> None:
        """Save the query under a name."""
        self._when_typed(partial(sql_deeds.save, self))

    def action_chart(self) -> None:
        """Draw two columns."""
        sql_deeds.chart(self)

    def action_export(self) -> None:
        """Write all rows to a file."""
        sql_deeds.export(self)


def _table_rows(vocabulary: Vocabulary) -> list[ListRow]:
    rows = []
    for table in vocabulary.tables:
        rows.append(ListRow(id=table, lines=(line(table, Ink.STRONG),)))
        for column in vocabulary.columns:
            if column.table == table:
                shown = line(f"  {column.name}", right=column.type.lower(), right_ink=Ink.FAINT)
                rows.append(ListRow(id=f"{table}.{column.name}", lines=(shown,)))
    return rows
