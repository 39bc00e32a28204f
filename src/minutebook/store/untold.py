"""Turns that a document covers without telling them, and those it tells that were left since."""

from __future__ import annotations

import json
from collections.abc import Sequence

from minutebook.store.transaction import Transaction


def add(tx: Transaction, document: str, seqs: Sequence[int]) -> None:
    """Note that a document does not tell these turns, by number of arrival."""
    if seqs:
        tx.run("untold.add", document=document, seqs=json.dumps(seqs))


def remove(tx: Transaction, document: str, seqs: Sequence[int]) -> None:
    """Note that a document tells these turns after all."""
    if seqs:
        tx.run("untold.remove", document=document, seqs=json.dumps(seqs))


def left(tx: Transaction, document: str) -> tuple[int, ...]:
    """Return the turns that a document tells, and that are on no branch that is read."""
    return tuple(row["seq"] for row in tx.all("untold.left", document=document))


def taken(tx: Transaction, document: str) -> tuple[int, ...]:
    """Return the turns that are read and covered, and that a document does not tell."""
    return tuple(row["seq"] for row in tx.all("untold.taken", document=document))


def telling(tx: Transaction, document: str, seqs: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the revisions that tell any of these turns, with the runs of turns they cover."""
    rows = tx.all("untold.telling", document=document, seqs=json.dumps(seqs))
    return {row["number"]: (row["first_seq"], row["last_seq"]) for row in rows}
