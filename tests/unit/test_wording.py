"""What has happened, in words."""

from __future__ import annotations

import pytest

from minutebook.clock import EPOCH
from minutebook.domain.jobs import JobKind
from minutebook.events import (
    Event,
    JobFailed,
    JobFinished,
    LoopFailed,
    QueueChanged,
    SourceFailed,
    SourceImported,
)
from minutebook.wording import finished, is_failure, narrated, plural


def imported(new: int = 0, revised: int = 0, quarantined: int = 0) -> SourceImported:
    """Return the end of an import."""
    return SourceImported(
        place="a.txt", format="irc", new=new, known=3, revised=revised, quarantined=quarantined
    )


def failed() -> JobFailed:
    """Return a job that was given up."""
    return JobFailed(job=1, kind=JobKind.SUMMARISE, subject="pg_1", reason="no", retry_at=None)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (imported(new=2), "read a.txt: 2 new, 3 known (irc)"),
        (imported(revised=1), "read a.txt: 0 new, 3 known, 1 revised (irc)"),
        (imported(quarantined=4), "read a.txt: 0 new, 3 known, 4 in quarantine (irc)"),
        (imported(), ""),
        (SourceFailed(place="b", reason="gone"), "not read b: gone"),
        (JobFinished(job=1, kind=JobKind.SCRIBE, subject="doc_1"), "scribe doc_1"),
        (failed(), "summarise pg_1 failed: no (given up)"),
        (LoopFailed(loop="watching", reason="broke"), "watching: broke"),
        (QueueChanged(), ""),
    ],
)
def test_an_event_is_a_line(event: Event, line: str) -> None:
    """What people want to hear of has words; the rest, and what brought nothing, has none."""
    assert narrated(event) == line


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (plural(0, "turn"), "0 turns"),
        (plural(1, "turn"), "1 turn"),
        (plural(1_200, "turn"), "1,200 turns"),
        (plural(1, "branch", "branches"), "1 branch"),
        (plural(2, "branch", "branches"), "2 branches"),
    ],
)
def test_numbers_agree_with_what_they_count(said: str, words: str) -> None:
    """One is one."""
    assert said == words


def test_failures_are_told_apart() -> None:
    """What did not work is a failure; a source with pieces in quarantine was read."""
    failures = (failed(), SourceFailed(place="b", reason="gone"), LoopFailed(loop="x", reason="y"))
    assert all(is_failure(event) for event in failures)
    assert not is_failure(imported(quarantined=4))
    assert not is_failure(JobFinished(job=1, kind=JobKind.SCRIBE, subject="doc_1"))


def test_retry_is_told_with_its_time() -> None:
    """A job that is tried again says when."""
    event = JobFailed(job=1, kind=JobKind.SCRIBE, subject="doc_1", reason="no", retry_at=EPOCH)
    assert narrated(event).endswith(f"(again at {EPOCH.astimezone():%H:%M:%S})")


@pytest.mark.parametrize(
    ("kind", "jobs", "subjects", "line"),
    [
        (JobKind.SUMMARISE, 1, 1, "1 page summarised"),
        (JobKind.SUMMARISE, 1200, 1200, "1,200 pages summarised"),
        (JobKind.SCRIBE, 3, 3, "3 documents brought up to date"),
        (JobKind.SCRIBE, 40, 1, "1 document brought up to date, 40 revisions"),
    ],
)
def test_many_jobs_are_one_line(kind: JobKind, jobs: int, subjects: int, line: str) -> None:
    """A run of finished jobs is told by its kind and by what it was about."""
    assert finished(kind, jobs, subjects) == line
