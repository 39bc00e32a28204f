"""What pages are worth, their moves between the tiers, and the ledger of these, in the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.archive import Move, Mover, RetentionScore, Salience, Term, Worth
from minutebook.domain.chats import MarkKind
from minutebook.domain.pages import Lifecycle
from minutebook.errors import NotFoundError
from minutebook.store.transaction import Row, Transaction, storable

_OUTCOMES = {MarkKind.GOOD: 1, MarkKind.BAD: -1, MarkKind.PIN: 1}
"""What is pinned was worth something, and so were the pages that led to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a page is worth, and where its text is should its salience have to be found."""

    worth: Worth
    conversation: str
    first_seq: int
    last_seq: int
    content_hash: str
    is_assessed: bool
    """Whether the salience was found for the present text."""


def worths(tx: Transaction, lifecycle: Lifecycle, *, behind: str, limit: int) -> list[Weighed]:
    """Return what pages of a tier are worth, in the order of their ids, behind one."""
    rows = tx.all("retention.worths", lifecycle=lifecycle.value, behind=behind, limit=limit)
    return [_weighed(row) for row in rows]


def worth(tx: Transaction, page: str) -> Weighed:
    """Return what a page is worth. Raises NotFoundError."""
    row = tx.one("retention.worth", page=page)
    if row is None:
        raise NotFoundError("page", page)
    return _weighed(row)


def set_salience(tx: Transaction, weighed: Weighed, salience: Salience) -> None:
    """Keep the salience that was found for a text, unless that has changed since."""
    tx.run(
        "retention.set_salience",
        page=weighed.worth.page,
        salience=salience.value,
        content_hash=weighed.content_hash,
    )


def wait_for_review(tx: Transaction, page: str, why: str, now: datetime) -> bool:
    """Let an active page wait for its review; say whether it was active and not pinned."""
    return tx.run("retention.wait_for_review", page=page, why=why, now=to_micros(now)) > 0


def stay(tx: Transaction, page: str) -> bool:
    """Take a page out of the review; say whether it was in it."""
    return tx.run("retention.stay", page=page) > 0


def touch(tx: Transaction, page: str, now: datetime) -> None:
    """Count that a person wants a page at hand."""
    tx.run("retention.touch", page=page, now=to_micros(now))


def pin(tx: Transaction, page: str, now: datetime) -> None:
    """Pin a page: it never leaves."""
    tx.run("retention.pin", page=page, now=to_micros(now))


def unpin(tx: Transaction, page: str) -> None:
    """Let a page leave again when its time comes."""
    tx.run("retention.unpin", page=page)


def hasten(tx: Transaction, page: str) -> None:
    """Have a page that waits for its review leave with the next flush."""
    tx.run("retention.hasten", page=page)


def hastened(tx: Transaction, pages: Sequence[str]) -> set[str]:
    """Return those of some pages that a person had leave before their review was over."""
    return {row["id"] for row in tx.all("retention.hastened", pages=json.dumps(list(pages)))}


def pending(tx: Transaction, limit: int) -> list[tuple[str, datetime]]:
    """Return the pages that wait for their review and since when, the oldest first."""
    rows = tx.all("retention.pending", limit=limit)
    return [(row["id"], from_micros(row["decay_at"])) for row in rows]


def note(tx: Transaction, move: Move) -> None:
    """Write a move into the ledger."""
    note_each(tx, [move.page], move)


def note_each(tx: Transaction, pages: Sequence[str], move: Move) -> None:
    """Write the same move of many pages into the ledger."""
    score = move.score
    tx.run(
        "retention.add_moves",
        pages=json.dumps(pages),
        before=move.before.value,
        after=move.after.value,
        why=storable(move.why),
        by=move.by.value,
        score=None if score is None else score.total,
        terms="[]" if score is None else json.dumps([_members(term) for term in score.terms]),
        now=to_micros(move.at),
    )


def moves(tx: Transaction, *, page: str = "", limit: int) -> list[Move]:
    """Return moves, of one page if asked, the newest first."""
    return [_move(row) for row in tx.all("retention.moves", page=page, limit=limit)]


def mark_in_use(tx: Transaction, conversation: str, turn: int, kind: MarkKind) -> None:
    """Let the pages that are in the sight of the model share what a person thinks of a turn."""
    tx.run(
        "retention.mark_in_use",
        conversation=conversation,
        turn=turn,
        kind=kind.value,
        outcome=_OUTCOMES[kind],
    )


def unmark(tx: Transaction, turn: int, kind: MarkKind) -> None:
    """Take back what a mark of a turn said of pages."""
    tx.run("retention.unmark", turn=turn, kind=kind.value)


def mark_own(tx: Transaction) -> None:
    """Let marks count for the pages that their turns lie on, as far as these are closed."""
    tx.run("retention.mark_own")


def _weighed(row: Row) -> Weighed:
    accessed, salience = row["accessed_at"], row["salience"]
    return Weighed(
        worth=Worth(
            page=row["id"],
            lifecycle=Lifecycle(row["lifecycle"]),
            spoken_at=from_micros(row["spoken_at"]),
            recorded_at=from_micros(row["closed_at"]),
            silent_since=from_micros(row["silent_since"]),
            accessed_at=None if accessed is None else from_micros(accessed),
            accesses=row["access_count"],
            salience=Salience(salience) if salience else Salience.MEDIUM,
            outcome=max(-1, min(1, row["outcome"])),
            is_pinned=bool(row["is_pinned"]),
        ),
        conversation=row["conversation"],
        first_seq=row["first_seq"],
        last_seq=row["last_seq"],
        content_hash=row["content_hash"],
        is_assessed=bool(salience) and row["salience_hash"] == row["content_hash"],
    )


def _move(row: Row) -> Move:
    terms: Sequence[dict[str, float | str]] = json.loads(row["terms"])
    score = RetentionScore(terms=tuple(map(_term, terms)), is_pinned=False) if terms else None
    return Move(
        page=row["page"],
        before=Lifecycle(row["before"]),
        after=Lifecycle(row["after"]),
        why=row["why"],
        by=Mover(row["by"]),
        at=from_micros(row["at"]),
        score=score,
    )


def _members(term: Term) -> dict[str, float | str]:
    return {
        "name": term.name,
        "value": round(term.value, 6),
        "weight": term.weight,
        "reason": term.reason,
    }


def _term(member: dict[str, float | str]) -> Term:
    return Term(
        name=str(member["name"]),
        value=float(member["value"]),
        weight=float(member["weight"]),
        reason=str(member["reason"]),
    )
