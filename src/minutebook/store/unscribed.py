"""Conversations that came in while nobody was to write their documents."""

from __future__ import annotations

from minutebook.store.transaction import Transaction, storable


def keep(tx: Transaction, conversation: str, file: str) -> None:
    """Note that turns of a conversation came in from a file whose scribe is off."""
    tx.run("unscribed.keep", conversation=conversation, file=storable(file))


def every(tx: Transaction) -> list[tuple[str, str]]:
    """Return these conversations, each with the file that its turns came from last."""
    return [(row["conversation"], row["file"]) for row in tx.all("unscribed.all")]


def forget(tx: Transaction, conversation: str) -> None:
    """Forget that it is one of these."""
    tx.run("unscribed.forget", conversation=conversation)
