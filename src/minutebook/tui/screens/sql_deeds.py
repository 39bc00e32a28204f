"""What the console does: run, explain, read, keep, draw, write to a file."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.engine import Asked, cell_text
from minutebook.errors import MinutebookError
from minutebook.tui.guard import run_guarded
from minutebook.tui.screens.picking import Pick, PickScreen
from minutebook.tui.screens.question import QuestionScreen
from minutebook.tui.screens.reading import ReadingScreen
from minutebook.tui.sql import bars, cells
from minutebook.tui.sql.results import Result
from minutebook.tui.widgets.inked import Ink, Line, Span, line
from minutebook.tui.wording import plural, short_path, turn_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from minutebook.engine import SavedQuery
    from minutebook.tui.screens.sql import SqlScreen
    from minutebook.tui.sql.exports import Export

_NOTHING = "Write a query first; F3 has some to begin with."
_NO_RESULT = "There are no rows yet; F5 runs the query."
_PATH = 60
_NAME = 24
"""Characters that names of columns are set apart by."""


def run(screen: SqlScreen) -> None:
    """Run the query, or what is selected of it."""
    text, begins = _wanted(screen)
    if text.strip():
        screen.work.start("Running", partial(_run, screen, text, begins))
    else:
        screen.say(_NOTHING, Ink.WARNING)


async def _run(screen: SqlScreen, text: str, begins: int) -> None:
    try:
        result = Result(text, await screen.engine.console.run(text))
    except asyncio.CancelledError:
        _remember(screen, text, note="stopped")
        raise
    except MinutebookError as error:
        _remember(screen, text, note=one_line(error.message))
        screen.fail(error, begins)
        return
    await result.read()
    result.seconds = screen.work.seconds
    _remember(screen, text, rows=len(result.rows))
    screen.show_result(result)


def _wanted(screen: SqlScreen) -> tuple[str, int]:
    """Return the query that is meant, and where in the text it begins."""
    editor = screen.editor
    if not editor.selected_text.strip():
        return editor.text, 0
    return editor.selected_text, len(editor.get_text_range((0, 0), min(editor.selection)))


def _remember(screen: SqlScreen, sql: str, *, rows: int | None = None, note: str = "") -> None:
    """Put down what was asked; that must not hold up its rows."""
    engine = screen.engine
    asked = Asked(sql=sql, at=engine.clock(), seconds=screen.work.seconds, rows=rows, note=note)

    async def write() -> None:
        await asyncio.to_thread(engine.query_history.add, asked)

    run_guarded(screen.app, write, "query history")


def explain(screen: SqlScreen) -> None:
    """Show how the query would be run."""
    text, begins = _wanted(screen)
    if not text.strip():
        screen.say(_NOTHING, Ink.WARNING)
        return

    async def work() -> None:
        from minutebook.tui.screens.sql_plan import SqlPlanScreen

        try:
            plan = await screen.engine.console.explain(text)
        except MinutebookError as error:
            screen.fail(error, begins)
            return
        screen.say(*_standing(screen))
        screen.app.push_screen(SqlPlanScreen(plan))

    screen.work.start("Planning", work)


def _standing(screen: SqlScreen) -> tuple[str, Ink]:
    result = screen.desk.result
    return ("", Ink.NOTE) if result is None else result.told()


async def read_all(screen: SqlScreen, result: Result) -> None:
    """Read what is left of a result, and go to its last row."""
    while await result.read():
        screen.work.hear(len(result.rows))
    screen.grid.grown()
    screen.grid.point(len(result.rows) - 1, screen.grid.column)
    screen.say(*result.told())


async def read_cell(screen: SqlScreen) -> None:
    """Show a cell whole."""
    if (result := screen.desk.result) is None:
        return
    row, column = screen.grid.row, result.columns[screen.grid.column]
    value = result.rows[row][screen.grid.column]
    parts = (column.name, column.type, f"row {row + 1:,}", cells.kind_of(value))
    about = " · ".join(part for part in parts if part)
    text = await asyncio.to_thread(cells.whole, value)
    screen.app.push_screen(ReadingScreen(about, text))


async def read_row(screen: SqlScreen) -> None:
    """Show a row, column below column."""
    if (result := screen.desk.result) is None:
        return
    row = screen.grid.row
    text = await asyncio.to_thread(_row_text, result, row)
    screen.app.push_screen(ReadingScreen(f"Row {row + 1:,}", text))


def _row_text(result: Result, row: int) -> str:
    names = [one_line(column.name) for column in result.columns]
    width = min(_NAME, max(map(len, names)))
    parts = []
    for name, value in zip(names, result.rows[row], strict=True):
        text = cells.whole(value)
        is_long = "\n" in text or len(text) > _PATH
        parts.append(f"{name}\n{text}" if is_long else f"{name:<{width}}  {text}")
    return ("\n\n" if any("\n" in part for part in parts) else "\n").join(parts)


def copy_cell(screen: SqlScreen) -> None:
    """Copy a cell."""
    if (result := screen.desk.result) is not None:
        value = result.rows[screen.grid.row][screen.grid.column]
        screen.app.copy_to_clipboard(cell_text(value))
        screen.say("The cell was copied.")


def chart(screen: SqlScreen) -> None:
    """Draw two columns of what was read."""
    result = screen.desk.result
    if result is None or not result.rows:
        screen.say(_NO_RESULT, Ink.WARNING)
        return
    axes = bars.default_axes(result.columns, screen.grid.column)
    if axes is None:
        screen.say("A chart needs a column of numbers.", Ink.WARNING)
        return
    from minutebook.tui.screens.sql_chart import SqlChartScreen

    screen.app.push_screen(SqlChartScreen(result, axes))


async def choose_asked(screen: SqlScreen) -> None:
    """Have a query again that was asked before."""
    found = await asyncio.to_thread(screen.engine.query_history.newest)
    now = screen.engine.clock()
    picks = [
        Pick(id=str(at), words=each.sql, lines=_asked_lines(each, turn_time(each.at, now)))
        for at, each in enumerate(found)
    ]

    def chosen(id_: str | None) -> None:
        if id_ is not None:
            screen.editor.fill(found[int(id_)].sql)
            screen.editor.focus()

    empty = "Nothing was asked yet."
    picking = PickScreen("What was asked before", picks, noun="query", empty=empty)
    screen.app.push_screen(picking, chosen)


def _asked_lines(asked: Asked, when: str) -> tuple[Line, ...]:
    came = asked.note if asked.rows is None else plural(asked.rows, "row")
    ink = Ink.WARNING if asked.rows is None else Ink.FAINT
    told = (Span(text=f"  {asked.seconds:.1f} s  ", ink=Ink.FAINT), Span(text=came, ink=ink))
    return line(asked.sql, right=when, right_ink=Ink.FAINT), Line(left=told)


async def choose_saved(screen: SqlScreen) -> None:
    """Have a saved query in the editor."""
    found = await asyncio.to_thread(screen.engine.saved_queries.all)
    by_name = {each.name: each for each in found}

    def chosen(name: str | None) -> None:
        if name is not None:
            screen.editor.fill(by_name[name].sql)
            screen.editor.focus()

    def forget(name: str) -> None:
        if not by_name[name].is_own:
            screen.notify(f"{name} comes with minutebook; it stays.", markup=False)
            return
        screen.app.pop_screen()
        _ask_to_forget(screen, name)

    picks = [Pick(id=q.name, words=f"{q.name} {q.title} {q.sql}", lines=_saved(q)) for q in found]
    title = "Saved queries"
    picking = PickScreen(title, picks, noun="query", empty="No query is saved.", forget=forget)
    screen.app.push_screen(picking, chosen)


def _saved(query: SavedQuery) -> tuple[Line, ...]:
    by = "yours" if query.is_own else ""
    head = Line(
        left=(Span(text=query.name, ink=Ink.STRONG), Span(text=f"  {query.title}", ink=Ink.NOTE)),
        right=(Span(text=by, ink=Ink.KEY),) if by else (),
    )
    return head, line(f"  {query.sql}", Ink.FAINT)


def _ask_to_forget(screen: SqlScreen, name: str) -> None:
    async def work() -> None:
        await asyncio.to_thread(screen.engine.saved_queries.delete, name)
        screen.say(f"{name} is saved no more.")

    answers = (("y", "yes", "delete it"), ("n", "no", "keep it"))
    _on_yes(screen, f"Delete the saved query {name}?", answers, work)


def save(screen: SqlScreen) -> None:
    """Keep the query under a name."""
    if not screen.editor.text.strip():
        screen.say(_NOTHING, Ink.WARNING)
        return
    from minutebook.tui.screens.naming import NamingScreen

    def named(name: str | None) -> None:
        if name:
            run_guarded(screen, partial(_save, screen, name), "save a query")

    note = "Small letters, digits, - and _. A comment in its first line is its title."
    screen.app.push_screen(NamingScreen("Save the query as", "", note), named)


async def _save(screen: SqlScreen, name: str) -> None:
    queries, text = screen.engine.saved_queries, screen.editor.text

    async def work() -> None:
        try:
            await asyncio.to_thread(queries.save, name, text)
        except MinutebookError as error:
            screen.say(str(error), Ink.ERROR)
        else:
            screen.say(f"Saved as {name}; `minutebook sql --run {name}` runs it too.")

    if await asyncio.to_thread(queries.has_own, name):
        answers = (("y", "yes", "save this in its place"), ("n", "no", "leave it"))
        _on_yes(screen, f"{name} is there already. Replace it?", answers, work)
    else:
        await work()


def export(screen: SqlScreen) -> None:
    """Write all rows of the last query to a file."""
    result = screen.desk.result
    if result is None:
        screen.say(_NO_RESULT, Ink.WARNING)
        return
    from minutebook.tui.screens.naming import NamingScreen
    from minutebook.tui.sql.exports import ENDINGS

    def named(name: str | None) -> None:
        if name:
            run_guarded(screen, partial(_export, screen, result.sql, name), "export")

    note = f"{', '.join(ENDINGS)} · all rows: the query runs again · into exports, or name a folder"
    typed = f"rows-{screen.engine.clock().astimezone():%Y%m%d-%H%M%S}.csv"
    screen.app.push_screen(NamingScreen("Write all rows to", typed, note), named)


async def _export(screen: SqlScreen, sql: str, typed: str) -> None:
    from minutebook.tui.sql.exports import Export, target_of

    try:
        target = await asyncio.to_thread(target_of, typed, screen.engine.home)
    except MinutebookError as error:
        screen.say(str(error), Ink.ERROR)
        return
    is_there = await asyncio.to_thread(target.exists)
    wanted = Export(sql=sql, target=target, is_replacing=is_there)

    async def begin() -> None:
        screen.work.start("Writing", partial(_write, screen, wanted))

    if is_there:
        answers = (("y", "yes", "write over it"), ("n", "no", "leave it"))
        _on_yes(screen, f"{one_line(target.name)} is there already. Replace it?", answers, begin)
    else:
        await begin()


async def _write(screen: SqlScreen, wanted: Export) -> None:
    from minutebook.tui.sql import exports

    try:
        rows = await exports.export(screen.engine, wanted, screen.work.hear)
    except MinutebookError as error:
        screen.say(str(error), Ink.ERROR)
    else:
        screen.say(f"{plural(rows, 'row')} in {_name(wanted.target)}", Ink.GOOD)


def _name(target: Path) -> str:
    return short_path(str(target), _PATH)


def _on_yes(
    screen: SqlScreen,
    question: str,
    answers: tuple[tuple[str, str, str], ...],
    work: Callable[[], Awaitable[None]],
) -> None:
    def answered(key: str | None) -> None:
        if key == "y":
            run_guarded(screen, work, "answer")

    screen.app.push_screen(QuestionScreen(question, answers), answered)
