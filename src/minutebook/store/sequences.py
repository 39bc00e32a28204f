"""The turns of a conversation as a sequence: what was said after what, and what was left."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What tells one turn from another when it has neither id nor time."""

    role: str
    author: str
    content_hash: str


def last(tx: Transaction, conversation: str, limit: int) -> list[tuple[str, Said]]:
    """Return the last turns of a conversation with their keys, in reading order."""
    rows = tx.all("sequences.last", conversation=conversation, limit=limit)
    return [
        (
            row["key"],
            Said(role=row["role"], author=row["author"], content_hash=row["content_hash"]),
        )
        for row in reversed(rows)
    ]


def leave(tx: Transaction, conversation: str, keys: Iterable[str]) -> int:
    """Move turns from the branch that is read; return how many were on it."""
    return len(tx.all("sequences.leave", conversation=conversation, keys=json.dumps(list(keys))))


def first_beside(tx: Transaction, conversation: str, other: str, keys: Iterable[str]) -> int | None:
    """Return when a conversation first says what another one does not, nor any of these keys.

    In microseconds since 1970; None when it says nothing else, or nothing with a time.
    """
    row = tx.one(
        "sequences.first_beside",
        conversation=conversation,
        other=other,
        keys=json.dumps(list(keys)),
    )
    return None if row is None else row["at"]
