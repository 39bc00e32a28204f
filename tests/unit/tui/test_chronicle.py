"""What the engine tells, written into the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from minutebook.clock import EPOCH
from minutebook.domain.jobs import JobKind
from minutebook.events import JobFailed, JobFinished, LoopFailed, SourceFailed, SourceImported
from minutebook.tui.chronicle import Chronicle
from minutebook.tui.logbook import Logbook


@pytest.fixture
def logbook() -> Iterator[Logbook]:
    """Return a logbook that listens."""
    logbook = Logbook()
    logbook.open()
    yield logbook
    logbook.close()


def done(kind: JobKind, number: int, seconds: float = 0) -> JobFinished:
    """Return the end of a job, so many seconds after the first."""
    at = EPOCH + timedelta(seconds=seconds)
    return JobFinished(job=number, kind=kind, subject=f"{kind} {number}", at=at)


def texts(logbook: Logbook) -> list[str]:
    """Return what the log says."""
    return [text for _, _, text in logbook.lines]


def test_a_thousand_jobs_are_two_lines(logbook: Logbook) -> None:
    """Jobs of two kinds that finish in turns have a line each, which counts them."""
    chronicle = Chronicle(logbook)
    for number in range(1000):
        kind = JobKind.SUMMARISE if number % 2 else JobKind.SCRIBE
        chronicle.tell([done(kind, number, number / 100)])
    assert texts(logbook) == ["500 documents brought up to date", "500 pages summarised"]
    assert logbook.lines[-1][0] == EPOCH + timedelta(seconds=9.99)


def test_a_new_run_begins_after_a_silence(logbook: Logbook) -> None:
    """Work of another hour has a line of its own."""
    chronicle = Chronicle(logbook)
    chronicle.tell([done(JobKind.SUMMARISE, 1), done(JobKind.SUMMARISE, 2, 30)])
    chronicle.tell([done(JobKind.SUMMARISE, 3, 3600)])
    assert texts(logbook) == ["2 pages summarised", "1 page summarised"]


def test_failures_are_warnings_and_keep_their_lines(logbook: Logbook) -> None:
    """Each failure stands by itself, harmless, and is no error of the workbench."""
    subject = "pg_1"
    Chronicle(logbook).tell(
        [
            SourceImported(place="a", format="irc", new=2, known=0, revised=0, quarantined=0),
            SourceImported(place="b", format="irc", new=0, known=2, revised=0, quarantined=0),
            SourceFailed(place="c\x1b[2J", reason="gone"),
            JobFailed(job=1, kind=JobKind.SUMMARISE, subject=subject, reason="no", retry_at=None),
            LoopFailed(loop="watching", reason="broke\nhere"),
        ]
    )
    assert [(gravity, text) for _, gravity, text in logbook.lines] == [
        (logging.INFO, "read a: 2 new, 0 known (irc)"),
        (logging.WARNING, "not read c␛[2J: gone"),
        (logging.WARNING, "summarise pg_1 failed: no (given up)"),
        (logging.WARNING, "watching: broke here"),
    ]


def test_a_line_that_was_pushed_out_begins_again(logbook: Logbook) -> None:
    """The log keeps its last lines; a run whose line has gone goes on in a new one."""
    chronicle = Chronicle(logbook)
    chronicle.tell([done(JobKind.SUMMARISE, 1)])
    for number in range(600):
        chronicle.tell([SourceFailed(place=str(number), reason="gone")])
    chronicle.tell([done(JobKind.SUMMARISE, 2)])
    assert len(logbook.lines) == 500
    assert texts(logbook)[-1] == "2 pages summarised"
