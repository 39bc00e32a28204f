"""The SQL console: typing, running, reading, stopping; no query is waited for."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from minutebook.errors import QueryStoppedError
from minutebook.tui.screens.sql import SqlScreen
from minutebook.tui.slash.commands import find
from minutebook.tui.slash.table import COMMANDS
from tui.answering import Answer, AnsweringConsole, answering
from tui.conftest import Bench, Opens

if TYPE_CHECKING:
    import pytest

HOSTILE = "[red]x[/red]\x1b[2J\x9b31m\u202e\ny"


def answer(rows: int = 3, pages: int = 1) -> Answer:
    """Return a result with a name, a number and a text that is not to be trusted."""
    columns = {"name": "VARCHAR", "n": "BIGINT", "text": "VARCHAR"}
    return Answer(
        columns,
        [[[f"row{p}.{at}", at, HOSTILE] for at in range(rows)] for p in range(pages)],
    )


@asynccontextmanager
async def asking(
    workbench: Opens, size: tuple[int, int] = (100, 30), **more: Any
) -> AsyncIterator[tuple[Bench, AnsweringConsole, SqlScreen]]:
    """Open the console of a workbench."""
    async with workbench(size=size, **more) as bench:
        console = answering(bench.app.engine)
        await bench.leave_welcome()
        bench.app.action_sql()
        await bench.until(lambda: isinstance(bench.app.screen, SqlScreen), "the console")
        screen = bench.app.screen
        assert isinstance(screen, SqlScreen)
        await bench.until(lambda: screen.desk.vocabulary is not None, "the tables")
        yield bench, console, screen


async def test_rows_come_and_are_read(workbench: Opens) -> None:
    """They are shown harmless; more are read as one scrolls; cells and rows are read whole."""
    async with asking(workbench) as (bench, console, screen):
        console.answers = [answer(40, pages=3)]
        screen.editor.fill("FROM turns")
        await bench.pilot.press("f5")
        await bench.shows("40 rows so far, more below")
        text = bench.screen_text()
        assert "[red]x[/red]" in text
        assert not any(sign in text for sign in "\x1b\x9b\u202e")
        await bench.pilot.press("tab", "pagedown", "pagedown")
        await bench.shows("80 rows so far")
        await bench.pilot.press("G")
        await bench.shows("120 rows in")
        assert screen.grid.row == 119
        await bench.pilot.press("end", "enter")
        await bench.shows("text · VARCHAR · row 120")
        await bench.pilot.press("escape", "r")
        await bench.shows("row2.39")
        await bench.pilot.press("escape")
        assert console.asked == ["FROM turns"]


async def test_what_was_typed_at_once_is_all_asked(workbench: Opens) -> None:
    """The key that runs the query does not overtake the letters before it."""
    async with asking(workbench) as (bench, console, screen):
        console.answers = [answer()]
        bench.at_once("FROM turns", "f5")
        await bench.shows("3 rows in")
        assert console.asked == ["FROM turns"]
        assert screen.editor.text == "FROM turns"


async def test_a_query_is_stopped(workbench: Opens) -> None:
    """Its progress is told; escape cancels it, and the screen never waited. Closing keeps all."""
    async with asking(workbench) as (bench, console, screen):
        console.go.clear()
        console.progress = 0.42
        console.answers = [answer()]
        screen.editor.fill("FROM turns")
        await bench.pilot.press("f5")
        await bench.shows("· 42 % · esc stops it")
        await bench.type(" limit")
        await bench.shows("FROM turns limit")
        await bench.pilot.press("ctrl+c")
        await bench.shows("Stopped")
        assert console.was_cancelled
        console.go.set()
        await bench.pilot.press("f5")
        await bench.shows("3 rows in")
        await bench.pilot.press("escape", "f7")
        await bench.until(lambda: bench.app.screen is not screen, "the console again")
        await bench.shows("3 rows in")
        await bench.shows("FROM turns limit")


async def test_what_could_come_next_is_offered(workbench: Opens) -> None:
    """Tables behind FROM, columns of the tables that are named; tab takes, enter ends a line."""
    async with asking(workbench) as (bench, _, screen):
        await bench.type("FROM t")
        await bench.shows("turns  table")
        await bench.pilot.press("tab")
        assert screen.editor.text == "FROM turns"
        await bench.type(" SELECT to")
        await bench.shows("turns · BIGINT")
        await bench.pilot.press("down", "enter", "enter")
        assert screen.editor.text == "FROM turns SELECT tokens\n"


async def test_queries_are_kept(workbench: Opens) -> None:
    """What was asked is there again; what is saved has a name, is replaced and deleted asked."""
    async with asking(workbench) as (bench, console, screen):
        console.answers = [answer()]
        screen.editor.fill("SELECT 1 AS first")
        await bench.pilot.press("f5")
        await bench.shows("3 rows in")
        history = bench.app.home.query_history
        await bench.until(history.exists, "the history")
        assert stat.S_IMODE(history.stat().st_mode) == 0o600
        for expected in ("Saved as mine", "mine is there already"):
            await bench.pilot.press("ctrl+s")
            await bench.shows("Save the query as")
            await bench.type("mine")
            await bench.pilot.press("enter")
            await bench.shows(expected)
        await bench.pilot.press("n")
        screen.editor.fill("")
        await bench.pilot.press("f2")
        await bench.shows("What was asked before")
        await bench.pilot.press("enter")
        await bench.until(lambda: screen.editor.text == "SELECT 1 AS first", "the query again")
        await bench.pilot.press("f3")
        await bench.shows("yours")
        await bench.pilot.press("ctrl+d")
        await bench.shows("Delete the saved query mine?")
        await bench.pilot.press("y")
        await bench.shows("mine is saved no more")


async def test_a_result_is_written_to_a_file(workbench: Opens) -> None:
    """For its owner alone, and over nothing unasked; a chart is drawn of two columns."""
    async with asking(workbench) as (bench, console, screen):
        console.answers = [answer(), answer(), answer(5)]
        screen.editor.fill("FROM turns")
        await bench.pilot.press("f5")
        await bench.shows("3 rows in")
        await bench.pilot.press("f7")
        await bench.shows("n by name")
        await bench.pilot.press("escape")
        target = bench.app.home.exports / "rows.csv"
        for answered in ("", "n", "y"):
            await bench.pilot.press("f8")
            await bench.shows("Write all rows to")
            await bench.pilot.press("home", "ctrl+k")
            await bench.type("rows.csv")
            await bench.pilot.press("enter")
            if answered:
                await bench.shows("rows.csv is there already")
                await bench.pilot.press(answered)
                await bench.until(lambda: bench.app.screen is screen, "the question is answered")
            if answered != "n":
                await bench.shows(f"{5 if answered else 3} rows in ")
        assert len(target.read_bytes().splitlines()) >= 6
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        assert [each.name for each in target.parent.iterdir()] == ["rows.csv"]


async def test_small_terminals(workbench: Opens) -> None:
    """The query, how it stands, and some rows are in sight at any size."""
    async with asking(workbench, (80, 24)) as (bench, console, screen):
        console.answers = [answer()]
        screen.editor.fill("FROM turns")
        await bench.pilot.press("f5")
        for size in ((80, 24), (60, 20), (40, 12)):
            await bench.pilot.resize_terminal(*size)
            await bench.until(lambda size=size: bench.app.size == size, "the size")  # type: ignore[misc]
            for text in ("3 rows in", "FROM turns", "row0.0", "F5 run"):
                await bench.shows(text)


async def test_the_rest_of_a_result_may_go(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read stays in sight, and it is said why there is no more."""
    async with asking(workbench) as (bench, console, screen):
        first = answer(40, pages=2)
        console.answers = [first]
        screen.editor.fill("FROM turns")
        await bench.pilot.press("f5")
        await bench.shows("40 rows so far")

        async def gone() -> list[Any]:
            raise QueryStoppedError("This query has ended.")

        monkeypatch.setattr(first, "page", gone)
        await bench.pilot.press("tab", "G")
        await bench.shows("40 rows; the rest has gone, F5 runs it again")


async def test_a_query_is_asked_from_the_input(workbench: Opens) -> None:
    """`/sql` opens the console and runs what stands behind it; the text before can be had back."""
    async with asking(workbench) as (bench, console, screen):
        screen.editor.fill("FROM pages")
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.screen is not screen, "the console is closed")
        console.answers = [answer()]
        command = find(COMMANDS, "sql")
        assert command.title == "/sql [QUERY]"
        await bench.pilot.press("ctrl+n")
        composer = bench.app.bench.chat.composer
        await bench.until(lambda: composer.has_focus, "the input")
        composer.fill("/sql SELECT 42")
        await bench.pilot.press("enter")
        await bench.shows("3 rows in")
        assert console.asked == ["SELECT 42"]
        again = bench.app.screen
        assert isinstance(again, SqlScreen)
        assert again.editor.text == "SELECT 42"
        await bench.pilot.press("ctrl+z")
        assert again.editor.text == "FROM pages"
