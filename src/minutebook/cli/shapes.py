"""The JSON of each noun. Keys may be added, never renamed; times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from minutebook.clock import iso
from minutebook.domain.batches import BatchState, OrderState, Pause, PutOff
from minutebook.domain.context import Left, Pass, PromptSizes
from minutebook.domain.conversations import Conversation
from minutebook.domain.documents import Document, Revision, StillFile
from minutebook.domain.jobs import Job
from minutebook.domain.pages import Lifecycle, Page
from minutebook.domain.quarantine import QuarantineItem, Rejected
from minutebook.domain.spending import Charge, Grouping, Tally
from minutebook.domain.turns import Content, Margin, Turn
from minutebook.domain.watched import WatchedPath
from minutebook.engine import BatchStatus, Counts, Found, SourceReport, Trial

Shape = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """Write a moment, or null."""
    return None if at is None else iso(at)


def conversation(value: Conversation) -> Shape:
    """Shape a conversation."""
    return {
        "id": value.id,
        "source": value.source,
        "native_id": value.native_id,
        "title": value.title,
        "turns": value.turns,
        "pages": value.pages,
        "first_at": moment(value.first_at),
        "last_at": moment(value.last_at),
        "document": value.document,
        "tokens": value.tokens,
        "parent": value.parent,
        "parent_turn": value.parent_turn,
    }


def turn(value: Turn) -> Shape:
    """Shape a turn of `show`. What there is none of is an empty text or an empty list."""
    return {
        "key": value.key,
        "native_id": value.native_id,
        "role": value.role.value,
        "author": value.author,
        "content": value.content.text,
        "at": moment(value.at),
        "page": value.page,
        "seq": value.seq,
        "at_raw": value.at_raw,
        "zone_known": value.zone_known,
        "parent": value.parent,
        "active": value.is_active,
        "is_active": value.is_active,
        "revision": value.revision,
        "ending": value.ending.value,
        **_margin(value.margin),
        **_parts(value.content),
    }


def _margin(value: Margin) -> Shape:
    reactions = [
        {"name": each.name, "count": each.count, "authors": list(each.authors)}
        for each in value.reactions
    ]
    return {
        "replies_to": value.replies_to,
        "thread": value.thread,
        "reactions": reactions,
        "is_withdrawn": value.is_withdrawn,
    }


def _parts(value: Content) -> Shape:
    calls = [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in value.tool_calls]
    results = [
        {"call_id": r.call_id, "content": r.content, "is_error": r.is_error}
        for r in value.tool_results
    ]
    files = [
        {"name": a.name, "media_type": a.media_type, "size": a.size, "content": a.content}
        for a in value.attachments
    ]
    return {
        "thinking": value.thinking,
        "tool_calls": calls,
        "tool_results": results,
        "attachments": files,
    }


def found(value: Found) -> Shape:
    """Shape a hit of `search`; the score is better the higher it is."""
    hit, said = value.hit, value.hit.turn
    return {
        "turn": said.key,
        "native_id": said.native_id,
        "conversation": said.conversation,
        "role": said.role.value,
        "author": said.author,
        "at": moment(said.at),
        "snippet": value.snippet_between("", ""),
        "score": hit.score,
        "page": said.page,
        "archived": hit.is_archived,
        "title": hit.conversation_title,
        "all_words": value.has_all,
        "before": neighbour(value.before),
        "after": neighbour(value.after),
    }


def neighbour(value: Turn | None) -> Shape | None:
    """Shape the turn beside a hit."""
    if value is None:
        return None
    return {"turn": value.key, "author": value.author, "content": value.content.text}


def page(value: Page) -> Shape:
    """Shape a page."""
    return {
        "id": value.id,
        "conversation": value.conversation,
        "first_turn": value.first_turn,
        "last_turn": value.last_turn,
        "turns": value.turns,
        "tokens": value.tokens,
        "lifecycle": value.lifecycle.value,
        "label": value.label,
        "summary": value.summary,
        "summary_by": value.summary_by,
        "summary_state": value.summary_state.value,
        "first_at": moment(value.first_at),
        "last_at": moment(value.last_at),
    }


def job(value: Job) -> Shape:
    """Shape a job."""
    return {
        "id": value.id,
        "kind": value.kind.value,
        "key": value.key,
        "group": value.group,
        "state": value.state.value,
        "attempts": value.attempts,
        "not_before": moment(value.not_before),
        "error": value.error,
        "cause": value.cause,
        "correlation": value.correlation,
    }


def document(value: Document) -> Shape:
    """Shape a document of `scribe list`."""
    return {
        "document": value.id,
        "conversation": value.conversation,
        "title": value.title,
        "slug": value.slug,
        "state": value.state.value,
        "revision": value.revision,
        "covered": value.covered_seq,
        "updated_at": moment(value.updated_at),
    }


def revision(value: Revision) -> Shape:
    """Shape a revision of `scribe history`."""
    covers = value.covers
    return {
        "revision": value.number,
        "author": value.author,
        "base": value.base,
        "covers": {
            "first": covers.first_turn,
            "last": covers.last_turn,
            "turns": covers.turns,
            "first_seq": covers.first_seq,
            "last_seq": covers.last_seq,
        },
        "at": moment(value.at),
        "cost_usd": value.cost_usd,
        "cause": value.cause,
        "correlation": value.correlation,
    }


def rejected(value: Rejected) -> Shape:
    """Shape what could not be read."""
    return {"place": value.place, "reason": value.reason, "excerpt": value.excerpt}


def quarantined(value: QuarantineItem) -> Shape:
    """Shape a piece of input that is in quarantine."""
    return {
        "id": value.id,
        "path": value.path,
        "place": value.place,
        "reason": value.reason,
        "excerpt": value.excerpt,
        "at": moment(value.at),
    }


def watched(value: WatchedPath, *, exists: bool) -> Shape:
    """Shape a path of `watch list`; `exists` says whether it is there."""
    own = asdict(value.settings)
    return {"path": value.path, "added_at": moment(value.added_at), "exists": exists, **own}


def report(value: SourceReport) -> Shape:
    """Shape what became of a source."""
    return {
        "path": value.path,
        "format": value.format,
        "conversations": value.conversations,
        "turns_new": value.turns_new,
        "turns_known": value.turns_known,
        "turns_revised": value.turns_revised,
        "quarantined": [rejected(item) for item in value.quarantined],
        "notes": list(value.notes),
        "reason": value.reason or next((item.reason for item in value.quarantined), ""),
        "pages": value.pages,
        "unchanged": value.is_unchanged,
    }


def charge(value: Charge) -> Shape:
    """Shape a call on the ledger; a cost that is not known is null."""
    return {
        "at": moment(value.at),
        "job": value.task,
        "model": value.model,
        "batch": value.is_batch,
        "input_tokens": value.input_tokens,
        "output_tokens": value.output_tokens,
        "cache_read_tokens": value.cache_read_tokens,
        "cache_write_tokens": value.cache_write_tokens,
        "cost_usd": None if value.cost is None else float(value.cost),
        "estimated": value.is_estimated,
        "outcome": value.outcome,
        "conversation": value.conversation,
        "subject": value.subject,
        "job_id": value.job,
        "correlation": value.correlation,
    }


def tally(value: Tally, by: Grouping) -> Shape:
    """Shape a sum of calls; its cost is null when none of them has a price."""
    is_unpriced = value.unpriced > 0 and value.unpriced == value.calls
    return {
        by.value: value.name,
        "calls": value.calls,
        "input_tokens": value.input_tokens,
        "output_tokens": value.output_tokens,
        "cache_read_tokens": value.cache_read_tokens,
        "cache_write_tokens": value.cache_write_tokens,
        "cost_usd": None if is_unpriced else float(value.cost),
        "unpriced": value.unpriced,
        "estimated": value.estimated,
    }


def standing(still: Sequence[StillFile]) -> list[Shape]:
    """Shape the mirrored files that stand still."""
    return [{"file": each.path, "reason": each.why, "hint": each.hint} for each in still]


def status(counts: Counts, spent: Tally, today: Decimal, batches: BatchStatus) -> Shape:
    """Shape the size of the record and of its work, and what it has cost."""
    pages = counts.pages
    return {
        "conversations": counts.conversations,
        "turns": counts.turns,
        "pages": {
            "total": sum(pages.values()),
            "active": pages[Lifecycle.ACTIVE],
            "pending": pages[Lifecycle.PENDING_DECAY],
            "archived": pages[Lifecycle.ARCHIVED],
        },
        "documents": counts.documents,
        "revisions": counts.revisions,
        "quarantined": counts.quarantined,
        "jobs": {state.value: number for state, number in counts.jobs.items()},
        "batches": {
            "open": batches.open,
            "applied": batches.batches[BatchState.APPLIED],
            "in_flight": batches.in_flight,
            "prepared": batches.unsent,
        },
        "cost_usd": float(spent.cost),
        "cost_today_usd": float(today),
        "unpriced_calls": spent.unpriced,
        "summaries": {
            "done": batches.made,
            "under_way": batches.unanswered,
            "held": batches.orders[OrderState.HELD],
            "refused": batches.orders[OrderState.REFUSED],
            "dead": batches.orders[OrderState.DEAD],
        },
        "approvals": {
            "waiting": len(batches.approvals),
            "pages": sum(each.estimate.pages for each in batches.approvals),
        },
        "paused": [paused(each) for each in batches.pauses],
        "capped": None if batches.put_off is None else capped(batches.put_off),
    }


def capped(value: PutOff) -> Shape:
    """Shape work that waits until a cap leaves room again."""
    return {"jobs": value.jobs, "reason": value.reason, "until": moment(value.until)}


def paused(value: Pause) -> Shape:
    """Shape a provider that nothing is sent to for a while."""
    return {
        "provider": value.provider,
        "reason": value.reason,
        "since": moment(value.since),
        "until": moment(value.until),
    }


def prompt(value: PromptSizes) -> Shape:
    """Shape how much of its budget a prompt takes up; sizes are tokens, thresholds shares."""
    budget = value.budget
    return {
        "model": value.model,
        "window": budget.window,
        "used": value.used,
        "layers": [{"name": each.layer.value, "tokens": each.tokens} for each in value.layers],
        "thresholds": {"low": budget.low, "high": budget.high, "emergency": budget.emergency},
        "budget": budget.tokens,
        "reserve": budget.reserve,
        "revision": value.revision,
        "assumed": value.is_assumed,
        "notice": value.notice,
    }


def context_pass(value: Pass) -> Shape:
    """Shape a compaction; sizes are tokens of the model."""
    return {
        "id": value.id,
        "at": moment(value.at),
        "trigger": value.trigger.value,
        "tiers": [tier.value for tier in value.tiers],
        "state": value.state.value,
        "before": value.before,
        "after": value.after,
        "left": [_left(each) for each in value.left],
        "left_count": value.left_count,
        "cost_usd": value.cost_usd,
        "seconds": round(value.seconds, 3),
        "reason": value.reason,
        "undone": value.is_undone,
        "from_revision": value.from_revision,
        "to_revision": value.to_revision,
    }


def context_trial(value: Trial) -> Shape:
    """Shape what a compaction would do; sizes are expected."""
    return {
        "before": value.before,
        "after": value.after,
        "tiers": [tier.value for tier in value.tiers],
        "state": value.state.value,
        "left": [_left(each) for each in value.left],
        "left_count": value.left_count,
        "reason": value.reason,
        "calls": value.calls,
    }


def _left(value: Left) -> Shape:
    return {"what": value.what, "reference": value.reference, "tokens": value.tokens}
