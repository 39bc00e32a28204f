"""Those who speak in the record: people, not models."""

from __future__ import annotations

from dataclasses import dataclass

from minutebook.store import search
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakers:
    """Names of those who speak in some turns."""

    names: frozenset[str]
    newest: int
    """The turn that was recorded last."""


def speakers(tx: Transaction, behind: int = 0) -> Speakers:
    """Return those who speak behind a turn, or anywhere behind none."""
    newest = search.newest_id(tx)
    if newest <= behind:
        return Speakers(names=frozenset(), newest=behind)
    rows = tx.all("people.speakers_behind", behind=behind) if behind else tx.all("people.speakers")
    return Speakers(names=frozenset(row["author"] for row in rows), newest=newest)
