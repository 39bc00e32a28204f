"""How documents are written, as persons asked for it, and how their updates stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from minutebook.clock import from_micros
from minutebook.domain.jobs import JobState
from minutebook.store.transaction import Transaction, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Directions:
    """What a person asked of one document."""

    style: str = ""
    """Empty when the style of the settings holds."""
    standing: tuple[str, ...] = ()
    """Instructions that hold until they are taken back."""
    condensed_chars: int = 0
    """Size of the document when it was last condensed, or that was tried; 0 when never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A revision, as far as the next author needs to know it."""

    number: int
    author: str
    cause: str
    patch: str
    is_whole: bool
    """Whether the whole text was kept with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How the updates of a document stand."""

    told_at: datetime | None
    """When turns were last told."""
    told_by: str
    """Who told turns last; empty when nobody did."""
    pending: int
    """Turns that are not told yet."""
    cost_usd: float | None
    """Of all revisions together; None when nothing was paid."""
    job: JobState | None
    """Where the job to update it stands; None when it never had one."""
    error: str
    """What the last attempt failed of; empty when it did not."""
    correlation: str
    retry_at: datetime | None
    """When a failed job is tried again; None when it is not."""
    failed_job: int | None
    """The job if it failed, or was given up."""


def get(tx: Transaction, document: str) -> Directions:
    """Return the directions of a document; the defaults when there are none."""
    row = tx.one("directions.get", document=document)
    if row is None:
        return Directions()
    return Directions(
        style=row["style"],
        standing=tuple(json.loads(row["standing"])),
        condensed_chars=row["condensed_chars"],
    )


def set_style(tx: Transaction, document: str, style: str) -> None:
    """Give a document a style; empty for that of the settings."""
    tx.run("directions.set_style", document=document, style=style)


def set_standing(tx: Transaction, document: str, standing: tuple[str, ...]) -> None:
    """Set the instructions that hold for a document."""
    text = json.dumps([storable(line) for line in standing], ensure_ascii=False)
    tx.run("directions.set_standing", document=document, standing=text)


def set_condensed(tx: Transaction, document: str, chars: int) -> None:
    """Note how large a document was when condensing it ended."""
    tx.run("directions.set_condensed", document=document, chars=chars)


def changes_behind(tx: Transaction, document: str, number: int, last: int) -> list[Change]:
    """Return the revisions behind one, up to another, the oldest first."""
    rows = tx.all("directions.revisions_behind", document=document, number=number, last=last)
    return [
        Change(
            number=row["number"],
            author=row["author"],
            cause=row["cause"],
            patch=row["patch"],
            is_whole=bool(row["is_whole"]),
        )
        for row in rows
    ]


def told_by(tx: Transaction, document: str) -> Iterator[tuple[str, int, int]]:
    """Yield each patch that told turns, with the first and the last of them by arrival."""
    for row in tx.each("directions.touching", document=document):
        yield row["patch"], row["first_seq"], row["last_seq"]


def progress(tx: Transaction, document: str) -> Progress:
    """Return how the updates of a document stand."""
    row = tx.all("directions.state", document=document)[0]
    job = JobState(row["job_state"]) if row["job_state"] else None
    failed = job in {JobState.FAILED, JobState.DEAD}
    return Progress(
        told_at=None if row["told_at"] is None else from_micros(row["told_at"]),
        told_by=row["told_by"] or "",
        pending=row["pending"] or 0,
        cost_usd=row["cost_usd"],
        job=job,
        error=row["error"] or "",
        correlation=row["correlation"] or "",
        retry_at=from_micros(row["not_before"]) if job is JobState.FAILED else None,
        failed_job=row["job_id"] if failed else None,
    )
