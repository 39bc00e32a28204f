"""Replies on their way: kept piece by piece, until the turn is in the record."""

from __future__ import annotations

from minutebook.clock import from_micros, to_micros
from minutebook.domain.chats import PartialReply
from minutebook.store.transaction import Row, Transaction, storable


def begin(tx: Transaction, reply: PartialReply) -> None:
    """Note that a reply is on its way; there is no other one in its conversation."""
    tx.run(
        "replies.begin",
        conversation=reply.conversation,
        key=reply.key,
        model=storable(reply.model),
        owner=reply.owner,
        now=to_micros(reply.started_at),
    )


def grow(tx: Transaction, key: str, number: int, *, thinking: str, text: str) -> None:
    """Keep one more piece of a reply."""
    tx.run(
        "replies.grow",
        key=key,
        number=number,
        thinking=storable(thinking),
        text=storable(text),
    )


def of_conversation(tx: Transaction, conversation: str) -> PartialReply | None:
    """Return the reply that is on its way in a conversation, as far as it was kept."""
    row = tx.one("replies.get", conversation=conversation)
    return None if row is None else _partial(tx, row)


def is_on_its_way(tx: Transaction, conversation: str) -> bool:
    """Say whether a reply is on its way in a conversation, here or elsewhere."""
    return tx.one("replies.get", conversation=conversation) is not None


def on_their_way(tx: Transaction) -> list[PartialReply]:
    """Return every reply that is on its way, here or elsewhere, as far as it was kept."""
    return [_partial(tx, row) for row in tx.all("replies.all")]


def forget(tx: Transaction, key: str) -> None:
    """Let go of a reply: its turn is in the record, or nothing came of it."""
    tx.run("replies.forget", key=key)
    tx.run("replies.forget_pieces", key=key)


def _partial(tx: Transaction, row: Row) -> PartialReply:
    pieces = tx.all("replies.pieces", key=row["key"])
    return PartialReply(
        conversation=row["conversation"],
        key=row["key"],
        model=row["model"],
        owner=row["owner"],
        started_at=from_micros(row["started_at"]),
        text="".join(piece["text"] for piece in pieces),
        thinking="".join(piece["thinking"] for piece in pieces),
    )
