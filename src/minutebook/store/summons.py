"""Side conversations in the store: beside the record, which they are no part of."""

from __future__ import annotations

from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.snapshots import Summon, SummonMessage
from minutebook.domain.turns import Ending, Role
from minutebook.errors import NotFoundError
from minutebook.store.naming import MOST_NAMED, several
from minutebook.store.transaction import Row, Transaction, storable

_HINT = "`minutebook snapshot summons` shows them."


def begin(tx: Transaction, id_: str, snapshot: str, now: datetime) -> Summon:
    """Begin a side conversation."""
    tx.run("summons.begin", id=id_, snapshot=snapshot, now=to_micros(now))
    return get(tx, id_)


def get(tx: Transaction, wanted: str) -> Summon:
    """Return a side conversation by its id, or the beginning of one. Raises NotFoundError."""
    rows = tx.all("summons.fitting", wanted=wanted, limit=MOST_NAMED + 1) if wanted else []
    exact = [row for row in rows if row["id"] == wanted] or rows
    if len(exact) > 1:
        raise several("side conversation", wanted, [row["id"] for row in exact])
    if not exact:
        raise NotFoundError("side conversation", wanted, hint=_HINT)
    return _summon(exact[0])


def newest(tx: Transaction, conversation: str, *, limit: int) -> list[Summon]:
    """Return those with snapshots of a conversation, or all for an empty id, the newest first."""
    rows = tx.all("summons.newest", conversation=conversation, limit=limit)
    return [_summon(row) for row in rows]


def say(tx: Transaction, said: SummonMessage) -> SummonMessage:
    """Keep a message behind all others, whatever its number; return it with the one it has."""
    rows = tx.all(
        "summons.say",
        summon=said.summon,
        role=said.role.value,
        text=storable(said.text),
        model=storable(said.model),
        cost_usd=said.cost_usd,
        ending=said.ending.value,
        at=to_micros(said.at),
    )
    return _message(rows[0])


def messages(tx: Transaction, summon: str) -> list[SummonMessage]:
    """Return what was said, in order."""
    return [_message(row) for row in tx.all("summons.messages", summon=summon)]


def dismiss(tx: Transaction, summon: str, now: datetime) -> bool:
    """End a side conversation; False when it had ended."""
    return tx.run("summons.dismiss", id=summon, now=to_micros(now)) > 0


def _summon(row: Row) -> Summon:
    dismissed = row["dismissed_at"]
    return Summon(
        id=row["id"],
        snapshot=row["snapshot"],
        begun_at=from_micros(row["begun_at"]),
        dismissed_at=None if dismissed is None else from_micros(dismissed),
        messages=row["messages"],
        cost_usd=None if row["unpriced"] else row["cost_usd"],
    )


def _message(row: Row) -> SummonMessage:
    return SummonMessage(
        summon=row["summon"],
        number=row["number"],
        role=Role(row["role"]),
        text=row["text"],
        at=from_micros(row["at"]),
        model=row["model"],
        cost_usd=row["cost_usd"],
        ending=Ending(row["ending"]),
    )
