"""Input that could not be read."""

from __future__ import annotations

from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.quarantine import QuarantineItem, Rejected
from minutebook.store.transaction import Transaction, storable


def add(tx: Transaction, path: str, rejected: Rejected, now: datetime) -> bool:
    """Keep a rejected piece of a file. False when it is known."""
    return bool(
        tx.run(
            "quarantine.add",
            path=storable(path),
            place=storable(rejected.place),
            reason=storable(rejected.reason),
            excerpt=storable(rejected.excerpt),
            now=to_micros(now),
        )
    )


def clear(tx: Transaction, path: str) -> None:
    """Forget what was said about a file, because it is read anew from its start."""
    tx.run("quarantine.clear", path=storable(path))


def newest(tx: Transaction, *, limit: int) -> list[QuarantineItem]:
    """Return rejected pieces, the newest first."""
    return [
        QuarantineItem(
            id=row["id"],
            path=row["path"],
            place=row["place"],
            reason=row["reason"],
            excerpt=row["excerpt"],
            at=from_micros(row["at"]),
        )
        for row in tx.all("quarantine.newest", limit=limit)
    ]


def of(tx: Transaction, path: str) -> list[Rejected]:
    """Return what could not be read of a file, in the order of its places."""
    return [
        Rejected(place=row["place"], reason=row["reason"], excerpt=row["excerpt"])
        for row in tx.all("quarantine.of", path=storable(path))
    ]
