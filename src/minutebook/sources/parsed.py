"""What a format yields while it reads a source, in the order of the file.

ConversationFound  the turns that follow belong to this conversation
TurnFound          one turn
TurnsLeft          turns found before are on a branch that somebody left
Unreadable         a piece that goes to quarantine; reading goes on behind it
Noted              people should know this of how the source was read
Checkpoint         reading can be taken up here when the file has grown
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import TurnDraft


class Identity(StrEnum):
    """How far a conversation's native id can be trusted."""

    GIVEN = "given"
    """The log states it: the same id is the same conversation, always."""
    NAMED = "named"
    """A name, such as a group or a channel: the same name is the same conversation, and a file
    under another name may be the same conversation too."""
    UNKNOWN = "unknown"
    """Nothing names it: the importer goes by the file, and by turns it already knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFound:
    """The turns that follow belong to this conversation, until the next one is found."""

    identity: Identity
    native_id: str = ""
    """Empty when the identity is unknown."""
    title: str = ""
    """What the log calls it; empty when it does not. When it is learnt late, the conversation is
    found again with it."""
    ordinal: int = 0
    """Number of the conversation within its file, from 0, and the same after a resume: it tells
    conversations of unknown identity apart, and a continued one from a new one."""
    began_raw: str = ""
    """When it began, as the log writes it, if that is the time of each of its turns: another one,
    if only by a second, is another conversation."""
    is_written_on: bool = False
    """True when the log grows for ever, and is moved away or emptied when it is long: what is found
    in its place later goes on with it."""
    as_of: datetime | None = None
    """As of when the log tells the title; None when it does not say."""
    has_global_turns: bool = False
    """True when a message keeps its id in every log that repeats it: a session that was taken up
    again copies its past under a new name."""
    is_from_start: bool = False
    """True when the log tells it from some beginning, though it may have told it before: records
    of requests repeat what was said up to each."""
    parent: str = ""
    """Native id of the conversation of the same kind that this one is a part of, or goes on from:
    the session that called a sub-agent, the chat that was forked."""
    parent_turn: str = ""
    """Native id of the turn or call there that it belongs to; empty when the log does not say."""
    is_continued: bool = False
    """True for the first one behind a checkpoint that stood inside this conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFound:
    """One turn of the current conversation."""

    draft: TurnDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnsLeft:
    """Turns of the current conversation that are no longer on the branch that is read."""

    native_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A piece of the file that could not be read."""

    rejected: Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something that people should know of how the source was read, such as a guess."""

    note: str
    """A sentence, and what to do when the guess is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A place from which the rest of a growing file can be read.

    It stands at the beginning of a record; everything yielded before it came from bytes before
    `offset`. The last record of a file whose records have no clear end is not behind a checkpoint,
    so that it is read again, whole, when more of it has been written.
    """

    offset: int
    """Bytes from the start of the file."""
    state: str = ""
    """What the format must know to go on, as JSON."""


Parsed = ConversationFound | TurnFound | TurnsLeft | Unreadable | Noted | Checkpoint
