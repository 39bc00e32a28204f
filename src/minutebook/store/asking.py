"""What is asked without a batch: its pace in a home, and the calls that were begun.

A call is written down before it is made, and struck out by the transaction that keeps what came of
it. One that is found later was begun by a process that ended before it could do that: whether it
was answered, and paid, nobody here knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from minutebook.clock import from_micros, to_micros
from minutebook.domain.batches import Doubt
from minutebook.store.transaction import Transaction

_MICROS = timedelta(microseconds=1)
_PICO = -12


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that was begun for an order."""

    order: int
    key: str
    """Names it, on the ledger too."""
    begun_at: datetime
    tokens: int
    """Of its prompt, as we counted them."""


def turn(
    tx: Transaction, name: str, now: datetime, *, gap: timedelta, longest: timedelta
) -> datetime:
    """Return when the next may begin of those that keep a gap, and take that turn.

    A turn that is further away than the longest wait comes of a clock that was set back.
    """
    row = tx.all(
        "asking.turn", pace=name, now=to_micros(now), gap=gap // _MICROS, longest=longest // _MICROS
    )[0]
    return from_micros(row["turn"])


def begin(tx: Transaction, call: Call) -> None:
    """Write down that a call is going to be made."""
    tx.run(
        "asking.begin",
        order=call.order,
        key=call.key,
        begun_at=to_micros(call.begun_at),
        tokens=call.tokens,
    )


def begun(tx: Transaction, order: int) -> Call | None:
    """Return the call that was begun for an order, if nobody knows what came of it."""
    row = tx.one("asking.begun", order=order)
    if row is None:
        return None
    return Call(
        order=row["order_id"],
        key=row["key"],
        begun_at=from_micros(row["begun_at"]),
        tokens=row["tokens"],
    )


def doubts(tx: Transaction, now: datetime, *, limit: int) -> list[Doubt]:
    """Return the calls of which nobody has said what came of them, and nobody is at it any more."""
    rows = tx.all("asking.doubts", now=to_micros(now), limit=limit)
    return [
        Doubt(
            key=row["key"],
            at=from_micros(row["at"]),
            model=row["model"],
            page=row["page"],
            input_tokens=row["input_tokens"],
            cost=None if row["cost_pico"] is None else Decimal(row["cost_pico"]).scaleb(_PICO),
            is_on_ledger=bool(row["is_on_ledger"]),
        )
        for row in rows
    ]


def end(tx: Transaction, order: int) -> None:
    """Strike out a call of which it is known what came of it."""
    tx.run("asking.end", order=order)
