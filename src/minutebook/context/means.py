"""What the room works with, made once by whoever builds the rooms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from minutebook.clock import Clock
from minutebook.config import Context as ContextSettings
from minutebook.context.limits.windows import Catalogue
from minutebook.context.slot.bringing import FindPages, RecallPages, find_nothing
from minutebook.domain.context import Place
from minutebook.domain.turns import OFFLINE
from minutebook.events import Bus
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import Model, Passage, Request, Tool
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

FindPassages = Callable[[str], Awaitable[tuple[Passage, ...]]]
"""Looks in the record for what may answer a question."""


GoBack = Callable[[Transaction, str, Place], None]
"""Reads a conversation up to a place, on the branch of that place; leaves what is behind it."""


async def _as_it_is(_model: str, request: Request) -> Request:
    return request


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
    recall_pages: RecallPages = find_nothing
    """Looks for pages that matter for what was said."""
    shown: Callable[[str, Request], Awaitable[Request]] = _as_it_is
    """Returns a request as it is sent to a model, by its name."""
    tools: tuple[Tool, ...] = ()
    """What models that can call tools are offered with a prompt: it counts as instructions."""
    zone: tzinfo = UTC
    """In which times are shown."""
    prices: PriceBook = field(default_factory=PriceBook)
    """By which it is said what something would cost."""
    summary_model: str = OFFLINE
    """Summarises pages, and lets stories go on."""
