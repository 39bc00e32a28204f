"""What `archive` prints as JSON."""

from __future__ import annotations

from typing import Any

from minutebook.cli.shapes import moment
from minutebook.domain.archive import (
    ArchiveStats,
    FlushReport,
    Move,
    PendingPage,
    RestoreReport,
    RetentionScore,
    Step,
    VerifyReport,
)

Shape = dict[str, Any]


def score(value: RetentionScore) -> Shape:
    """Shape what a page is worth: the shares of the terms add up to the score."""
    return {
        "score": round(value.total, 6),
        "pinned": value.is_pinned,
        "fresh": value.is_fresh,
        "terms": [
            {
                "name": term.name,
                "value": round(term.value, 6),
                "weight": term.weight,
                "share": round(term.share, 6),
                "reason": term.reason,
            }
            for term in value.terms
        ],
    }


def restored(value: RestoreReport) -> Shape:
    """Shape what came back."""
    return {
        "pages": value.pages,
        "turns": value.turns,
        "failed": [{"page": each.page, "why": each.why} for each in value.unread],
    }


def pending(value: PendingPage) -> Shape:
    """Shape a page that waits for its review."""
    return {
        "page": value.page,
        "conversation": value.conversation,
        "label": value.label,
        "turns": value.turns,
        "tokens": value.tokens,
        "since": moment(value.since),
        "due_at": moment(value.due_at),
        **score(value.score),
    }


def move(value: Move) -> Shape:
    """Shape a line of the ledger."""
    return {
        "at": moment(value.at),
        "page": value.page,
        "from": value.before.value,
        "to": value.after.value,
        "why": value.why,
        "by": value.by.value,
        "score": None if value.score is None else round(value.score.total, 6),
        "terms": [] if value.score is None else score(value.score)["terms"],
    }


def flushed(value: FlushReport) -> Shape:
    """Shape what a flush did."""
    return {
        "pages": value.pages,
        "turns": value.turns,
        "files": value.files,
        "bytes": value.bytes,
        "skipped": value.skipped,
        "seconds": round(value.seconds, 3),
    }


def verified(value: VerifyReport) -> Shape:
    """Shape what a look at every file found."""
    return {
        "files": value.files,
        "rows": value.rows,
        "bytes": value.bytes,
        "clean": not value.problems,
        "problems": [
            {"path": each.path, "what": each.what, "loss": each.is_loss} for each in value.problems
        ],
    }


def stats(value: ArchiveStats) -> Shape:
    """Shape how much is in the archive."""
    return {
        "pages": value.pages,
        "turns": value.turns,
        "files": value.files,
        "bytes": value.bytes,
        "retired": value.retired,
        "months": [
            {"month": month, "pages": pages, "bytes": size} for month, pages, size in value.months
        ],
    }


def step(value: Step) -> Shape:
    """Shape a step of the maintenance."""
    return {
        "step": value.name,
        "state": value.state.value,
        "due_at": moment(value.due_at),
        "begun_at": moment(value.begun_at),
        "ended_at": moment(value.ended_at),
        "detail": value.detail,
        "error": value.error,
    }
