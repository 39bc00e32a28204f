"""Windows: runs of a few turns within a page, as points in a space of meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minutebook.domain.turns import Turn
from minutebook.store import turns
from minutebook.store.archive_cold import warm
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPage:
    """A page whose windows are to be made."""

    id: str
    conversation: str
    first_seq: int
    last_seq: int
    content_hash: str
    """What it says; windows of anything else are not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWindow:
    """A window to be kept."""

    page: PendingPage
    first_seq: int
    last_seq: int
    vector: bytes
    """One signed byte for each dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A window as a point."""

    id: int
    conversation: str
    vector: bytes


def pending(tx: Transaction, model: str, limit: int) -> list[PendingPage]:
    """Return pages without windows of a model, the newest first."""
    return [PendingPage(**dict(row)) for row in tx.all("windows.pending", model=model, limit=limit)]


def turns_of(tx: Transaction, page: PendingPage) -> list[Turn]:
    """Return the turns of a page in the order in which they arrived, cold ones with their text."""
    rows = tx.all(
        "windows.turns",
        conversation=page.conversation,
        first_seq=page.first_seq,
        last_seq=page.last_seq,
    )
    return warm(tx, map(turns.from_row, rows), is_strict=False)


def keep(tx: Transaction, model: str, made: Sequence[NewWindow]) -> None:
    """Keep windows of pages that still say what they said."""
    for each in made:
        tx.run(
            "windows.add",
            page=each.page.id,
            content_hash=each.page.content_hash,
            first_seq=each.first_seq,
            last_seq=each.last_seq,
            model=model,
            vector=each.vector,
        )


def behind(tx: Transaction, model: str, id_: int) -> Iterator[Point]:
    """Return the windows of a model that were kept after one, in that order."""
    for row in tx.each("windows.behind", model=model, id=id_):
        yield Point(**dict(row))


def members(tx: Transaction, ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the ids of the turns of windows; windows that are gone are not among them."""
    found: dict[int, list[int]] = {}
    for row in tx.all("windows.members", ids=json.dumps(list(ids))):
        found.setdefault(row["window"], []).append(row["turn"])
    return found
