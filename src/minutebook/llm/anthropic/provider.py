"""One server that speaks the Messages API: its client, its models, and the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.llm.anthropic.batches import AnthropicBatches
from minutebook.llm.anthropic.model import AnthropicModel, translate
from minutebook.llm.anthropic.payload import Manner
from minutebook.llm.protocol import Capabilities, ModelInfo
from minutebook.llm.remote.calling import Connection, translated
from minutebook.llm.remote.server import Server, for_bulk

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import ModelInfo as Listed

OWN_URL = "https://api.anthropic.com"
_WINDOW = 200_000
"""Tokens that every model of Anthropic's takes; what a model really takes, its list says."""
_MOST_LISTED = 2_000


class AnthropicProvider:
    """The models of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._connection = Connection(server, _client)
        self._bulk = Connection(for_bulk(server), _client)
        self.batches = AnthropicBatches(self._bulk) if server.has_batches else None
        self._listed: dict[str, Capabilities] = {}

    def model(self, name: str) -> AnthropicModel:
        """Return a model by the part of its name behind the colon."""
        manner = Manner(caches=self.server.is_own)
        return AnthropicModel(name, self._connection, manner, self._capabilities)

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """Return the models that the server offers, as it orders them. Raises ModelError."""
        found: list[ModelInfo] = []
        with translated(lambda: self._connection.place(self.server.provider), translate):
            client = await self._connection.client()
            async for listed in client.models.list(limit=1000):
                found.append(self._learn(listed))
                if len(found) >= _MOST_LISTED:
                    break
        return tuple(found)

    async def close(self) -> None:
        """Close its connections."""
        await self._connection.close()
        await self._bulk.close()

    def _capabilities(self, name: str) -> Capabilities:
        return self._listed.get(name) or self._described(None, None)

    def _learn(self, listed: Listed) -> ModelInfo:
        described = self._described(listed.max_input_tokens, listed.max_tokens)
        self._listed[listed.id] = described
        return ModelInfo(
            name=f"{self.server.provider}:{listed.id}",
            title=listed.display_name or "",
            context_window=listed.max_input_tokens,
        )

    def _described(self, window: int | None, output: int | None) -> Capabilities:
        return Capabilities(
            context_window=self.server.context_window or window or _WINDOW,
            max_output_tokens=output or 8_192,
            tools=True,
            caching=self.server.is_own,
            batches=self.server.has_batches,
            thinking=True,
        )


def _client(server: Server, key: str) -> AsyncAnthropic:
    """Make the client of a server; imports the SDK."""
    from anthropic import AsyncAnthropic

    from minutebook.llm.remote.transport import http_client, timeout_of

    client = AsyncAnthropic(
        api_key=key,
        base_url=_root(server.base_url),
        max_retries=0,
        timeout=timeout_of(server.patience),
        http_client=http_client(server.patience),
    )
    _ = (client.messages.batches, client.models)  # the SDK imports them when they are first used
    return client


def _root(base_url: str) -> str:
    """Return an address without the `/v1` that the SDK adds itself, and that people write."""
    return base_url.rstrip("/").removesuffix("/v1")
