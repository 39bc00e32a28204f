"""What an update holds back: a question whose answer is on its way.

A model that costs is shown the whole document with each call, so question and answer are told in
one. The one decision: only what is said from the question on is held back, and never for longer
than the answer takes. Whoever records the answer, or that there is none, makes the job due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from minutebook.domain.documents import Document
from minutebook.domain.turns import Origin, Role
from minutebook.store import replies, turns
from minutebook.store.transaction import Transaction

GRACE = timedelta(seconds=2)
"""So long after a question a model may still be about to be asked."""
LOOK_AGAIN = timedelta(seconds=15)
"""The answer makes the job due; it looks by itself too, lest it miss that."""
_IS_ANSWERED = frozenset({Role.USER, Role.TOOL})
"""Behind turns of these a model is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Turns that are not told yet, since their answer is to be told with them."""

    seq: int
    """The first of them, by order of arrival."""
    until: datetime
    """When to look again."""


def hold(tx: Transaction, head: Document, now: datetime) -> Hold | None:
    """Return what of a conversation is held back; None when nothing is."""
    question = turns.last_asked(tx, head.conversation)
    until = None if question is None else _until(tx, head.conversation, now)
    if question is None or until is None:
        return None
    seq = max(question, head.covered_seq + 1)
    if not turns.by_seq(tx, head.conversation, seq, seq):
        return None
    return Hold(seq=seq, until=until)


def _until(tx: Transaction, conversation: str, now: datetime) -> datetime | None:
    if replies.is_on_its_way(tx, conversation):
        return now + LOOK_AGAIN
    last = turns.last_active(tx, conversation)
    if last is None or last.role not in _IS_ANSWERED or last.origin is not Origin.LIVE:
        return None
    age = now - last.recorded_at
    return last.recorded_at + GRACE if timedelta(0) <= age < GRACE else None
