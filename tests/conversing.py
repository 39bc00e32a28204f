"""Conversations of any shape in a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations
from minutebook.store.transaction import Transaction

Line = tuple[Role, Content]


def said(role: Role, text: str, **more: object) -> Line:
    """Return a line of a conversation."""
    return role, Content(text=text, **more)  # type: ignore[arg-type]


def exchanges(number: int, *, words: int = 40, begin: int = 0) -> list[Line]:
    """Return so many questions with their answers, each so many words long."""
    lines: list[Line] = []
    for n in range(begin, begin + number):
        lines.append(said(Role.USER, f"Question {n}: " + "what about it " * (words // 3)))
        lines.append(said(Role.ASSISTANT, f"Answer {n}: " + "it goes on so " * (words // 4)))
    return lines


def converse(tx: Transaction, name: str, now: datetime) -> str:
    """Begin a conversation; return its id."""
    return conversations.create(tx, "minutebook", name, name, now)


def say(
    tx: Transaction,
    conversation: str,
    lines: Sequence[Line],
    now: datetime,
    *,
    page_tokens: int = 400,
) -> None:
    """Say lines, a second apart, behind what has been said; pages close at a size."""
    known = conversations.get(tx, conversation).turns
    drafts = [
        KeyedDraft(
            key=f"t{known + n}",
            draft=TurnDraft(
                role=role,
                content=content,
                native_id=f"t{known + n}",
                at=now + timedelta(seconds=known + n),
                parent=f"t{known + n - 1}" if known + n > 1 else None,
            ),
        )
        for n, (role, content) in enumerate(lines, start=1)
    ]
    strand = Strand(
        conversation=conversation,
        drafts=drafts,
        origin=Origin.LIVE,
        behind=conversations.tail(tx, conversation).max_sort,
    )
    record(tx, strand, RecordPolicy(paging=PagingPolicy(tokens=page_tokens)), now)
