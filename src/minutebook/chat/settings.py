"""What chatting goes by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minutebook.record.recorder import RecordPolicy
from minutebook.store.transaction import Transaction

PagesClosed = Callable[[Transaction, Sequence[str]], None]
"""Is told, in the transaction in which they close, which pages of a conversation do."""


def heed_no_pages(tx: Transaction, closed: Sequence[str]) -> None:
    """Let pages close, and do nothing about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSettings:
    """What chatting goes by."""

    model: str
    """Answers where a conversation has no model of its own."""
    policy: RecordPolicy
    owner: str
    """Names this process."""
    is_gone: Callable[[str], bool]
    """Says whether a process is gone."""
    pages_closed: PagesClosed = heed_no_pages
