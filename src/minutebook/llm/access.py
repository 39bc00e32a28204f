"""Whether a model could be asked at all, found out before anything is written down for it.

Nobody is asked: a key that is there may still be refused.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from minutebook.config import Settings
from minutebook.llm.providers import servers_of
from minutebook.llm.remote.keys import find_key


def check_key(model: str, settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
    """Return if the server of a model has its key, or wants none. May block on the keyring.

    Raises ModelAccessError. Names of models that no server knows are none of its business.
    """
    provider = model.strip().partition(":")[0]
    for _, server in servers_of(settings, environ):
        if server.provider == provider:
            find_key(server, environ)


async def ensure_key(model: str, settings: Settings) -> None:
    """As `check_key`, without holding up the event loop. Raises ModelAccessError."""
    await asyncio.to_thread(check_key, model, settings)
