"""What has changed in the store, whichever process changed it.

Each transaction leaves a line for each thing it changed. Watchers read the lines behind the last
one they know; old lines are swept away, since a watcher that was gone for so long reads everything
anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minutebook.clock import to_micros
from minutebook.store.transaction import Transaction


class Topic(StrEnum):
    """What kind of thing has changed."""

    CONVERSATION = "conversation"
    PAGE = "page"
    DOCUMENT = "document"
    JOB = "job"
    QUARANTINE = "quarantine"
    WATCHED = "watched"
    BATCH = "batch"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that has changed."""

    id: int
    topic: Topic
    subject: str
    """Its id."""


def note(tx: Transaction, topic: Topic, subject: str, now: datetime) -> None:
    """Leave a line for those who watch."""
    tx.run("changes.add", topic=topic.value, subject=subject, now=to_micros(now))


def newest(tx: Transaction) -> int:
    """Return the number of the last line."""
    row = tx.one("changes.newest")
    return 0 if row is None else int(row["id"])


def since(tx: Transaction, id_: int) -> list[Change]:
    """Return the lines behind a number, at most a thousand."""
    return [
        Change(id=row["id"], topic=Topic(row["topic"]), subject=row["subject"])
        for row in tx.all("changes.since", id=id_)
    ]


def prune(tx: Transaction, before: datetime) -> int:
    """Sweep away the lines from before a moment; return how many."""
    return tx.run("changes.prune", before=to_micros(before))
