"""The context of a conversation at one moment, and side conversations with the model of then.

A snapshot holds no text of the conversation. It names a revision of the layout, which never
changes, and says how far the record went; so its size does not follow the conversation's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minutebook.domain.context import Moment, PagedIn, Place, Ranges
from minutebook.domain.turns import Ending, Role


class SnapshotKind(StrEnum):
    """What a snapshot was made for."""

    PAGE = "page"
    """A page closed."""
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage:
    """A page in the slot of a snapshot."""

    paged: PagedIn
    read: Ranges
    """Its turns that were shown then, by arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The context at one moment, by reference."""

    id: str
    conversation: str
    at: datetime
    kind: SnapshotKind
    label: str
    page: str | None = None
    """Id of the page that closed."""
    revision: int
    """Of the layout."""
    through: Place
    """The last turn that was there."""
    moment: Moment
    tokens: int
    """Of the prompt, as the record estimates them."""
    model: str
    """That would have answered."""
    system: str
    """The whole system prompt."""
    instructions: str
    """What of it a person had given."""
    zone: str
    """In which times were shown; empty for one without a name."""
    slot: tuple[HeldPage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summon:
    """A side conversation with a model as it was when a snapshot was taken."""

    id: str
    snapshot: str
    begun_at: datetime
    dismissed_at: datetime | None = None
    messages: int = 0
    cost_usd: float | None = None
    """Of all its answers; None when one of them has no price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummonMessage:
    """Something that was said in a side conversation."""

    summon: str
    number: int
    """From 1."""
    role: Role
    """USER or ASSISTANT."""
    text: str
    at: datetime
    model: str = ""
    """That answered."""
    cost_usd: float | None = None
    ending: Ending = Ending.WHOLE
