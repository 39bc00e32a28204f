"""From the name of a model in the settings to the model.

A name is `provider:model`, or the provider alone when it has one model only. Providers are handed
in as makers and asked when a model is first wanted, so that what they need is imported only then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from minutebook.errors import ModelUnavailableError
from minutebook.llm.offline import OfflineModel
from minutebook.llm.protocol import Model

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

    def __init__(self, makers: Mapping[str, Maker] = BUILT_IN) -> None:
        self._makers = dict(makers)
        self._models: dict[str, Model] = {}

    @property
    def providers(self) -> tuple[str, ...]:
        """The names that a model's name may begin with."""
        return tuple(sorted(self._makers))

    def get(self, name: str) -> Model:
        """Return a model by its name. Raises ModelUnavailableError."""
        wanted = name.strip()
        if wanted not in self._models:
            provider, _, model = wanted.partition(":")
            self._models[wanted] = self._maker(provider, wanted)(model)
        return self._models[wanted]

    def _maker(self, provider: str, wanted: str) -> Maker:
        if provider in self._makers:
            return self._makers[provider]
        close = get_close_matches(provider, self._makers, 1)
        guess = f"Did you mean {close[0]!r}? " if close else ""
        known = ", ".join(repr(known) for known in self.providers)
        raise ModelUnavailableError(
            f"There is no model {wanted!r}: its provider {provider!r} is not known.",
            hint=f"{guess}Set a model of {known} under [models].",
        )
