"""Full-text search over turns. Answers that only quote the record are never found."""

from __future__ import annotations

from dataclasses import dataclass

from minutebook.domain.turns import OFFLINE, Role, Turn
from minutebook.store import turns
from minutebook.store.transaction import Row, Transaction, storable

_COPIES = {"answering": Role.ASSISTANT.value, "quoting": OFFLINE}
"""What is left out: what `offline` answers is in the record in the words of those who said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A turn that was found."""

    turn: Turn
    conversation_title: str
    score: float
    """BM25 as SQLite gives it: the lower, the better."""


def ranked(tx: Transaction, expression: str, *, conversation: str, limit: int) -> list[Hit]:
    """Return the turns that match an FTS5 expression, the best first."""
    rows = tx.all(
        "search.ranked", expression=expression, conversation=conversation, limit=limit, **_COPIES
    )
    return [_from_row(row) for row in rows]


def containing(tx: Transaction, words: str, *, conversation: str, limit: int) -> list[Hit]:
    """Return the newest turns that contain a text as it stands."""
    rows = tx.all(
        "search.containing",
        words=storable(words),
        conversation=conversation,
        limit=limit,
        **_COPIES,
    )
    return [_from_row(row) for row in rows]


def _from_row(row: Row) -> Hit:
    return Hit(
        turn=turns.from_row(row),
        conversation_title=row["conversation_title"],
        score=row["score"],
    )
