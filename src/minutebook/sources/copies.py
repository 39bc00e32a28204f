"""Which of the turns that two sessions share are whose.

A session that is taken up again copies its past under a new name, and keeps the ids of its turns.
They belong to the session that went on first with something else, whichever of the two is read
first: a copy that was recorded before its original leaves the branch that is read. Of a session in
which nothing else was said the file tells, by when it was written to last. Where neither tells, the
turns stay where they were read first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from minutebook.clock import to_micros
from minutebook.domain import identity
from minutebook.record.recorder import KeyedDraft
from minutebook.sources.underway import Underway
from minutebook.store import changes, sequences, turns
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_MOST_UNDECIDED = 5_000
"""Turns of a session that are held back until one comes that no other session has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is read of a session."""

    format: str
    conversation: Underway
    written_at: datetime
    """When its file was written to last."""
    is_whole: bool
    """Whether no more of it is read."""

    @property
    def id(self) -> str:
        """Of the session in the record."""
        return identity.conversation_id(self.format, self.conversation.found.native_id)

    @property
    def keys(self) -> list[str]:
        """Of the turns that are read."""
        return [item.key for item in self.conversation.pending]

    def is_undecided(self, copies: frozenset[str]) -> bool:
        """Say whether the rest of a session may still tell that all of it so far is no copy."""
        is_all = 0 < len(copies) == len(self.conversation.pending) < _MOST_UNDECIDED
        return is_all and not (self.is_whole or self.conversation.id)


def copied(tx: Transaction, session: Session, now: datetime) -> frozenset[str]:
    """Return the turns that belong to other sessions; those have no turns of this one any more."""
    if not (session.conversation.found.has_global_turns and session.conversation.pending):
        return frozenset()
    shared = defaultdict[str, set[str]](set)
    for key, other in turns.elsewhere(tx, session.format, session.id, session.keys):
        shared[other].add(key)
    copies: set[str] = set()
    for other, both in shared.items():
        if not _is_first(tx, session, other, both):
            copies |= both
        elif sequences.leave(tx, other, both):
            changes.note(tx, Topic.CONVERSATION, other, now)
    return frozenset(copies)


def without(run: list[KeyedDraft], copies: frozenset[str]) -> list[KeyedDraft]:
    """Return turns without those that belong to other sessions."""
    return [item for item in run if item.key not in copies] if copies else run


def _is_first(tx: Transaction, session: Session, other: str, both: set[str]) -> bool:
    """Say whether a session went on with something else before another one did."""
    other_at = sequences.first_beside(tx, other, session.id, session.keys)
    if other_at is None:
        return False
    alone = [item.draft.at for item in session.conversation.pending if item.key not in both]
    said = [to_micros(at) for at in alone if at is not None]
    recorded = sequences.first_beside(tx, session.id, other, session.keys)
    own_at = min([*said, *([] if recorded is None else [recorded])], default=None)
    if own_at is None:
        return session.is_whole and not alone and to_micros(session.written_at) <= other_at
    return own_at < other_at
