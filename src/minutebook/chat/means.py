"""What chatting is done with, made once by whoever builds the rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from minutebook.chat.settings import ChatSettings
from minutebook.chat.tools import Heed, Tools, heed_nothing
from minutebook.clock import Clock
from minutebook.domain.chats import ChatOptions, PartialReply
from minutebook.errors import PromptTooLongError
from minutebook.events import Bus
from minutebook.llm.protocol import Model, Request
from minutebook.store.database import Database


class Prompts(Protocol):
    """Decides what a model is shown."""

    async def request(self, reply: PartialReply, model: Model, options: ChatOptions) -> Request:
        """Return the request for a reply.

        Raises PromptTooLongError for one that cannot be made to fit, and StoreError.
        """
        ...

    async def relieve(
        self, reply: PartialReply, model: Model, options: ChatOptions, error: PromptTooLongError
    ) -> bool:
        """Make room when a provider called the prompt too long; say whether to ask again.

        Raises StoreError.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The store, the models, and what else the room needs."""

    database: Database
    models: Callable[[str], Model]
    """Returns a model by its name. Raises ModelUnavailableError."""
    prompts: Prompts
    settings: ChatSettings
    bus: Bus
    clock: Clock
    tools: Tools = field(default_factory=Tools)
    heed: Heed = heed_nothing
    """Told of every reply in the transaction that records it."""
