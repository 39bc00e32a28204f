"""Orders in the store: summaries that are wanted of models."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.batches import Order, OrderDraft, OrderState, Part, Route
from minutebook.errors import NotFoundError
from minutebook.store.transaction import Row, Transaction, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Orders that nobody has decided about."""

    orders: int
    tokens: int
    """Of their pages."""
    last_id: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of an order."""

    state: OrderState
    error: str = ""
    attempts: int = 0
    """How many attempts it has used up."""
    result: str = ""
    route: Route | None = None
    """Another way to go, if there is one."""
    approval: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Orders that are decided about."""

    state: OrderState
    model: str
    route: Route | None = None
    """Only those that go this way."""
    up_to: int = 2**62
    """None that came after the one with this id."""
    urgent_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogPage:
    """A page that has no summary by the model that was chosen."""

    id: str
    conversation: str
    content_hash: str
    tokens: int


def add(tx: Transaction, draft: OrderDraft, now: datetime, approval: int | None = None) -> bool:
    """Order a summary. False when it has been ordered."""
    return bool(tx.run("orders.add", **_columns(draft, now), approval=approval))


def wish(tx: Transaction, draft: OrderDraft, now: datetime) -> bool:
    """Order a summary in the way of the draft, also one that was ordered, given up or refused.

    False when it is on its way, waits for a yes, or is there.
    """
    return bool(tx.run("orders.wish", **_columns(draft, now), approval=None))


def add_all(
    tx: Transaction, drafts: Sequence[OrderDraft], now: datetime, approval: int | None = None
) -> int:
    """Order summaries; return how many had not been ordered."""
    return sum(add(tx, draft, now, approval) for draft in drafts)


def get(tx: Transaction, id_: int) -> Order:
    """Return an order. Raises NotFoundError."""
    row = tx.one("orders.get", id=id_)
    if row is None:
        raise NotFoundError("order", str(id_), hint="`minutebook batches dead` lists them.")
    return _from_row(row)


def of_ids(tx: Transaction, ids: Sequence[int]) -> list[Order]:
    """Return orders by their ids, in order."""
    return [_from_row(row) for row in tx.all("orders.of_ids", ids=json.dumps(list(ids)))]


def parts(tx: Transaction, parent: int) -> list[Order]:
    """Return the parts of an order, in the order of the page."""
    return [_from_row(row) for row in tx.all("orders.parts", parent=parent)]


def parts_of(tx: Transaction, parents: Sequence[int]) -> dict[int, list[Order]]:
    """Return the parts of some orders by the order they are of, in the order of the page."""
    found: dict[int, list[Order]] = {}
    for row in tx.all("orders.parts_of", parents=json.dumps(list(parents))):
        found.setdefault(row["parent"], []).append(_from_row(row))
    return found


def in_state(
    tx: Transaction,
    state: OrderState,
    model: str,
    *,
    route: Route | None = None,
    behind: int = 0,
    limit: int,
) -> list[Order]:
    """Return orders for a model, the oldest first."""
    rows = tx.all(
        "orders.in_state",
        state=state.value,
        model=model,
        any_route=route is None,
        route=route.value if route else "",
        behind=behind,
        limit=limit,
    )
    return [_from_row(row) for row in rows]


def newest(tx: Transaction, *, state: OrderState | None = None, limit: int) -> list[Order]:
    """Return orders, the one that changed last first."""
    rows = tx.all("orders.newest", state=state.value if state else "", limit=limit)
    return [_from_row(row) for row in rows]


def route(
    tx: Transaction, chosen: Chosen, settlement: Settlement, now: datetime, *, limit: int
) -> list[int]:
    """Decide how some of the chosen orders go on; return their ids, none when all are decided."""
    rows = tx.all(
        "orders.route",
        state=settlement.state.value,
        route=(settlement.route or Route.UNDECIDED).value,
        approval=settlement.approval,
        was=chosen.state.value,
        model=chosen.model,
        any_route=chosen.route is None,
        was_route=chosen.route.value if chosen.route else "",
        up_to=chosen.up_to,
        urgent_only=chosen.urgent_only,
        now=to_micros(now),
        limit=limit,
    )
    return [row["id"] for row in rows]


def decide(tx: Transaction, approval: int, state: OrderState, now: datetime, *, limit: int) -> int:
    """Let some of the orders that waited for an answer go on; return how many."""
    return tx.run(
        "orders.decide", approval=approval, state=state.value, now=to_micros(now), limit=limit
    )


def is_any_held(tx: Transaction, approval: int) -> bool:
    """Say whether any order waits for an answer to a question."""
    return tx.one("orders.is_any_held", approval=approval) is not None


def send(tx: Transaction, ids: Sequence[int], batch: str, now: datetime) -> int:
    """Put ready orders into a batch; return how many were ready."""
    return tx.run("orders.send", ids=json.dumps(list(ids)), batch=batch, now=to_micros(now))


def settle(tx: Transaction, id_: int, settlement: Settlement, now: datetime) -> bool:
    """Note what became of an order. False when that was settled before."""
    return bool(
        tx.run(
            "orders.settle",
            id=id_,
            state=settlement.state.value,
            route=settlement.route.value if settlement.route else None,
            approval=settlement.approval,
            attempts=settlement.attempts,
            error=storable(settlement.error),
            result=storable(settlement.result),
            now=to_micros(now),
        )
    )


def hasten(tx: Transaction, key: str, now: datetime) -> int:
    """Let an order that is not under way yet be answered now; return its number.

    One that waits for a person's yes, or is settled, is left alone. Raises NotFoundError.
    """
    tx.run("orders.hasten", key=key, now=to_micros(now))
    row = tx.one("orders.by_key", key=key)
    if row is None:
        raise NotFoundError("order", key)
    return int(row["id"])


