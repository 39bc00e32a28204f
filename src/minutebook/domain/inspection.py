"""What people are shown of what models are shown: values for gauges, maps and lists.

They carry sizes, states and texts; nothing in them is decided, and nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from minutebook.domain.context import Layer, LayerSize
from minutebook.domain.pages import Lifecycle


class PageState(StrEnum):
    """How a page stands in the prompt."""

    VERBATIM = "verbatim"
    SUMMARISED = "summarised"
    MERGED = "merged"
    """It is in the story so far."""
    PAGED_IN = "paged in"
    """It was brought back, whatever else it is."""
    ARCHIVED = "archived"
    LEFT = "left"
    """All of it is on branches that are not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutline:
    """A page without its texts."""

    id: str
    label: str
    first_turn: str
    """Key of the turn."""
    first_seq: int
    last_seq: int
    turns: int
    tokens: int
    """As the record estimates them."""
    first_at: datetime | None
    lifecycle: Lifecycle


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCell:
    """A page and how it stands in the prompt."""

    page: PageOutline
    state: PageState


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPart:
    """A piece of a request, in the order in which it is sent."""

    layer: Layer
    title: str
    """For people: the role, or the id of the page."""
    text: str
    tokens: int
    """Of the model, estimated."""
    ends_prefix: bool = False
    """Whether a provider may keep everything up to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTurn:
    """What the next prompt is expected to cost, and a reply as long as the last ones."""

    model: str
    prompt_tokens: int
    cached_tokens: int
    """Of `prompt_tokens`: what the provider is expected to have kept."""
    reply_tokens: int
    cost: Decimal | None
    """US dollars; None when the model has no price."""
    cost_cold: Decimal | None
    """The same if the provider has kept nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheUse:
    """How much of the last prompts a provider had kept."""

    calls: int
    prompt_tokens: int
    read_tokens: int

    @property
    def share(self) -> float:
        """Of the prompts, what was read from a cache."""
        return self.read_tokens / self.prompt_tokens if self.prompt_tokens else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A prompt as it was before or after a pass."""

    revision: int
    layers: tuple[LayerSize, ...]
    """Story and summaries, and as `RECENT` everything else that the pass counted."""
    summaries: int
    merged: int
    """Pages in the story."""

    @property
    def used(self) -> int:
        """Tokens of the prompt."""
        return sum(size.tokens for size in self.layers)
