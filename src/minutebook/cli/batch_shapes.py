"""The JSON of batches, of what waits for a yes, and of summaries that were given up."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from minutebook.cli.shapes import Shape, moment
from minutebook.domain.batches import Approval, Batch, BatchItem, CacheUse, Doubt, Estimate, Order
from minutebook.domain.measures import Measures


def dollars(amount: Decimal | None) -> float | None:
    """Write US dollars, or null where they are not known."""
    return None if amount is None else float(amount)


def batch(value: Batch, now: datetime, cached: CacheUse | None = None) -> Shape:
    """Shape a batch; its age is in seconds, and its tokens are told as in the ledger."""
    cached = cached or CacheUse()
    return {
        "id": value.id,
        "provider": value.provider,
        "provider_id": value.provider_id or None,
        "state": value.state.value,
        "requests": value.requests,
        "succeeded": value.counts.succeeded,
        "errored": value.counts.errored,
        "canceled": value.counts.canceled,
        "expired": value.counts.expired,
        "input_tokens": max(0, value.input_tokens - cached.read - cached.written),
        "output_tokens": value.output_tokens,
        "cache_read_tokens": cached.read,
        "cache_write_tokens": cached.written,
        "cost_usd": dollars(value.cost),
        "missing": value.counts.missing,
        "model": value.model,
        "direct_cost_usd": dollars(value.direct_cost),
        "saved_usd": dollars(value.saved),
        "age_seconds": round((now - value.created_at).total_seconds(), 3),
        "created_at": moment(value.created_at),
        "sent_at": moment(value.sent_at),
        "expires_at": moment(value.expires_at),
        "ended_at": moment(value.ended_at),
        "applied_at": moment(value.applied_at),
        "bytes": value.bytes,
        "polls": value.polls,
        "cancel_wanted": value.is_cancel_wanted,
        "reason": value.error,
        "remote_copy": value.remote_copy.value,
    }


def item(value: BatchItem) -> Shape:
    """Shape a request of a batch; its outcome is empty while nothing is known."""
    return {
        "custom_id": value.custom_id,
        "page": value.page,
        "order": value.order,
        "content_hash": value.content_hash,
        "outcome": value.outcome,
    }


def estimate(value: Estimate) -> Shape:
    """Shape what work comes to; prices are null for a model that has none."""
    return {
        "pages": value.pages,
        "input_tokens": value.input_tokens,
        "output_tokens": value.output_tokens,
        "cost_usd": dollars(value.cost),
        "direct_cost_usd": dollars(value.direct_cost),
    }


def approval(value: Approval) -> Shape:
    """Shape what waits for a yes, or was given an answer."""
    return {
        "id": value.id,
        "kind": value.kind.value,
        "state": value.state.value,
        "model": value.model,
        **estimate(value.estimate),
        "reason": value.reason,
        "created_at": moment(value.created_at),
        "decided_at": moment(value.decided_at),
    }


def order(value: Order) -> Shape:
    """Shape a summary that is wanted of a model."""
    return {
        "id": value.id,
        "page": value.page,
        "conversation": value.conversation,
        "model": value.model,
        "state": value.state.value,
        "attempts": value.attempts,
        "batch": value.batch,
        "depth": value.depth,
        "reason": value.error,
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
    }


def doubt(value: Doubt) -> Shape:
    """Shape a direct call of which nobody knows what came of it."""
    return {
        "key": value.key,
        "at": moment(value.at),
        "model": value.model,
        "page": value.page,
        "input_tokens": value.input_tokens,
        "cost_usd": dollars(value.cost),
        "on_ledger": value.is_on_ledger,
    }


def measures(value: Measures) -> Shape:
    """Shape how the work goes; times that something took are seconds."""
    return {
        "at": moment(value.at),
        "depths": [
            {
                "kind": depth.kind.value,
                "state": depth.state.value,
                "jobs": depth.jobs,
                "since": moment(depth.since),
            }
            for depth in value.depths
        ],
        "summaries": {state.value: number for state, number in value.orders.items()},
        "success_rate": value.success_rate,
        "latencies": [
            {
                "route": latency.route.value,
                "summaries": latency.summaries,
                "quantiles": {
                    str(share): took.total_seconds() for share, took in latency.quantiles.items()
                },
            }
            for latency in value.latencies
        ],
        "throughput": {
            "seconds": value.throughput.width.total_seconds(),
            "done": list(value.throughput.done),
        },
    }
