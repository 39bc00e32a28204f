"""What conversations held here have beside their turns: options, waiting messages, marks."""

from __future__ import annotations

from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.chats import ChatOptions, MarkKind, Waiting
from minutebook.domain.turns import Attachment, Content
from minutebook.store.parts import to_column, to_content
from minutebook.store.transaction import Row, Transaction, storable


def options(tx: Transaction, conversation: str) -> ChatOptions:
    """Return what was chosen for a conversation."""
    row = tx.one("chats.options", conversation=conversation)
    return ChatOptions() if row is None else ChatOptions(model=row["model"], system=row["system"])


def set_options(tx: Transaction, conversation: str, chosen: ChatOptions) -> None:
    """Keep what was chosen for a conversation."""
    tx.run(
        "chats.set_options",
        conversation=conversation,
        model=storable(chosen.model),
        system=storable(chosen.system),
    )


def queue(
    tx: Transaction,
    conversation: str,
    text: str,
    attachments: tuple[Attachment, ...],
    now: datetime,
) -> None:
    """Let a message wait behind those that wait."""
    tx.run(
        "chats.queue",
        conversation=conversation,
        text=storable(text),
        parts=to_column(Content(attachments=attachments)),
        now=to_micros(now),
    )


def waiting(tx: Transaction, conversation: str) -> list[Waiting]:
    """Return the messages that wait, the first one first."""
    return [_waiting(row) for row in tx.all("chats.waiting", conversation=conversation)]


def withdraw(tx: Transaction, message: int) -> bool:
    """Take a message out; say whether it was still there."""
    return tx.run("chats.withdraw", id=message) > 0


def mark(tx: Transaction, turn: int, kind: MarkKind, now: datetime) -> None:
    """Mark a turn."""
    tx.run("chats.mark", turn=turn, kind=kind.value, now=to_micros(now))


def unmark(tx: Transaction, turn: int, kind: MarkKind) -> bool:
    """Take a mark away; say whether it was there."""
    return tx.run("chats.unmark", turn=turn, kind=kind.value) > 0


def marked(tx: Transaction, conversation: str) -> list[tuple[str, MarkKind]]:
    """Return the keys of the marked turns with their marks, in reading order."""
    rows = tx.all("chats.marked", conversation=conversation)
    return [(row["key"], MarkKind(row["kind"])) for row in rows]


def pinned(tx: Transaction, first: int, last: int) -> list[int]:
    """Return the pinned turns with a row id from one to another."""
    rows = tx.all("chats.pinned", first=first, last=last, kind=MarkKind.PIN.value)
    return [row["turn"] for row in rows]


def _waiting(row: Row) -> Waiting:
    return Waiting(
        id=row["id"],
        conversation=row["conversation"],
        text=row["text"],
        attachments=to_content("", row["parts"]).attachments,
        at=from_micros(row["at"]),
    )
