"""The views of the lower bar, as rows: jobs, pages, quarantine, log. They only read."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from minutebook.domain.jobs import Job, JobKind, JobState
from minutebook.domain.pages import Page, SummaryState
from minutebook.tui import subjects
from minutebook.tui.widgets.inked import Ink, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow
from minutebook.tui.wording import plural, short_path, short_time, turn_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minutebook.domain.quarantine import QuarantineItem
    from minutebook.engine import Engine
    from minutebook.tui.logbook import LogEntry

AT_MOST = 300
"""Rows of a view."""
_PATH = 60


class View(StrEnum):
    """What the drawer shows."""

    CONTEXT = "context"
    JOBS = "jobs"
    BATCHES = "batches"
    PAGES = "pages"
    ARCHIVE = "archive"
    QUARANTINE = "quarantine"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLook:
    """How a view presents itself."""

    height: int
    """Lines of a row."""
    empty: str
    """What is said when there is nothing."""
    hint: str
    """What can be done."""


LOOKS = {
    View.CONTEXT: ViewLook(
        height=2,
        empty="No page was brought back: /ref does that, a model does, and so does recall.",
        hint="c makes room, u undoes it, i inspects, v passes, m map",
    ),
    View.JOBS: ViewLook(height=2, empty="No work yet.", hint="enter tells more, r tries again"),
    View.BATCHES: ViewLook(
        height=2,
        empty="Nothing is sent in batches, and nothing waits for a yes.",
        hint="enter opens, x cancels, r tries again",
    ),
    View.PAGES: ViewLook(
        height=2, empty="No page has closed yet.", hint="enter goes to its first turn"
    ),
    View.ARCHIVE: ViewLook(
        height=2,
        empty="No page waits for its review.",
        hint="y keeps, a archives, p pins, f flushes, b brings back, s SQL",
    ),
    View.QUARANTINE: ViewLook(
        height=2, empty="Everything could be read.", hint="enter shows what stands there"
    ),
    View.LOG: ViewLook(height=1, empty="Nothing has happened yet.", hint="enter shows all of it"),
}

_JOB_INKS = {
    JobState.LEASED: Ink.ACCENT,
    JobState.SUBMITTED: Ink.ACCENT,
    JobState.FAILED: Ink.WARNING,
    JobState.DEAD: Ink.ERROR,
}
_DOES = {
    JobKind.DISPATCH: "decides how pages go to their model",
    JobKind.BATCH: "sees this batch through",
}
"""What jobs are for that are about no page and no document."""
_JOB_WORDS = {JobState.LEASED: "running", JobState.DEAD: "given up"}
_GRAVITY = {logging.WARNING: Ink.WARNING, logging.ERROR: Ink.ERROR, logging.CRITICAL: Ink.ERROR}


async def job_rows(engine: Engine, now: datetime) -> list[ListRow]:
    """Return the jobs: those that were given up, then the one that changed last first."""
    jobs = await engine.queue.list(limit=AT_MOST, state=JobState.DEAD)
    newest = await engine.queue.list(limit=AT_MOST)
    jobs += [job for job in newest if job.state is not JobState.DEAD]
    titles = await subjects.read(engine, jobs)
    return [_job(job, subjects.of_job(job, titles), now) for job in jobs]


async def page_rows(engine: Engine, conversation: str) -> list[ListRow]:
    """Return the pages of a conversation, the newest first."""
    pages = await engine.library.pages(conversation=conversation, limit=AT_MOST)
    return [_page(page) for page in pages]


async def quarantine_rows(engine: Engine, now: datetime) -> list[ListRow]:
    """Return what could not be read, the newest first."""
    return [_rejected(item, now) for item in await engine.library.quarantine(limit=AT_MOST)]


def log_rows(entries: Iterable[LogEntry], now: datetime) -> list[ListRow]:
    """Return the last lines of the log, the newest last."""
    return [_log(entry, now) for entry in entries]


def _job(job: Job, about: str, now: datetime) -> ListRow:
    state = _JOB_WORDS.get(job.state, job.state.value)
    ink = _JOB_INKS.get(job.state, Ink.NOTE)
    tries = f"try {job.attempts}  " if job.attempts > 1 else ""
    head = Line(
        left=(
            Span(text=f"{state:<9} ", ink=ink),
            Span(text=f"{job.kind.value:<10} ", ink=Ink.NOTE),
            Span(text=about or job.payload),
        ),
        right=(Span(text=f"{tries}{short_time(job.updated_at, now)}", ink=Ink.FAINT),),
    )
    space = " " * len(f"{state:<9} ")
    reason = Span(text=f"{space}{job.error}  " if job.error else space, ink=ink)
    name = Span(text=job.payload if about else _DOES.get(job.kind, ""), ink=Ink.FAINT)
    return ListRow(id=str(job.id), lines=(head, Line(left=(reason, name))))


def _page(page: Page) -> ListRow:
    name = (Span(text=f"  {page.id}", ink=Ink.FAINT),) if page.label else ()
    head = Line(
        left=(Span(text=page.label or page.id), *name),
        right=(Span(text=plural(page.turns, "turn"), ink=Ink.FAINT),),
    )
    is_missing = page.summary_state is SummaryState.MISSING
    by = "" if is_missing else f"{page.summary_by}  "
    summary = "its summary is being written" if is_missing else page.summary
    text = Line(left=(Span(text=by, ink=Ink.FAINT), Span(text=summary, ink=Ink.NOTE)))
    return ListRow(id=page.id, lines=(head, text))


def _rejected(item: QuarantineItem, now: datetime) -> ListRow:
    head = Line(
        left=(
            Span(text=short_path(item.path, _PATH)),
            Span(text=f"  {item.place}", ink=Ink.NOTE),
        ),
        right=(Span(text=short_time(item.at, now), ink=Ink.FAINT),),
    )
    return ListRow(id=str(item.id), lines=(head, line(item.reason, Ink.WARNING)))


def _log(entry: LogEntry, now: datetime) -> ListRow:
    ink = _GRAVITY.get(entry.gravity, Ink.NOTE)
    time = Span(text=f"{turn_time(entry.at, now)}  ", ink=Ink.FAINT)
    shown = Line(left=(time, Span(text=entry.text, ink=ink)))
    return ListRow(id=f"log {entry.number}", lines=(shown,))
