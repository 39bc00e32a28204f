"""Pages that were brought back into the sight of a model, by conversation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.context import PagedIn, Why
from minutebook.store.transaction import Row, Transaction, storable


def of_conversation(tx: Transaction, conversation: str) -> tuple[PagedIn, ...]:
    """Return what is in the slot, in the order in which it was said."""
    rows = tx.all("slots.of_conversation", conversation=conversation)
    return tuple(_paged_in(row) for row in rows)


def beside(
    tx: Transaction, conversation: str, seen: Callable[[], frozenset[str]]
) -> tuple[PagedIn, ...]:
    """Return what is shown of the slot beside pages that stand in sight word for word: a pinned
    page keeps its place meanwhile, and is not shown twice. Which do is asked for pins alone."""
    held = of_conversation(tx, conversation)
    resting = seen() if any(each.is_pinned for each in held) else frozenset()
    return tuple(each for each in held if not (each.is_pinned and each.page in resting))


def put(tx: Transaction, conversation: str, paged: PagedIn) -> None:
    """Put a page into the slot, or keep what is different about it now."""
    tx.run(
        "slots.put",
        conversation=conversation,
        page=paged.page,
        tokens=paged.tokens,
        why=paged.why.value,
        reason=storable(paged.reason),
        words=storable(paged.words),
        refs=paged.references,
        is_pinned=paged.is_pinned,
        last_at=to_micros(paged.last_at),
    )


def take_out(tx: Transaction, conversation: str, page: str) -> bool:
    """Take a page out of the slot; say whether it was there."""
    return tx.run("slots.take_out", conversation=conversation, page=page) > 0


def release(tx: Transaction, conversation: str, page: str, now: datetime) -> None:
    """Note that a page was let go: no search brings it back by itself."""
    tx.run("slots.release", conversation=conversation, page=page, now=to_micros(now))


def welcome(tx: Transaction, conversation: str, page: str) -> None:
    """Note that a page was referred to: a search may bring it back again."""
    tx.run("slots.welcome", conversation=conversation, page=page)


def released(tx: Transaction, conversation: str) -> frozenset[str]:
    """Return the pages that were let go."""
    return frozenset(row["page"] for row in tx.all("slots.released", conversation=conversation))


def access(tx: Transaction, page: str, now: datetime) -> None:
    """Count that a page was brought back, in whichever conversation."""
    tx.run("slots.access", page=page, now=to_micros(now))


def _paged_in(row: Row) -> PagedIn:
    return PagedIn(
        page=row["page"],
        tokens=row["tokens"],
        why=Why(row["why"]),
        reason=row["reason"],
        words=row["words"],
        references=row["refs"],
        last_at=from_micros(row["last_at"]),
        is_pinned=bool(row["is_pinned"]),
    )
