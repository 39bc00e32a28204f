"""Turns: one message each, the immutable facts that everything else is derived from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from minutebook.domain.identity import digest


class Role(StrEnum):
    """Who speaks, in the words the model providers use."""

    SYSTEM = "system"
    """Instructions, joins and leaves, notices: nobody's words."""
    USER = "user"
    """A person talking to a model."""
    ASSISTANT = "assistant"
    """A model."""
    TOOL = "tool"
    """What a tool returned."""
    PERSON = "person"
    """A person talking to people."""


OFFLINE = "offline"
"""Author of what is written without a model: it quotes the record, and adds nothing to it."""
HUMAN_ROLES = frozenset({Role.USER, Role.PERSON})
ROLES = {role.value: role for role in Role}
"""Roles by their values: for those who read many rows, an eighth of the time of `Role(value)`."""


class Ending(StrEnum):
    """Why a turn ended where it does. Every value but `WHOLE` marks a reply that is not whole."""

    WHOLE = ""
    STOPPED = "stopped"
    """The person had heard enough."""
    CUT = "cut"
    """The connection or the provider failed on the way."""
    INTERRUPTED = "interrupted"
    """The process that was listening has gone."""
    MAX_TOKENS = "max_tokens"
    CONTEXT_FULL = "context_full"
    REFUSAL = "refusal"


class Withheld(IntEnum):
    """Whether what a turn says is kept from models, because who said it has opted out."""

    NO = 0
    SET_ASIDE = 1
    """It is in the record, and only people are shown it."""
    ERASED = 2
    """It was removed for good; the turn is a tombstone."""


class Origin(StrEnum):
    """How a turn came in."""

    LIVE = "live"
    """Said here, or appended to a watched log while we looked."""
    IMPORTED = "imported"
    """History, read from a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call a model asked for."""

    id: str
    name: str
    arguments: str
    """JSON text as the model wrote it; it may be invalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a call came back with."""

    call_id: str
    content: str
    is_error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that was sent along."""

    name: str
    media_type: str | None = None
    size: int | None = None
    """Bytes."""
    content: str = ""
    """Its text, when it was attached here; files in logs are named and not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was said."""

    text: str = ""
    thinking: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_results: tuple[ToolResult, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    _hash: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def hash(self) -> str:
        """SHA-256 over everything that was said, as 64 hexadecimal digits; computed once."""
        if not self._hash:
            self._hash.append(self._digest())
        return self._hash[0]

    def hashed_as(self, hash_: str) -> Content:
        """Return the same with another hash: it is known by what it was, however it is told."""
        content = replace(self)
        content._hash.append(hash_)
        return content

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing but text."""
        return not (self.thinking or self.tool_calls or self.tool_results or self.attachments)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said at all."""
        return self.is_plain and not self.text.strip()

    def _digest(self) -> str:
        if self.is_plain:
            return digest(self.text)
        return digest(self.text, self.thinking, *self._parts())

    def _parts(self) -> list[str]:
        calls = [part for c in self.tool_calls for part in ("call", c.id, c.name, c.arguments)]
        results = [
            part
            for r in self.tool_results
            for part in ("result", r.call_id, r.content, str(r.is_error))
        ]
        files = [part for a in self.attachments for part in ("file", a.name, str(a.media_type))]
        texts = [part for a in self.attachments if a.content for part in ("text", a.content)]
        return calls + results + files + texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What people answered a turn with, without a turn of their own."""

    name: str
    """An emoji, or the source's name of one: `👍`, `thumbsup`."""
    count: int = 1
    authors: tuple[str, ...] = ()
    """Those whom the source names; there may be fewer than `count`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What a source notes beside a turn. It changes without the turn becoming another."""

    replies_to: str | None = None
    """Native id of the turn that it quotes or answers."""
    thread: str | None = None
    """Native id of the turn that its thread began with, or the thread's own name."""
    reactions: tuple[Reaction, ...] = ()
    is_withdrawn: bool = False
    """Whether the source says that it was deleted there. What is in the record stays."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is noted."""
        return self == _BLANK


_BLANK = Margin()


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDraft:
    """A turn as it was read or said, before it has a place in the record."""

    role: Role
    content: Content
    author: str = ""
    """The speaker's name as the source has it; empty when the role says it all."""
    native_id: str | None = None
    """The source's own id of the message, when it has one."""
    at: datetime | None = None
    """When it was said: aware, in any zone; None when the source does not say."""
    at_raw: str = ""
    """The time as the source wrote it."""
    zone_known: bool = True
    """False when the zone of `at` was assumed from the configuration."""
    parent: str | None = None
    """Native id of the turn this one answers or continues."""
    is_active: bool = True
    """False on a branch of the conversation that was left."""
    as_of: datetime | None = None
    """As of when the source tells it: its last edit, or the last change of the conversation; None
    when it does not say."""
    margin: Margin = _BLANK


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn in the record."""

    id: int
    conversation: str
    key: str
    """Names the turn within its conversation; the same in every export of it."""
    seq: int
    """Order of arrival within the conversation, from 1, without gaps."""
    role: Role
    author: str
    content: Content
    native_id: str | None
    at: datetime | None
    at_raw: str
    zone_known: bool
    sort_at: int
    """Place in reading order, in microseconds since 1970; ties are broken by `seq`."""
    parent: str | None
    is_active: bool
    tokens: int
    """Estimated; see `domain.tokens`."""
    origin: Origin
    revision: int
    """0 as first read; one more for every edit that a later export brought."""
    recorded_at: datetime
    page: str | None = None
    """Id of the closed page it lies in."""
    ending: Ending = Ending.WHOLE
    margin: Margin = _BLANK
    is_cold: bool = False
    """Whether what it says is not here: it lies in the archive, and was not or cannot be read. The
    text of such a turn, if it has one, says so, and is nothing that anybody said."""
    withheld: Withheld = Withheld.NO

    @property
    def speaker(self) -> str:
        """The author, or the role when there is no name."""
        return self.author or self.role.value
