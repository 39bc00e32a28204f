"""What the rows of the drawer are for: try again, go there, read it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.jobs import JobState
from minutebook.tui.screens.reading import ReadingScreen
from minutebook.tui.widgets.views import View

if TYPE_CHECKING:
    from minutebook.engine import Engine
    from minutebook.tui.screens.main import MainScreen
    from minutebook.tui.widgets.drawer import Drawer


async def do(main: MainScreen, engine: Engine, chosen: Drawer.Chosen) -> None:
    """Do what the chosen row is for."""
    if chosen.view is View.JOBS:
        await _retry(main, engine, chosen.row_id)
    elif chosen.view is View.PAGES:
        page = (await engine.library.page(chosen.row_id)).page
        main.open(page.conversation, page.first_turn)
        main.action_go("chat")
    elif chosen.view is View.QUARANTINE:
        await _show_rejected(main, engine, chosen.row_id)
    else:
        _show_log_line(main, int(chosen.row_id.removeprefix("log ")))


async def _retry(main: MainScreen, engine: Engine, row_id: str) -> None:
    jobs = {str(job.id): job for job in await engine.queue.list()}
    job = jobs.get(row_id)
    if job is None or job.state not in {JobState.FAILED, JobState.DEAD}:
        main.bar.say("Only failed jobs can be tried again.")
        return
    await engine.queue.retry(job.id)
    main.bar.say("The job is queued again.")


async def _show_rejected(main: MainScreen, engine: Engine, row_id: str) -> None:
    for item in await engine.library.quarantine():
        if str(item.id) == row_id:
            text = f"{item.path}\n{item.place}\n\n{item.reason}\n\n{item.excerpt}"
            main.app.push_screen(ReadingScreen("In quarantine", text))


def _show_log_line(main: MainScreen, number: int) -> None:
    for entry in main.logbook.entries:
        if entry.number == number:
            main.app.push_screen(ReadingScreen("From the log", entry.text))
