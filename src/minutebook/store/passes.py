"""Passes in the store: what made room in a prompt, what left, and whether that was undone."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from minutebook.clock import from_micros, to_micros
from minutebook.domain.context import Left, Pass, PassState, Tier, Trigger
from minutebook.errors import NotFoundError
from minutebook.store.contexts import EVERYTHING
from minutebook.store.transaction import Row, Transaction, storable


def add(tx: Transaction, done: Pass) -> Pass:
    """Keep a pass, whatever its id; return it with the id it has now."""
    rows = tx.all(
        "passes.add",
        conversation=done.conversation,
        at=to_micros(done.at),
        why=done.trigger.value,
        tiers=json.dumps([tier.value for tier in done.tiers]),
        state=done.state.value,
        before=done.before,
        after=done.after,
        gone=storable(json.dumps([asdict(each) for each in done.left], ensure_ascii=False)),
        gone_count=done.left_count,
        cost_usd=done.cost_usd,
        seconds=done.seconds,
        reason=storable(done.reason),
        from_revision=done.from_revision,
        to_revision=done.to_revision,
        is_undone=done.is_undone,
    )
    return replace(done, id=rows[0]["id"])


def get(tx: Transaction, id_: int) -> Pass:
    """Return a pass. Raises NotFoundError."""
    row = tx.one("passes.get", id=id_)
    if row is None:
        raise NotFoundError("pass", str(id_), hint="`minutebook context history` lists them.")
    return _pass(row)


def newest(tx: Transaction, conversation: str, *, limit: int = EVERYTHING) -> list[Pass]:
    """Return the passes of a conversation, the newest first."""
    rows = tx.all("passes.newest", conversation=conversation, limit=limit)
    return [_pass(row) for row in rows]


def mark_undone(tx: Transaction, id_: int) -> bool:
    """Note that a pass was undone; False when it had been before, or does not exist."""
    return tx.run("passes.undo", id=id_) > 0


def _pass(row: Row) -> Pass:
    return Pass(
        id=row["id"],
        conversation=row["conversation"],
        at=from_micros(row["at"]),
        trigger=Trigger(row["why"]),
        tiers=tuple(map(Tier, json.loads(row["tiers"]))),
        state=PassState(row["state"]),
        before=row["before"],
        after=row["after"],
        left=tuple(Left(**each) for each in json.loads(row["gone"])),
        left_count=row["gone_count"],
        cost_usd=row["cost_usd"],
        seconds=row["seconds"],
        reason=row["reason"],
        from_revision=row["from_revision"],
        to_revision=row["to_revision"],
        is_undone=bool(row["is_undone"]),
    )
