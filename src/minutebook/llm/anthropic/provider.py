"""One server that speaks the Messages API: its client, its models, and the list of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING

from minutebook.errors import ModelError
from minutebook.llm.anthropic.batches import AnthropicBatches
from minutebook.llm.anthropic.model import AnthropicModel
from minutebook.llm.anthropic.payload import Manner
from minutebook.llm.protocol import Capabilities, ModelInfo
from minutebook.llm.remote.failures import Place
from minutebook.llm.remote.keys import NO_KEY
from minutebook.llm.remote.provider import RemoteProvider
from minutebook.llm.remote.server import Server

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import ModelInfo as Listed

OWN_URL = "https://api.anthropic.com"
_WINDOW = 200_000
"""Tokens that every model of Anthropic's takes; what a model really takes, its list says."""
_OTHER_WINDOW = 32_768
"""Tokens to reckon with for other models, at other servers, of which nobody says how many."""
_MAKERS = re.compile(r"(?:^|[/.])claude")
"""Names of models that Anthropic makes, also where somebody passes them on."""


class AnthropicProvider(RemoteProvider["AsyncAnthropic", "Listed"]):
    """The models of one server."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, _client, _translate)
        self.batches = AnthropicBatches(self._bulk) if server.has_batches else None

    def model(self, name: str) -> AnthropicModel:
        """Return a model by the part of its name behind the colon."""
        manner = Manner(caches=self.server.is_own)
        return AnthropicModel(name, self._connection, manner, self._capabilities)

    def _list(self, client: AsyncAnthropic) -> AsyncIterable[Listed]:
        return client.models.list(limit=1000)

    def _told(self, listed: Listed) -> ModelInfo:
        return ModelInfo(
            name=f"{self.server.provider}:{listed.id}",
            title=listed.display_name or "",
            context_window=listed.max_input_tokens,
            max_output_tokens=listed.max_tokens,
        )

    def _described(self, name: str, told: ModelInfo | None) -> Capabilities:
        window, output = (told.context_window, told.max_output_tokens) if told else (None, None)
        return Capabilities(
            context_window=self.server.context_window or window or self._usual(name),
            max_output_tokens=output or 8_192,
            tools=True,
            caching=self.server.is_own,
            batches=self.server.has_batches,
            thinking=True,
        )

    def _usual(self, name: str) -> int:
        """Return the window of a model of which nobody says it."""
        is_makers = _root(self.server.base_url) == OWN_URL or _MAKERS.search(name) is not None
        return _WINDOW if is_makers else _OTHER_WINDOW


def _translate(error: BaseException, place: Place) -> ModelError:
    """Return the error of ours; by then the SDK is loaded."""
    from minutebook.llm.anthropic.failures import of_sdk

    return of_sdk(error, place)


def _client(server: Server, key: str) -> AsyncAnthropic:
    """Make the client of a server; imports the SDK.

    The SDK sends the key as a bearer. Servers that were built by the documentation want it as
    `x-api-key`: those with an address of their own get both.
    """
    from anthropic import AsyncAnthropic

    from minutebook.llm.remote.transport import http_client, timeout_of

    root = _root(server.base_url)
    client = AsyncAnthropic(
        api_key=key,
        base_url=root,
        default_headers=None if root == OWN_URL or key == NO_KEY else {"X-Api-Key": key},
        max_retries=0,
        timeout=timeout_of(server.patience),
        http_client=http_client(server.patience),
    )
    _ = (client.messages.batches, client.models)  # the SDK imports them when they are first used
    return client


def _root(base_url: str) -> str:
    """Return an address without the `/v1` that the SDK adds itself, and that people write."""
    return base_url.rstrip("/").removesuffix("/v1")
