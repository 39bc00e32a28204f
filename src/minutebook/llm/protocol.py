"""The one protocol every language model speaks here, and the values that cross it.

A request says both how to ask a model that reads prose (`system`, `messages`, `tools`) and what the
work is about in fields (`task`, `material`). Real models are sent the former; the offline model
works on the latter. Both answer in the same shape, so that nobody above needs to know which it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from minutebook.domain.turns import Role, ToolCall, ToolResult


class Task(StrEnum):
    """What a request is for."""

    CHAT = "chat"
    SUMMARISE = "summarise"
    SCRIBE = "scribe"
    STORY = "story"
    """Let the story so far go on with the summaries of more pages."""


class StopReason(StrEnum):
    """Why a reply ended."""

    END = "end"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    """The reply needed more tokens than it was allowed."""
    CONTEXT_FULL = "context_full"
    """Prompt and reply together filled the context window."""
    REFUSAL = "refusal"
    """The model, or a filter of its provider, declined."""
    CUT = "cut"
    """The stream ended without a reason: the reply is a fragment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the prompt."""

    role: Role
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    """What the model asked for in this message."""
    tool_results: tuple[ToolResult, ...] = ()
    """What came back for the calls of the message before."""
    ends_prefix: bool = False
    """Whether the prompt up to the end of this message will come again, and is worth caching."""


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
    behind: int | None = None
    """Row id of the turn right before it, where a search found that too."""
    number: int = 0
    """Its place on the page, from 1, by which a summary refers to it; 0 where nothing refers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A section of the document that is brought up to date."""

    anchor: str
    heading: str
    body: str
    owned: tuple[str, ...] = ()
    """Blocks of the body that a person wrote, in order: they are kept word for word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a request is about, in fields."""

    passages: tuple[Passage, ...] = ()
    """The turns to work on; for chat, what was found in the record for the question; for a story,
    the one before, which is on no page, and the summaries of pages."""
    sections: tuple[SectionView, ...] = ()
    """The document as it stands, in order."""
    title: str = ""
    """Of the document or conversation."""
    question: str = ""
    """What the person just said, for chat."""
    budget: int = 0
    """Characters the document, or the story, may have; 0 when nobody counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """On whose account a call goes: what the ledger is read by."""

    conversation: str = ""
    subject: str = ""
    """What is made: a document, a page, a turn."""
    job: int | None = None
    correlation: str = ""
    key: str = ""
    """Names the call, if whoever makes it has written it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of a model."""

    task: Task
    system: str = ""
    messages: tuple[Message, ...] = ()
    tools: tuple[Tool, ...] = ()
    required_tool: str = ""
    """Name of the tool that the model must call; empty when it may choose."""
    may_call: bool = True
    """Whether it may call any: where it may not, tools are told all the same, so that the prompt
    begins as it did and calls in it stay calls."""
    material: Material = field(default_factory=Material)
    max_tokens: int = 1_024
    thinking_tokens: int = 0
    """How much the model may think before it answers; 0 when it need not."""
    attribution: Attribution = field(default_factory=Attribution)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call. The four kinds are apart: their sum is what the call went through."""

    input_tokens: int = 0
    """Of the prompt, neither read from nor written to a cache."""
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    """Of `cache_write_tokens`, those that are kept for an hour rather than five minutes."""

    @property
    def prompt_tokens(self) -> int:
        """All of the prompt, wherever it was read from."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens


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
class ThinkingDelta:
    """Some more of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallDelta:
    """Some more of a tool call; the first piece of a call has its id and name."""

    index: int
    """Which call of the reply, from 0."""
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReported:
    """What a model has used so far, for the ledger: all that is known if the stream breaks off."""

    model: str
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAgain:
    """The call failed, and is made again: what came of it counts for the ledger alone."""

    model: str
    """The one that is asked now."""
    wait: float = 0.0
    """Seconds until it is asked."""
    reason: str = ""
    """Why it has to be asked again, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDone:
    """The last event of every stream."""

    reply: Reply


StreamEvent = TextDelta | ThinkingDelta | ToolCallDelta | UsageReported | AskedAgain | ReplyDone
FOR_THE_LEDGER = (UsageReported, AskedAgain)
"""Events in which nothing of the answer comes."""
Listener = Callable[[StreamEvent], None]


def nobody(_: StreamEvent) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a model can do."""

    context_window: int
    """Tokens of prompt and reply together."""
    max_output_tokens: int = 4_096
    tools: bool = False
    caching: bool = False
    batches: bool = False
    thinking: bool = False
    needs_network: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model that a provider offers."""

    name: str
    """`provider:model`."""
    title: str = ""
    """As the provider calls it to people."""
    context_window: int | None = None
    """Tokens of prompt and reply together, where the provider says so."""
    max_output_tokens: int | None = None
    takes_tools: bool = True


@runtime_checkable
class CountsTokens(Protocol):
    """A model whose provider may count the tokens of a prompt."""

    async def count_tokens(self, request: Request) -> int | None:
        """Return how many tokens a prompt has; None when its provider does not count.

        Raises ModelError.
        """
        ...


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
        """Answer piece by piece; the last event is `ReplyDone`. Raises `ModelError`.

        Whoever stops listening closes the iterator; that ends the call at the provider.
        """
        ...

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go; what comes on the way is told to a listener. Raises `ModelError`.

        Where the call is made again, `AskedAgain` stands between what came of either.
        """
        ...
