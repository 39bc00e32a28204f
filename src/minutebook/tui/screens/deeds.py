"""What the rows of the drawer are for: go there, read it whole, try again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from minutebook.domain.jobs import JobState
from minutebook.tui import subjects
from minutebook.tui.screens import batch_deeds
from minutebook.tui.screens.reading import FailedJobScreen, ReadingScreen
from minutebook.tui.widgets.views import AT_MOST, View
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from minutebook.domain.jobs import Job
    from minutebook.engine import Engine
    from minutebook.tui.screens.main import MainScreen
    from minutebook.tui.widgets.drawer import Drawer

_FAILED = frozenset({JobState.FAILED, JobState.DEAD})


async def do(main: MainScreen, engine: Engine, chosen: Drawer.Chosen) -> None:
    """Do what the chosen row is for."""
    if chosen.view is View.BATCHES:
        await batch_deeds.do(main, engine, chosen.row_id)
    elif chosen.view is View.ARCHIVE:
        from minutebook.tui.screens import archive_deeds

        await archive_deeds.do(main, engine, "explain", chosen.row_id)
    elif chosen.view is View.JOBS:
        await _show_job(main, engine, chosen.row_id)
    elif chosen.view in {View.PAGES, View.CONTEXT}:
        await go_to_page(main, engine, chosen.row_id)
    elif chosen.view is View.QUARANTINE:
        await _show_rejected(main, engine, chosen.row_id)
    else:
        _show_log_line(main, int(chosen.row_id.removeprefix("log ")))


async def go_to_page(main: MainScreen, engine: Engine, wanted: str) -> None:
    """Show where a page begins. Raises NotFoundError."""
    page = (await engine.library.page(wanted)).page
    main.visit(page.conversation, page.first_turn)


async def retry(main: MainScreen, engine: Engine, row_id: str) -> None:
    """Queue a failed job again; in the view of batches, what was given up there."""
    if " " in row_id:
        await batch_deeds.retry(main, engine, row_id)
        return
    job = await _job(engine, row_id)
    if job is None or job.state not in _FAILED:
        main.bar.say("Only failed jobs can be tried again.")
        return
    await engine.queue.retry(job.id)
    main.bar.say("The job is queued again.")


async def _show_job(main: MainScreen, engine: Engine, row_id: str) -> None:
    """Show all there is to know of a job: of one that failed why, and what to do."""
    if (job := await _job(engine, row_id)) is None:
        return
    about = subjects.of_job(job, await subjects.read(engine, [job]))
    work = f"{job.kind.value} {about or job.payload}"
    tries = f", {plural(job.attempts, 'attempt')}" if job.attempts else ""
    text = f"{work}\n{job.payload}\n{job.state.value}{tries}"
    if job.error:
        text += f"\n\n{job.error}"
    if job.state in _FAILED:
        again = partial(retry, main, engine, row_id)
        main.app.push_screen(FailedJobScreen("A failed job", f"{text}\n\n{_then(job)}", again))
    else:
        main.app.push_screen(ReadingScreen("A job", text))


def _then(job: Job) -> str:
    if job.state is JobState.DEAD:
        return "It was given up. Press r to try it again."
    at = job.not_before.astimezone()
    return f"It is tried again at {at:%H:%M:%S}. Press r to try it now."


async def _job(engine: Engine, row_id: str) -> Job | None:
    jobs = await engine.queue.list(limit=AT_MOST)
    jobs += await engine.queue.list(limit=AT_MOST, state=JobState.DEAD)
    return next((job for job in jobs if str(job.id) == row_id), None)


async def _show_rejected(main: MainScreen, engine: Engine, row_id: str) -> None:
    for item in await engine.library.quarantine():
        if str(item.id) == row_id:
            text = f"{item.path}\n{item.place}\n\n{item.reason}\n\n{item.excerpt}"
            main.app.push_screen(ReadingScreen("In quarantine", text))


def _show_log_line(main: MainScreen, number: int) -> None:
    for entry in main.logbook.entries:
        if entry.number == number:
            main.app.push_screen(ReadingScreen("From the log", entry.text))
