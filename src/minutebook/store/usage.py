"""The ledger in the store. Money is kept as whole millionths of a millionth of a dollar."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from minutebook.clock import EPOCH, from_micros, to_micros
from minutebook.domain.spending import Charge, Grouping, Tally, TokenSample
from minutebook.store.transaction import Row, Transaction, storable

_PICO = -12
_QUARTER = 900_000_000
_LAST_MOMENT = 2**62


def add(tx: Transaction, charge: Charge) -> bool:
    """Write a call down. False when one with its key is there."""
    return bool(
        tx.run(
            "usage.add",
            key=charge.key,
            at=to_micros(charge.at),
            task=charge.task,
            model=storable(charge.model),
            batch=charge.is_batch,
            input_tokens=charge.input_tokens,
            output_tokens=charge.output_tokens,
            cache_read_tokens=charge.cache_read_tokens,
            cache_write_tokens=charge.cache_write_tokens,
            cache_write_1h_tokens=charge.cache_write_1h_tokens,
            cost_pico=None if charge.cost is None else int(charge.cost.scaleb(-_PICO)),
            estimated=charge.is_estimated,
            outcome=charge.outcome,
            conversation=charge.conversation,
            subject=charge.subject,
            job=charge.job,
            correlation=charge.correlation,
            counted_tokens=charge.counted_tokens,
            counted_by=charge.counted_by,
        )
    )


def newest(
    tx: Transaction, *, since: datetime = EPOCH, until: datetime | None = None, limit: int
) -> list[Charge]:
    """Return the calls of a time, the newest first."""
    rows = tx.all("usage.newest", since=to_micros(since), until=_end(until), limit=limit)
    return [_charge(row) for row in rows]


def of_conversation(tx: Transaction, conversation: str, *, since: datetime) -> list[Charge]:
    """Return the calls since a moment that made something in a conversation, the oldest first."""
    rows = tx.all("usage.of_conversation", conversation=conversation, since=to_micros(since))
    return [_charge(row) for row in rows]


def last_answers(tx: Transaction, conversation: str, task: str, *, limit: int) -> list[Charge]:
    """Return the last calls for a task in a conversation, the newest first."""
    rows = tx.all("usage.last_answers", conversation=conversation, task=task, limit=limit)
    return [_charge(row) for row in rows]


def spent(tx: Transaction, since: datetime) -> Decimal:
    """Return the US dollars spent since a moment, as far as they are known."""
    row = tx.one("usage.spent", since=to_micros(since))
    return _money(row["cost_pico"] if row else 0)


def spent_on_job(tx: Transaction, job: int, since: datetime) -> Decimal:
    """Return the US dollars that a job has spent since a moment."""
    row = tx.one("usage.spent_on_job", job=job, since=to_micros(since))
    return _money(row["cost_pico"] if row else 0)


def sums(
    tx: Transaction, by: Grouping, *, since: datetime = EPOCH, until: datetime | None = None
) -> list[Tally]:
    """Return sums by something; where that is the day, by the quarters of an hour of all days,
    each under the microseconds of its beginning."""
    rows = tx.all("usage.sums", by=by.value, since=to_micros(since), until=_end(until))
    if by is Grouping.DAY:
        return [_tally(row, str(row["name"] * _QUARTER)) for row in rows]
    return [_tally(row, row["name"]) for row in rows]


def total(tx: Transaction, *, since: datetime = EPOCH, until: datetime | None = None) -> Tally:
    """Return the sum of all calls of a time."""
    rows = tx.all("usage.sums", by="", since=to_micros(since), until=_end(until))
    return _tally(rows[0], "") if rows else Tally()


def samples(tx: Transaction, calls: int) -> list[TokenSample]:
    """Return what the last calls teach about the counting of tokens, the oldest first."""
    last = tx.all("usage.last_id")[0]["id"]
    return [
        TokenSample(
            model=row["model"],
            counted_by=row["counted_by"],
            counted=row["counted_tokens"],
            reported=row["reported_tokens"],
        )
        for row in tx.all("usage.samples", behind=last - calls)
    ]


def _end(until: datetime | None) -> int:
    return _LAST_MOMENT if until is None else to_micros(until)


def _money(pico: int) -> Decimal:
    return Decimal(pico).scaleb(_PICO)


def _tally(row: Row, name: str) -> Tally:
    return Tally(
        name=name,
        calls=row["calls"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cache_read_tokens=row["cache_read_tokens"],
        cache_write_tokens=row["cache_write_tokens"],
        cost=_money(row["cost_pico"] or 0),
        unpriced=row["unpriced"],
        estimated=row["estimated"],
    )


def _charge(row: Row) -> Charge:
    return Charge(
        key=row["key"],
        at=from_micros(row["at"]),
        task=row["task"],
        model=row["model"],
        is_batch=bool(row["batch"]),
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cache_read_tokens=row["cache_read_tokens"],
        cache_write_tokens=row["cache_write_tokens"],
        cache_write_1h_tokens=row["cache_write_1h_tokens"],
        cost=None if row["cost_pico"] is None else _money(row["cost_pico"]),
        is_estimated=bool(row["estimated"]),
        outcome=row["outcome"],
        conversation=row["conversation"],
        subject=row["subject"],
        job=row["job"],
        correlation=row["correlation"],
        counted_tokens=row["counted_tokens"],
        counted_by=row["counted_by"],
    )
