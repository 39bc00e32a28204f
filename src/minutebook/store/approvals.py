"""What waits for a person's yes, and providers that nothing is sent to, in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from minutebook.clock import from_micros, to_micros
from minutebook.domain.batches import Approval, ApprovalKind, ApprovalState, Estimate, Pause
from minutebook.errors import NotFoundError
from minutebook.store.transaction import Row, Transaction, storable

_PICO = -12


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a person is asked."""

    kind: ApprovalKind
    model: str
    prompt: str
    estimate: Estimate
    reason: str


def add(tx: Transaction, asking: Asking, now: datetime) -> int:
    """Ask a person; return the number of the question."""
    row = tx.all(
        "approvals.add",
        kind=asking.kind.value,
        model=asking.model,
        prompt=asking.prompt,
        now=to_micros(now),
        **_numbers(asking.estimate),
        reason=storable(asking.reason),
    )[0]
    return int(row["id"])


def revise(tx: Transaction, id_: int, estimate: Estimate, reason: str) -> bool:
    """Bring the numbers of a question up to date. False when it has been answered."""
    return bool(tx.run("approvals.revise", id=id_, **_numbers(estimate), reason=storable(reason)))


def get(tx: Transaction, id_: int) -> Approval:
    """Return a question by its number. Raises NotFoundError."""
    row = tx.one("approvals.get", id=id_)
    if row is None:
        raise NotFoundError("approval", str(id_), hint="`minutebook batches plan` lists them.")
    return _from_row(row)


def newest(tx: Transaction, *, state: ApprovalState | None = None, limit: int) -> list[Approval]:
    """Return questions, the newest first."""
    rows = tx.all("approvals.newest", state=state.value if state else "", limit=limit)
    return [_from_row(row) for row in rows]


def alike(tx: Transaction, kind: ApprovalKind, model: str, prompt: str) -> Approval | None:
    """Return the last question of its kind about a model and its prompts."""
    row = tx.one("approvals.alike", kind=kind.value, model=model, prompt=prompt)
    return None if row is None else _from_row(row)


def decide(tx: Transaction, id_: int, state: ApprovalState, now: datetime) -> bool:
    """Keep a person's answer. False when there is one."""
    return bool(tx.run("approvals.decide", id=id_, state=state.value, now=to_micros(now)))


def reconsider(tx: Transaction, id_: int, state: ApprovalState, now: datetime) -> bool:
    """Keep another answer than the no that was given. False when that was not the answer."""
    return bool(tx.run("approvals.reconsider", id=id_, state=state.value, now=to_micros(now)))


def lapse(tx: Transaction, id_: int, now: datetime) -> bool:
    """Let go of a question that nobody has answered. False when somebody has."""
    return bool(tx.run("approvals.lapse", id=id_, now=to_micros(now)))


def unsettled(tx: Transaction) -> list[Approval]:
    """Return the questions that were answered, and whose work has not all gone on yet."""
    return [_from_row(row) for row in tx.all("approvals.unsettled")]


def settle(tx: Transaction, id_: int) -> None:
    """Note that all that follows from an answer is done."""
    tx.run("approvals.settle", id=id_)


def pause(tx: Transaction, provider: str, reason: str, now: datetime, until: datetime) -> None:
    """Send nothing to a provider until a moment."""
    tx.run(
        "approvals.pause",
        provider=provider,
        reason=storable(reason),
        now=to_micros(now),
        until=to_micros(until),
    )


def resume(tx: Transaction, provider: str = "") -> int:
    """Lift the pause of a provider, or all; return how many."""
    return tx.run("approvals.resume", provider=provider)


def pauses(tx: Transaction, now: datetime) -> list[Pause]:
    """Return the pauses that hold."""
    return [
        Pause(
            provider=row["provider"],
            reason=row["reason"],
            since=from_micros(row["since"]),
            until=from_micros(row["until"]),
        )
        for row in tx.all("approvals.pauses", now=to_micros(now))
    ]


def _numbers(estimate: Estimate) -> dict[str, int | None]:
    return {
        "pages": estimate.pages,
        "input_tokens": estimate.input_tokens,
        "output_tokens": estimate.output_tokens,
        "cost_pico": _pico(estimate.cost),
        "direct_pico": _pico(estimate.direct_cost),
    }


def _pico(money: Decimal | None) -> int | None:
    return None if money is None else int(money.scaleb(-_PICO))


def _money(pico: int | None) -> Decimal | None:
    return None if pico is None else Decimal(pico).scaleb(_PICO)


def _from_row(row: Row) -> Approval:
    return Approval(
        id=row["id"],
        kind=ApprovalKind(row["kind"]),
        state=ApprovalState(row["state"]),
        model=row["model"],
        prompt=row["prompt"],
        estimate=Estimate(
            pages=row["pages"],
            input_tokens=row["input_tokens"],
            output_tokens=row["output_tokens"],
            cost=_money(row["cost_pico"]),
            direct_cost=_money(row["direct_pico"]),
        ),
        reason=row["reason"],
        created_at=from_micros(row["created_at"]),
        decided_at=None if row["decided_at"] is None else from_micros(row["decided_at"]),
    )
