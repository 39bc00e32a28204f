"""What chatting is done with, made once by whoever builds the rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minutebook.chat.settings import ChatSettings, FindPassages
from minutebook.clock import Clock
from minutebook.events import Bus
from minutebook.llm.protocol import Model
from minutebook.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The store, the models, and what else the room needs."""

    database: Database
    models: Callable[[str], Model]
    """Returns a model by its name. Raises ModelUnavailableError."""
    find_passages: FindPassages
    settings: ChatSettings
    bus: Bus
    clock: Clock
