"""Full-text search over turns."""

from __future__ import annotations

from dataclasses import dataclass

from minutebook.domain.turns import Turn
from minutebook.store import turns
from minutebook.store.transaction import Row, Transaction, Value, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A turn that was found."""

    turn: Turn
    conversation_title: str
    score: float
    """BM25 as SQLite gives it: the lower, the better."""


def ranked(tx: Transaction, expression: str, *, conversation: str, limit: int) -> list[Hit]:
    """Return the turns that match an FTS5 expression, the best first."""
    values: dict[str, Value] = {"expression": expression, "limit": limit}
    if conversation:
        rows = tx.all("search.ranked_in", conversation=conversation, **values)
    else:
        rows = tx.all("search.ranked", **values)
    return [_from_row(row) for row in rows]


def containing(tx: Transaction, words: str, *, conversation: str, limit: int) -> list[Hit]:
    """Return the newest turns that contain a text as it stands."""
    rows = tx.all(
        "search.containing", words=storable(words), conversation=conversation, limit=limit
    )
    return [_from_row(row) for row in rows]


def _from_row(row: Row) -> Hit:
    return Hit(
        turn=turns.from_row(row),
        conversation_title=row["conversation_title"],
        score=row["score"],
    )
