"""The SQL console with its real process: what is wrong, and a process that dies."""

from __future__ import annotations

import os
import signal

from minutebook.tui.screens.sql import SqlScreen
from tui.conftest import Opens


async def test_a_process_that_dies_is_replaced(workbench: Opens) -> None:
    """What is wrong is shown at its place; a killed process is told of, and the next one works."""
    async with workbench(size=(100, 30)) as bench:
        bench.app.action_sql()
        await bench.until(lambda: isinstance(bench.app.screen, SqlScreen), "the console")
        screen = bench.app.screen
        assert isinstance(screen, SqlScreen)
        await bench.until(lambda: screen.desk.vocabulary is not None, "the tables")
        screen.editor.fill("SELECT 1,\nnope FROM turns")
        await bench.pilot.press("f5")
        await bench.shows("Line 2, column 1")
        assert screen.editor.cursor_location == (1, 0)
        await bench.pilot.press("f6")
        await bench.until(lambda: not screen.work.is_busy, "the plan is refused too")
        screen.editor.fill("SELECT count(*) FROM range(100000000000)")
        await bench.pilot.press("f5")
        await bench.shows("esc stops it")
        process = screen.engine.console._process
        assert process is not None
        os.kill(process._process.pid, signal.SIGKILL)
        await bench.shows("has ended by SIGKILL")
        await bench.shows("a new one is ready")
        screen.editor.fill("SELECT count(*) AS turns_there FROM turns")
        await bench.pilot.press("f5")
        await bench.shows("1 row in")
        await bench.shows("turns_there")
