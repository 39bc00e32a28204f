"""Batches and their items in the store.

A batch changes only from the state it was read in, so that of two workers who both believe that it
is theirs one finds out. An item is closed once; what it cost is counted with that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from minutebook.clock import from_micros, to_micros
from minutebook.domain.batches import (
    OPEN_STATES,
    Batch,
    BatchCounts,
    BatchItem,
    BatchState,
    CacheUse,
    RemoteCopy,
)
from minutebook.domain.spending import Charge
from minutebook.errors import NotFoundError
from minutebook.store.transaction import Row, Transaction, storable

_PICO = -12


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """What batches have cost, and what the same had cost without them, in US dollars."""

    cost: Decimal
    direct_cost: Decimal


def add(tx: Transaction, batch: Batch) -> None:
    """Write down a batch that is going to be sent; its requests follow."""
    tx.run(
        "batches.add",
        id=batch.id,
        provider=batch.provider,
        model=batch.model,
        state=batch.state.value,
        requests=batch.requests,
        bytes=batch.bytes,
        digest=batch.digest,
        now=to_micros(batch.created_at),
    )


def add_items(tx: Transaction, items: Sequence[BatchItem]) -> None:
    """Write down requests of a batch that is going to be sent."""
    tx.insert_many(
        "batches.add_items",
        ((i.custom_id, i.batch, i.order, i.page, i.content_hash) for i in items),
    )


def get(tx: Transaction, id_: str) -> Batch:
    """Return a batch by its id, the beginning of one, or the provider's id of it.

    Raises NotFoundError.
    """
    row = tx.one("batches.get", id=id_)
    if row is None and id_:
        fits = tx.all("batches.by_prefix", prefix=id_)
        row = tx.one("batches.get", id=fits[0]["id"]) if len(fits) == 1 else None
    if row is None:
        raise NotFoundError("batch", id_, hint="`minutebook batches list` lists them.")
    return _from_row(row)


def newest(tx: Transaction, *, state: BatchState | None = None, limit: int) -> list[Batch]:
    """Return batches, the newest first."""
    rows = tx.all("batches.newest", state=state.value if state else "", limit=limit)
    return [_from_row(row) for row in rows]


def in_states(tx: Transaction, states: Iterable[BatchState] = OPEN_STATES) -> list[Batch]:
    """Return the batches in any of some states, the oldest first."""
    wanted = json.dumps([state.value for state in states])
    return [_from_row(row) for row in tx.all("batches.in_states", states=wanted)]


def unwanted(tx: Transaction, tries: int) -> list[str]:
    """Return the batches whose provider is still to delete its copy, and was not asked so often."""
    rows = tx.all("batches.unwanted", copy=RemoteCopy.UNWANTED.value, tries=tries)
    return [row["id"] for row in rows]


def declined_accounts(tx: Transaction, provider: str, since: datetime) -> set[str]:
    """Return with which keys a provider has said since a moment that it has no batches."""
    rows = tx.all("batches.declined_accounts", provider=provider, since=to_micros(since))
    return {row["account"] for row in rows}


def smallest_split(tx: Transaction, provider: str, since: datetime) -> int | None:
    """Return the bytes of the smallest batch that was too large for a provider since a moment."""
    found = tx.all("batches.smallest_split", provider=provider, since=to_micros(since))
    return None if found[0]["bytes"] is None else int(found[0]["bytes"])


def counts(tx: Transaction) -> dict[BatchState, int]:
    """Return how many batches there are in each state."""
    found = {BatchState(row["state"]): int(row["batches"]) for row in tx.all("batches.counts")}
    return {state: found.get(state, 0) for state in BatchState}


def change(tx: Transaction, batch: Batch, was: BatchState) -> bool:
    """Keep what a batch has become. False when it is not in the state it was read in."""
    return bool(
        tx.run(
            "batches.change",
            id=batch.id,
            was=was.value,
            state=batch.state.value,
            provider_id=batch.provider_id,
            account=batch.account,
            sent_at=_micros(batch.sent_at),
            expires_at=_micros(batch.expires_at),
            ended_at=_micros(batch.ended_at),
            applied_at=_micros(batch.applied_at),
            missing_since=_micros(batch.missing_since),
            polls=batch.polls,
            downloads=batch.downloads,
            excluded=json.dumps(batch.excluded),
            error=storable(batch.error),
            remote_copy=batch.remote_copy.value,
        )
    )


def want_cancel(tx: Transaction, id_: str) -> None:
    """Note that a person wants a batch to end."""
    tx.run("batches.want_cancel", id=id_)


def is_known(tx: Transaction, provider: str, provider_id: str) -> bool:
    """Say whether one of the provider's batches is one of ours already."""
    return tx.one("batches.is_known", provider=provider, provider_id=provider_id) is not None


