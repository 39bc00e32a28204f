"""How much there is of everything."""

from __future__ import annotations

from dataclasses import dataclass

from minutebook.domain.jobs import JobState
from minutebook.domain.pages import Lifecycle
from minutebook.store import jobs
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The size of the record and of its work."""

    conversations: int
    turns: int
    documents: int
    revisions: int
    quarantined: int
    pages: dict[Lifecycle, int]
    jobs: dict[JobState, int]


def count(tx: Transaction) -> Counts:
    """Count everything."""
    row = tx.all("counts.all")[0]
    pages = {Lifecycle(row["lifecycle"]): row["pages"] for row in tx.all("counts.pages")}
    return Counts(
        conversations=row["conversations"],
        turns=row["turns"],
        documents=row["documents"],
        revisions=row["revisions"],
        quarantined=row["quarantined"],
        pages={lifecycle: pages.get(lifecycle, 0) for lifecycle in Lifecycle},
        jobs=jobs.counts(tx),
    )
