"""One server that speaks Chat Completions: its client, its models, and the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.llm.openai.batches import OpenAIBatches
from minutebook.llm.openai.model import OpenAIModel, translate
from minutebook.llm.openai.payload import Manner
from minutebook.llm.protocol import Capabilities, ModelInfo
from minutebook.llm.remote.building import tokens
from minutebook.llm.remote.calling import Connection, translated
from minutebook.llm.remote.server import Server, for_bulk

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Model as Listed

OWN_URL = "https://api.openai.com/v1"
_OWN_WINDOW, _WINDOW = 128_000, 8_192
"""Tokens to reckon with when neither the settings nor the list of the server say more."""
_WINDOW_NAMES = ("context_window", "context_length", "max_model_len", "max_context_length")
"""Where servers say in their list how many tokens a model takes; OpenAI itself does not."""
_MOST_LISTED = 2_000


class OpenAIProvider:
    """The models of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._connection = Connection(server, _client)
        self._bulk = Connection(for_bulk(server), _client)
        self.batches = OpenAIBatches(self._bulk) if server.has_batches else None
        self._listed: dict[str, Capabilities] = {}

    def model(self, name: str) -> OpenAIModel:
        """Return a model by the part of its name behind the colon."""
        own = self.server.is_own
        manner = Manner(new_names=own, effort=own, cache_key=own)
        return OpenAIModel(name, self._connection, manner, self._capabilities)

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """Return the models that the server offers, as it orders them. Raises ModelError."""
        found: list[ModelInfo] = []
        with translated(lambda: self._connection.place(self.server.provider), translate):
            client = await self._connection.client()
            async for listed in client.models.list():
                found.append(self._learn(listed))
                if len(found) >= _MOST_LISTED:
                    break
        return tuple(found)

    async def close(self) -> None:
        """Close its connections."""
        await self._connection.close()
        await self._bulk.close()

    def _capabilities(self, name: str) -> Capabilities:
        return self._listed.get(name) or self._described(None)

    def _learn(self, listed: Listed) -> ModelInfo:
        extra = listed.model_extra or {}
        window = next((size for name in _WINDOW_NAMES if (size := tokens(extra.get(name)))), None)
        self._listed[listed.id] = self._described(window)
        title = extra.get("name")
        return ModelInfo(
            name=f"{self.server.provider}:{listed.id}",
            title=title if isinstance(title, str) else "",
            context_window=window,
        )

    def _described(self, window: int | None) -> Capabilities:
        usual = _OWN_WINDOW if self.server.is_own else _WINDOW
        size = self.server.context_window or window or usual
        return Capabilities(
            context_window=size,
            max_output_tokens=min(size, 8_192),
            tools=True,
            caching=self.server.is_own,
            batches=self.server.has_batches,
            thinking=True,
        )


def _client(server: Server, key: str) -> AsyncOpenAI:
    """Make the client of a server; imports the SDK."""
    from openai import AsyncOpenAI

    from minutebook.llm.remote.transport import http_client, timeout_of

    client = AsyncOpenAI(
        api_key=key,
        base_url=server.base_url,
        max_retries=0,
        timeout=timeout_of(server.patience),
        http_client=http_client(server.patience),
    )
    if not server.is_own:  # who pays at OpenAI is nobody else's business
        client.organization = client.project = None
    # the SDK imports them when they are first used
    _ = (client.chat.completions, client.models, client.batches, client.files)
    return client