def item(tx: Transaction, custom_id: str) -> BatchItem | None:
    """Return the request of this id."""
    row = tx.one("batches.item", custom_id=custom_id)
    return None if row is None else _item(row)


def items_of(tx: Transaction, custom_ids: Sequence[str]) -> list[BatchItem]:
    """Return those of some requests that are ours."""
    return [_item(row) for row in tx.all("batches.items_of", ids=json.dumps(list(custom_ids)))]


def items(tx: Transaction, batch: str) -> list[BatchItem]:
    """Return the requests of a batch."""
    return [_item(row) for row in tx.all("batches.items", batch=batch)]


def open_items(tx: Transaction, batch: str, *, limit: int) -> list[BatchItem]:
    """Return requests of which nothing is known yet."""
    return [_item(row) for row in tx.all("batches.open_items", batch=batch, limit=limit)]


def any_item(tx: Transaction, batch: str) -> BatchItem | None:
    """Return one of the requests."""
    row = tx.one("batches.any_item", batch=batch)
    return None if row is None else _item(row)


def close_item(
    tx: Transaction,
    found: BatchItem,
    outcome: str,
    charge: Charge | None = None,
    direct_cost: Decimal | None = None,
) -> bool:
    """Note what became of a request, and count it. False when that was noted before."""
    if not tx.run("batches.close_item", custom_id=found.custom_id, outcome=outcome):
        return False
    prompt = 0
    if charge is not None:
        prompt = charge.input_tokens + charge.cache_read_tokens + charge.cache_write_tokens
    tx.run(
        "batches.tally",
        id=found.batch,
        outcome=outcome,
        input_tokens=prompt,
        output_tokens=charge.output_tokens if charge else 0,
        cost_pico=_pico(charge.cost if charge else None),
        direct_pico=_pico(direct_cost),
    )
    return True


def cache_use(tx: Transaction, ids: Sequence[str]) -> dict[str, CacheUse]:
    """Return what the ledger says of caches, by batch; nothing of batches without a call."""
    rows = tx.all("batches.cache_use", ids=json.dumps(list(ids)))
    return {row["batch"]: CacheUse(read=row["read"], written=row["written"]) for row in rows}


def savings(tx: Transaction) -> Savings:
    """Return what all batches have cost."""
    row = tx.all("batches.savings")[0]
    return Savings(
        cost=Decimal(row["cost_pico"]).scaleb(_PICO),
        direct_cost=Decimal(row["direct_pico"]).scaleb(_PICO),
    )


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _pico(money: Decimal | None) -> int | None:
    return None if money is None else int(money.scaleb(-_PICO))


def _money(pico: int | None) -> Decimal | None:
    return None if pico is None else Decimal(pico).scaleb(_PICO)


def _item(row: Row) -> BatchItem:
    return BatchItem(
        custom_id=row["custom_id"],
        batch=row["batch"],
        order=row["order_id"],
        page=row["page"],
        content_hash=row["content_hash"],
        outcome=row["outcome"],
    )


def _from_row(row: Row) -> Batch:
    counted = ("succeeded", "errored", "canceled", "expired", "missing")
    return Batch(
        id=row["id"],
        provider=row["provider"],
        model=row["model"],
        state=BatchState(row["state"]),
        requests=row["requests"],
        bytes=row["bytes"],
        digest=row["digest"],
        created_at=from_micros(row["created_at"]),
        provider_id=row["provider_id"],
        account=row["account"],
        sent_at=_moment(row["sent_at"]),
        expires_at=_moment(row["expires_at"]),
        ended_at=_moment(row["ended_at"]),
        applied_at=_moment(row["applied_at"]),
        missing_since=_moment(row["missing_since"]),
        polls=row["polls"],
        downloads=row["downloads"],
        is_cancel_wanted=bool(row["cancel_wanted"]),
        excluded=tuple(json.loads(row["excluded"])),
        error=row["error"],
        counts=BatchCounts(**{name: row[name] for name in counted}),
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        remote_copy=RemoteCopy(row["remote_copy"]),
        cost=_money(row["cost_pico"]),
        direct_cost=_money(row["direct_pico"]),
    )
