"""The one protocol every language model speaks here, and the values that cross it.

A request says both how to ask a model that reads prose (`system`, `messages`, `tools`) and what the
work is about in fields (`task`, `material`). Real models are sent the former; the offline model
works on the latter. Both answer in the same shape, so that nobody above needs to know which it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from minutebook.domain.turns import Role, ToolCall


class Task(StrEnum):
    """What a request is for."""

    CHAT = "chat"
    SUMMARISE = "summarise"
    SCRIBE = "scribe"


class StopReason(StrEnum):
    """Why a reply ended."""

    END = "end"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    REFUSAL = "refusal"
    CUT = "cut"
    """The stream ended without a reason: the reply is a fragment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the prompt."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool the model may call; `schema` is JSON Schema as text."""

    name: str
    description: str
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of the record: a turn, or what a search found of one."""

    source: int
    """Row id of the turn."""
    speaker: str
    role: Role
    text: str
    page: str | None = None
    """Id of the page it lies in, for references."""
    when: str = ""
    """Its time as ISO 8601, in the zone of the reader; empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A section of the document that is brought up to date."""

    anchor: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a request is about, in fields."""

    passages: tuple[Passage, ...] = ()
    """The turns to work on; for chat, what was found in the record for the question."""
    sections: tuple[SectionView, ...] = ()
    """The document as it stands, in order."""
    title: str = ""
    """Of the document or conversation."""
    question: str = ""
    """What the person just said, for chat."""
    budget: int = 0
    """Characters the document may have; 0 when nobody counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of a model."""

    task: Task
    system: str = ""
    messages: tuple[Message, ...] = ()
    tools: tuple[Tool, ...] = ()
    material: Material = field(default_factory=Material)
    max_tokens: int = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer."""

    model: str
    text: str
    stop_reason: StopReason
    thinking: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """Some more text of a reply that is on its way."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDone:
    """The last event of every stream."""

    reply: Reply


StreamEvent = TextDelta | ReplyDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a model can do."""

    context_window: int
    """Tokens."""
    tools: bool = False
    caching: bool = False
    batches: bool = False
    needs_network: bool = True


class Model(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """`provider:model`, or `offline`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def stream(self, request: Request) -> AsyncIterator[StreamEvent]:
        """Answer piece by piece; the last event is `ReplyDone`. Raises `ModelError`."""
        ...

    async def complete(self, request: Request) -> Reply:
        """Answer in one go. Raises `ModelError`."""
        ...
