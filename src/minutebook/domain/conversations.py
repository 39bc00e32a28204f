"""Conversations: a chat held here, or one found in a log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LIVE_SOURCE = "minutebook"
"""The source kind of conversations that are held here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation and its size; identity is (source, native id)."""

    id: str
    source: str
    """The format it was found in, or `minutebook` for one held here."""
    native_id: str
    title: str
    created_at: datetime
    turns: int = 0
    pages: int = 0
    tokens: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    document: str | None = None
    """Id of its scribe document."""
    parent: str | None = None
    """Id of the conversation that it is a part of, or goes on from; that one may not be here."""
    parent_turn: str | None = None
    """Native id of the turn or call there that it belongs to."""

    @property
    def is_live(self) -> bool:
        """Whether it is held here."""
        return self.source == LIVE_SOURCE