def made(tx: Transaction) -> int:
    """Return how many summaries of whole pages models have made."""
    return int(tx.all("orders.made")[0]["orders"])


def done_of(tx: Transaction, batch: str) -> int:
    """Return how many orders a batch has brought a summary for."""
    return int(tx.all("orders.done_of", batch=batch)[0]["orders"])


def release(tx: Transaction, batch: str, now: datetime) -> int:
    """Take the orders of a batch that was never made back; return how many."""
    return tx.run("orders.release", batch=batch, now=to_micros(now))


def retry(tx: Transaction, now: datetime, id_: int = 0) -> int:
    """Give a dead order another try, or all of them; return how many."""
    return len(tx.all("orders.retry", id=id_, now=to_micros(now)))


def drop_stale(tx: Transaction, page: str, content_hash: str, now: datetime) -> int:
    """Drop what was ordered of an older content and is not on its way; return how many."""
    return tx.run("orders.drop_stale", page=page, content_hash=content_hash, now=to_micros(now))


def counts(tx: Transaction) -> dict[OrderState, int]:
    """Return how many orders there are in each state."""
    found = {OrderState(row["state"]): int(row["orders"]) for row in tx.all("orders.counts")}
    return {state: found.get(state, 0) for state in OrderState}


def waiting(
    tx: Transaction, model: str, *, route: Route | None = None, urgent_only: bool = False
) -> Waiting:
    """Return how much nobody has decided about; of what is wished to go in a way, if given."""
    row = tx.all(
        "orders.waiting",
        model=model,
        any_route=route is None,
        route=(route or Route.UNDECIDED).value,
        urgent_only=urgent_only,
    )[0]
    return Waiting(
        orders=row["orders"],
        tokens=row["tokens"],
        last_id=row["last_id"],
        first_at=from_micros(row["first_at"]),
        last_at=from_micros(row["last_at"]),
    )


def unasked(tx: Transaction, model: str) -> tuple[int, int]:
    """Return how many orders are under way without a person's yes, and their pages' tokens."""
    row = tx.all("orders.unasked", model=model)[0]
    return row["orders"], row["tokens"]


def ready(tx: Transaction, model: str, route: Route) -> tuple[int, int]:
    """Return how many orders are ready to go in a way, and their pages' tokens."""
    row = tx.all("orders.ready", model=model, route=route.value)[0]
    return row["orders"], row["tokens"]


def flying(tx: Transaction) -> dict[str, tuple[int, int]]:
    """Return, by model, how many orders are in batches that were sent and are not on the ledger
    yet, and their pages' tokens.
    """
    return {row["model"]: (row["orders"], row["tokens"]) for row in tx.all("orders.flying")}


def fallen(tx: Transaction, model: str, attempts: int) -> tuple[int, int]:
    """Return how many orders go now that were in so many batches, and their pages' tokens."""
    row = tx.all("orders.fallen", model=model, attempts=attempts)[0]
    return row["orders"], row["tokens"]


def is_any_asked(tx: Transaction, paused: Collection[str], after: datetime) -> bool:
    """Say whether a model is to be asked for an order now whose provider is not paused; what was
    postponed until later than a moment is not."""
    found = tx.one("orders.is_any_asked", paused=json.dumps(list(paused)), after=to_micros(after))
    return found is not None


def is_due(tx: Transaction, model: str) -> bool:
    """Say whether there is anything to decide about, or to send."""
    return tx.one("orders.is_due", model=model) is not None


def backlog(
    tx: Transaction, model: str, prompt: str, *, behind: str = "", limit: int
) -> list[BacklogPage]:
    """Return pages whose summary is not by this model with these prompts, by id."""
    rows = tx.all("orders.backlog", model=model, prompt=prompt, behind=behind, limit=limit)
    return [
        BacklogPage(
            id=row["id"],
            conversation=row["conversation"],
            content_hash=row["content_hash"],
            tokens=row["tokens"],
        )
        for row in rows
    ]


def _columns(draft: OrderDraft, now: datetime) -> dict[str, str | int | None]:
    return {
        "key": draft.key,
        "page": draft.page,
        "conversation": draft.conversation,
        "content_hash": draft.content_hash,
        "prompt": draft.prompt,
        "model": draft.model,
        "tokens": draft.tokens,
        "urgent": draft.is_urgent,
        "state": draft.state.value,
        "route": draft.route.value,
        "first_seq": draft.part.first_seq,
        "last_seq": draft.part.last_seq,
        "start_char": draft.part.start,
        "end_char": draft.part.end,
        "parent": draft.parent,
        "depth": draft.depth,
        "job": draft.job,
        "correlation": draft.correlation,
        "now": to_micros(now),
    }


def _from_row(row: Row) -> Order:
    return Order(
        id=row["id"],
        key=row["key"],
        page=row["page"],
        conversation=row["conversation"],
        content_hash=row["content_hash"],
        prompt=row["prompt"],
        model=row["model"],
        tokens=row["tokens"],
        is_urgent=bool(row["urgent"]),
        state=OrderState(row["state"]),
        route=Route(row["route"]),
        part=Part(
            first_seq=row["first_seq"],
            last_seq=row["last_seq"],
            start=row["start_char"],
            end=row["end_char"],
        ),
        parent=row["parent"],
        depth=row["depth"],
        job=row["job"],
        correlation=row["correlation"],
        attempts=row["attempts"],
        approval=row["approval"],
        batch=row["batch"],
        error=row["error"],
        result=row["result"],
        created_at=from_micros(row["created_at"]),
        updated_at=from_micros(row["updated_at"]),
    )
