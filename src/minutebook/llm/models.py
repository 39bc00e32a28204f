"""From the name of a model in the settings to the model.

A name is `provider:model`, or the provider alone when it has one model only. Providers are handed
in as makers and asked when a model is first wanted, so that what they need is imported only then.
Models behind a network are asked again when they are busy, and another one may stand in for them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from minutebook.config import Settings
from minutebook.errors import ModelUnavailableError
from minutebook.llm.batching import BatchClient
from minutebook.llm.fallback import FallbackModel
from minutebook.llm.offline import OfflineModel
from minutebook.llm.protocol import CountsTokens, Model, ModelInfo, Request
from minutebook.llm.providers import ModelProvider, provider_at, servers_of
from minutebook.llm.retrying import Retries, RetryingModel

Maker = Callable[[str], Model]
"""Makes a model from the part of its name behind the colon; raises ModelUnavailableError."""


def make_offline(model: str) -> Model:
    """Make `offline`. Raises ModelUnavailableError when more is asked of it than its name."""
    if model:
        raise ModelUnavailableError(
            f"There is no model 'offline:{model}'.", hint="Its whole name is 'offline'."
        )
    return OfflineModel()


BUILT_IN: Mapping[str, Maker] = {"offline": make_offline}


class ModelRegistry:
    """The models that can be used, each made once."""

    def __init__(
        self,
        makers: Mapping[str, Maker] = BUILT_IN,
        providers: Sequence[ModelProvider] = (),
        *,
        retries: Retries | None = None,
        fallback: str = "",
    ) -> None:
        self._servers = {provider.server.provider: provider for provider in providers}
        self._makers = {**makers, **{name: _maker(p) for name, p in self._servers.items()}}
        self._retries = retries or Retries()
        self._fallback = fallback
        self._bare: dict[str, Model] = {}
        self._models: dict[str, Model] = {}

    @property
    def providers(self) -> tuple[str, ...]:
        """The names that a model's name may begin with."""
        return tuple(sorted(self._makers))

    @property
    def servers(self) -> tuple[str, ...]:
        """The providers behind a network, which can list their models."""
        return tuple(self._servers)

    def get(self, name: str) -> Model:
        """Return a model by its name. Raises ModelUnavailableError."""
        wanted = name.strip()
        if wanted not in self._models:
            self._models[wanted] = self._with_stand_in(wanted)
        return self._models[wanted]

    async def list_models(self, provider: str) -> tuple[ModelInfo, ...]:
        """Return what a provider behind a network offers. Raises ModelError."""
        if provider not in self._servers:
            raise self._unknown(provider, f"{provider}:*")
        return await self._servers[provider].list_models()

    def place(self, name: str) -> str:
        """Return where the server of a model is, for people; empty for one behind no network."""
        provider = self._servers.get(name.strip().partition(":")[0])
        return "" if provider is None else provider.server.place

    def is_to_look_up(self, name: str) -> bool:
        """Say whether the server of a model may know how many tokens it takes, and nobody else."""
        provider = self._servers.get(name.strip().partition(":")[0])
        return (
            provider is not None and provider.tells_windows and not provider.server.context_window
        )

    async def prepare(self, name: str) -> None:
        """Load what it takes to speak with the server of a model: a second of work, the first time.

        Raises ModelError.
        """
        if provider := self._servers.get(name.strip().partition(":")[0]):
            await provider.prepare()

    async def look_up(self, name: str) -> ModelInfo:
        """Return what the list of a model's server says of it: little, where it is not in there.

        Raises ModelError.
        """
        wanted = name.strip()
        listed = await self.list_models(wanted.partition(":")[0])
        return next((each for each in listed if each.name == wanted), ModelInfo(name=wanted))

    def remember(self, told: ModelInfo) -> None:
        """Take up what a list said of a model when it was read before."""
        provider = self._servers.get(told.name.partition(":")[0])
        if provider is not None:
            provider.remember(told)

    async def count_tokens(self, name: str, request: Request) -> int | None:
        """Return how many tokens a prompt has, as its provider counts; None when it does not.

        Raises ModelError.
        """
        model = self._made(name.strip())
        return await model.count_tokens(request) if isinstance(model, CountsTokens) else None

    def batches(self, name: str) -> BatchClient | None:
        """Return the batches of a model's provider; None when it has none.

        Raises ModelUnavailableError when the provider is not known.
        """
        provider = name.strip().partition(":")[0]
        if provider not in self._makers:
            raise self._unknown(provider, name.strip())
        server = self._servers.get(provider)
        return server.batches if server is not None else None

    async def close(self) -> None:
        """Close all connections; models that are asked again open new ones."""
        for provider in self._servers.values():
            await provider.close()

    def _with_stand_in(self, wanted: str) -> Model:
        model = self._patient(wanted)
        if not self._fallback or self._fallback == wanted or not model.capabilities.needs_network:
            return model
        return FallbackModel(model, self._patient(self._fallback))

    def _patient(self, wanted: str) -> Model:
        model = self._made(wanted)
        return RetryingModel(model, self._retries) if model.capabilities.needs_network else model

    def _made(self, wanted: str) -> Model:
        if wanted not in self._bare:
            provider, _, model = wanted.partition(":")
            if provider not in self._makers:
                raise self._unknown(provider, wanted)
            self._bare[wanted] = self._makers[provider](model)
        return self._bare[wanted]

    def _unknown(self, provider: str, wanted: str) -> ModelUnavailableError:
        close = get_close_matches(provider, self._makers, 1)
        guess = f"Did you mean {close[0]!r}? " if close else ""
        known = ", ".join(repr(known) for known in self.providers)
        return ModelUnavailableError(
            f"There is no model {wanted!r}: its provider {provider!r} is not known.",
            hint=f"{guess}Set a model of {known} under [models], or name its server under"
            " [providers.NAME].",
        )


def _maker(provider: ModelProvider) -> Maker:
    def make(model: str) -> Model:
        if model.strip():
            return provider.model(model)
        name = provider.server.provider
        raise ModelUnavailableError(
            f"{name!r} is a provider and no model.", hint=f"Write {name}:MODEL."
        )

    return make


def _without_gate(provider: ModelProvider) -> ModelProvider:
    return provider


def registry_of(
    settings: Settings,
    environ: Mapping[str, str] = os.environ,
    *,
    gate: Callable[[ModelProvider], ModelProvider] = _without_gate,
) -> ModelRegistry:
    """Return the models of all providers that the settings know, each behind a gate.

    Raises ModelUnavailableError for a fallback that is not known.
    """
    calls = settings.calls
    registry = ModelRegistry(
        providers=[gate(provider_at(*each)) for each in servers_of(settings, environ)],
        retries=Retries(attempts=calls.attempts, longest_wait=calls.longest_wait_seconds),
        fallback=settings.models.fallback,
    )
    if settings.models.fallback:
        registry.get(settings.models.fallback)
    return registry
