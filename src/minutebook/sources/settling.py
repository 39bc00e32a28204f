"""A conversation has been read to its end: its last page closes, and its document is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from minutebook.domain.jobs import JobKind
from minutebook.record import closing
from minutebook.store import conversations, jobs, turns
from minutebook.store.transaction import Transaction


def settle(
    tx: Transaction, conversation: str, last_key: str, pause: timedelta, now: datetime
) -> int:
    """Close the last page of a conversation and let it be told; return how many pages closed.

    Only when the turn with this key, which is in the log, is what arrived last of it.
    """
    if turns.last_arrived(tx, conversation) != last_key:
        return 0
    closed = len(closing.close_tail(tx, conversation, pause, now))
    document = conversations.get(tx, conversation).document
    if document is not None:
        jobs.make_due(tx, JobKind.SCRIBE, document, now)
    return closed
