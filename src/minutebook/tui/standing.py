"""How a document stands, in words: who writes it, where the scribe is, what it has cost.

Errors come with what to do next, so what a person sees of a failure is the error itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.domain.documents import ScribeState
from minutebook.domain.jobs import JobState
from minutebook.domain.speakers import YOU
from minutebook.tui.widgets.inked import Ink, Line, Span
from minutebook.tui.wording import dollars, plural

if TYPE_CHECKING:
    from datetime import datetime

    from minutebook.domain.documents import Revision
    from minutebook.engine import BlamedBlock, ScribeStatus

PERSON = "person"
_MOST_CAUSE = 80


class Activity(StrEnum):
    """What the scribe of a document does."""

    LIVE = "live"
    STOPPED = "stopped"
    UPDATING = "updating"
    WAITING = "waiting"
    """A cap on costs, or an outage: it goes on by itself."""
    FAILED = "failed"


_SIGNS = {
    Activity.LIVE: Span(text="● live", ink=Ink.GOOD),
    Activity.STOPPED: Span(text="○ stopped", ink=Ink.NOTE),
    Activity.UPDATING: Span(text="◐ updating", ink=Ink.ACCENT),
    Activity.WAITING: Span(text="◌ waiting", ink=Ink.WARNING),
    Activity.FAILED: Span(text="✗ failed", ink=Ink.ERROR),
}


def activity_of(status: ScribeStatus) -> Activity:
    """Return what the scribe does."""
    if status.document.state is ScribeState.STOPPED:
        return Activity.STOPPED
    if status.job in {JobState.LEASED, JobState.SUBMITTED}:
        return Activity.UPDATING
    if status.job in {JobState.FAILED, JobState.DEAD}:
        return Activity.FAILED
    return Activity.WAITING if status.job is JobState.QUEUED and status.error else Activity.LIVE


def sign_of(status: ScribeStatus) -> Span:
    """Return the sign in the title of the pane."""
    return _SIGNS[activity_of(status)]


def trouble_of(status: ScribeStatus) -> tuple[str, Ink]:
    """Return what keeps the scribe from writing, and when it tries again; empty when nothing."""
    activity, error = activity_of(status), one_line(status.error)
    if activity is Activity.WAITING:
        return f"The scribe waits. {error}", Ink.WARNING
    if activity is not Activity.FAILED:
        told = status.drift.told
        return f"Other branches: {told}. B revises it." if told else "", Ink.KEY
    if status.retry_at is None:
        return f"{error} It was given up; r tries again.", Ink.ERROR
    at = f"{status.retry_at.astimezone():%H:%M:%S}"
    return f"{error} It is tried again at {at}; r tries now.", Ink.ERROR


def facts_of(status: ScribeStatus) -> Line:
    """Return the quiet line below the title: who writes, how, how much of it, for how much."""
    words = len(status.document.content.split())
    parts = [status.model, status.style, plural(words, "word")]
    if status.cost_usd is not None:
        parts.append(dollars(status.cost_usd))
    if status.pending:
        parts.append(f"{plural(status.pending, 'turn')} to tell")
    return Line(left=(Span(text=" · ".join(parts), ink=Ink.FAINT),))


def author_name(author: str) -> str:
    """Return who made a revision: a model's name, a person's, or `you` for one without a name."""
    if author == PERSON:
        return YOU
    return one_line(author.removeprefix(f"{PERSON}:"))


def is_person(author: str) -> bool:
    """Tell whether a revision was made by a person."""
    return author == PERSON or author.startswith(f"{PERSON}:")


def cause_of(revision: Revision) -> str:
    """Return what set a revision off, on one line."""
    cause = one_line(revision.cause)
    return cause if len(cause) <= _MOST_CAUSE else f"{cause[: _MOST_CAUSE - 1]}…"


def origin_of(blamed: BlamedBlock, when: str) -> str:
    """Return where a block comes from."""
    revision = blamed.revision
    told = revision.covers.turns
    source = plural(told, "turn") if told else cause_of(revision)
    parts = [f"r{revision.number}", author_name(revision.author), when, source]
    return " · ".join(part for part in parts if part)


def turn_of(revision: Revision) -> str:
    """Return the key of the first turn that a revision tells; empty when it tells none."""
    return revision.covers.first_turn if revision.covers.turns else ""


def short_moment(moment: datetime) -> str:
    """Return a time of today or this year, for a file that was kept."""
    return f"{moment.astimezone():%H:%M on %d %b}"
