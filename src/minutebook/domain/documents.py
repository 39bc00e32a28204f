"""Scribe documents: the living text of a conversation and every version of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ScribeState(StrEnum):
    """Whether a document follows its conversation."""

    LIVE = "live"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The head of a document."""

    id: str
    conversation: str
    title: str
    slug: str
    state: ScribeState
    revision: int
    """Number of the newest revision; 0 before the first."""
    content: str
    """Markdown."""
    covered_seq: int
    """The last turn, by order of arrival, that the document tells."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The turns a revision tells: a run by order of arrival. No turns when `turns` is 0."""

    first_seq: int = 0
    last_seq: int = 0
    first_turn: str = ""
    """Key of the first turn."""
    last_turn: str = ""
    turns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version of a document."""

    document: str
    number: int
    author: str
    """`offline`, another model's name, or `person`."""
    base: int
    """The revision the author saw."""
    covers: Coverage
    patch: str
    """The section operations, as JSON."""
    cause: str
    """What set it off: a turn, a page, a command."""
    correlation: str
    at: datetime
    cost_usd: float | None = None
    """None when nothing was paid."""
    restores: int | None = None
    """The revision whose text this one brought back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a block of a document comes from."""

    revision: int
    """The one that put it there, or changed it last."""
    is_person: bool
    """Whether a person made that revision: then the block is theirs."""


class Choice(StrEnum):
    """How a conflict is settled."""

    MINE = "mine"
    """What stands in the document stays."""
    THEIRS = "theirs"
    """What gave way comes in its place."""
    BOTH = "both"
    """What gave way comes behind it."""
    TEXT = "text"
    """A new text comes in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A block that two changed at the same time."""

    base: str
    """The text that both saw."""
    mine: str
    """The text that stands in the document; empty when it was removed."""
    theirs: str
    """The text that gave way; empty when it was removed."""
    behind: str
    """The block before it; empty at the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A clash that waits to be settled, or was."""

    document: str
    number: int
    """Counts from 1 in a document."""
    revision: int
    """The one that brought it."""
    clash: Clash
    mine_by: str
    """The author of the text that stands."""
    theirs_by: str
    at: datetime
    choice: Choice | None = None
    """None while it is open."""
    settled_in: int | None = None
    """The head's revision when it was settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillFile:
    """A file of a document, or the folder of all of them, that is neither read nor written."""

    path: str
    why: str
    """What is wrong with it, as the end of a sentence that begins with its path."""
    hint: str
    """What to do."""

    def __str__(self) -> str:
        """What is wrong, and what to do."""
        return f"{self.path!r} {self.why}. {self.hint}".rstrip()
