"""The servers of models that the settings and the environment name.

`anthropic` and `openai` are always there: at the address that the settings give, or the SDK's own
variable, or the provider's. Nothing is imported and nobody is asked before a model is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Protocol as TypingProtocol

from minutebook.config import Calls, Protocol, Provider, Settings
from minutebook.llm.anthropic.provider import OWN_URL as ANTHROPIC_URL
from minutebook.llm.anthropic.provider import AnthropicProvider
from minutebook.llm.batching import BatchClient
from minutebook.llm.openai.provider import OWN_URL as OPENAI_URL
from minutebook.llm.openai.provider import OpenAIProvider
from minutebook.llm.protocol import Model, ModelInfo
from minutebook.llm.remote.server import Patience, Server

_OWN: Mapping[Protocol, tuple[str, str, tuple[str, ...]]] = {
    Protocol.ANTHROPIC: (
        ANTHROPIC_URL,
        "ANTHROPIC_BASE_URL",
        ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    ),
    Protocol.OPENAI: (OPENAI_URL, "OPENAI_BASE_URL", ("OPENAI_API_KEY",)),
}
"""Address, its variable and those of the key, of the makers' own services."""


class ModelProvider(TypingProtocol):
    """A server of models."""

    @property
    def server(self) -> Server:
        """Where it is."""
        ...

    def model(self, name: str) -> Model:
        """Return a model by the part of its name behind the colon; nobody is asked yet."""
        ...

    @property
    def batches(self) -> BatchClient | None:
        """Its batches; None when it has none."""
        ...

    async def prepare(self) -> None:
        """Load what it takes to speak with the server; nobody is asked yet. Raises ModelError."""
        ...

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """Return what the server offers. Raises ModelError."""
        ...

    def remember(self, told: ModelInfo) -> None:
        """Take up what the list said of a model when it was read before."""
        ...

    @property
    def tells_windows(self) -> bool:
        """Whether its list may say how many tokens its models take."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


def servers_of(
    settings: Settings, environ: Mapping[str, str] = os.environ
) -> tuple[tuple[Protocol, Server], ...]:
    """Return every server that is known, with the protocol it speaks."""
    patience = _patience(settings.calls)
    listed = dict(settings.providers)
    own = [
        (protocol, _own_server(protocol, listed.pop(protocol.value, None), environ, patience))
        for protocol in _OWN
    ]
    named = [
        (provider.protocol, _named_server(name, provider, patience))
        for name, provider in listed.items()
    ]
    return (*own, *named)


def provider_at(protocol: Protocol, server: Server) -> ModelProvider:
    """Return the adapter for a server."""
    if protocol is Protocol.ANTHROPIC:
        return AnthropicProvider(server)
    return OpenAIProvider(server)


def _own_server(
    protocol: Protocol, said: Provider | None, environ: Mapping[str, str], patience: Patience
) -> Server:
    url, url_variable, keys = _OWN[protocol]
    listed = said or Provider(protocol=protocol)
    return Server(
        provider=protocol.value,
        base_url=listed.base_url or environ.get(url_variable, "").strip() or url,
        key_variables=(listed.key_env,) if listed.key_env else keys,
        needs_key=True,
        is_own=True,
        has_batches=True,
        context_window=listed.context_window,
        patience=patience,
    )


def _named_server(name: str, said: Provider, patience: Patience) -> Server:
    return Server(
        provider=name,
        base_url=said.base_url,
        key_variables=(said.key_env,) if said.key_env else (),
        needs_key=bool(said.key_env),
        has_batches=said.batches,
        context_window=said.context_window,
        patience=patience,
    )


def _patience(calls: Calls) -> Patience:
    return Patience(
        connect=calls.connect_seconds,
        first_byte=calls.first_byte_seconds,
        silence=calls.silence_seconds,
        characters=calls.reply_characters,
    )
