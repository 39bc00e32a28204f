"""What the room works with, made once by whoever builds the rooms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from minutebook.clock import Clock
from minutebook.config import Context as ContextSettings
from minutebook.context.bringing import FindPages, find_nothing
from minutebook.context.surveying import Hold, Terms
from minutebook.context.windows import Catalogue
from minutebook.domain.context import Left, Pass, Place, Trigger
from minutebook.domain.turns import OFFLINE
from minutebook.events import Bus
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import Model, Passage, Tool
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

FindPassages = Callable[[str], Awaitable[tuple[Passage, ...]]]
"""Looks in the record for what may answer a question."""


GoBack = Callable[[Transaction, str, Place], None]
"""Reads a conversation up to a place, on the branch of that place; leaves what is behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A prompt that needs room."""

    conversation: str
    trigger: Trigger
    model: str
    """That the prompt is for."""
    terms: Terms
    """In tokens as the record estimates them."""
    factor: float
    """How many tokens of the model there are for one of the record."""
    deepest: Hold = Hold.ENDS
    """How far may be gone where the prompt does not fit."""

    def told(self, tokens: int) -> int:
        """Return tokens of the record as tokens of the model."""
        return round(tokens * self.factor)

    def told_left(self, left: Left) -> Left:
        """Return what left, in tokens of the model."""
        return replace(left, tokens=self.told(left.tokens))


MakeRoom = Callable[[Need], Awaitable[Pass | None]]
"""Makes room in a prompt; None when nothing was done. Raises StoreError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The store, the models, and what else the room needs."""

    database: Database
    clock: Clock
    settings: ContextSettings
    models: Callable[[str], Model]
    """Returns a model by its name. Raises ModelUnavailableError."""
    chat_model: str
    """Answers where a conversation has no model of its own."""
    counter: TokenCounter
    find_passages: FindPassages
    go_back: GoBack
    catalogue: Catalogue | None = None
    """Where it is asked how many tokens models take."""
    bus: Bus | None = None
    """Where pages that come and go by a person's word or a search are told."""
    find_pages: FindPages = find_nothing
    """Looks for pages with words as somebody types them."""
    recall_pages: FindPages = find_nothing
    """Looks for pages that matter for what was said."""
    tools: tuple[Tool, ...] = ()
    """What models that can call tools are offered with a prompt: it counts as instructions."""
    zone: tzinfo = UTC
    """In which times are shown."""
    prices: PriceBook = field(default_factory=PriceBook)
    """By which it is said what something would cost."""
    summary_model: str = OFFLINE
    """Summarises pages, and lets stories go on."""
