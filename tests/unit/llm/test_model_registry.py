"""From names in the settings to models."""

from __future__ import annotations

import pytest

from minutebook.errors import ModelUnavailableError
from minutebook.llm.models import BUILT_IN, ModelRegistry
from minutebook.llm.scripted import ScriptedModel


def test_each_model_is_made_once() -> None:
    """The same name gives the same model."""
    registry = ModelRegistry()
    assert registry.get(" offline ") is registry.get("offline")
    assert registry.get("offline").name == "offline"


def test_providers_get_the_rest_of_the_name() -> None:
    """What stands behind the first colon is for the provider, further colons included."""
    makers = {**BUILT_IN, "test": lambda model: ScriptedModel([], name=model)}
    assert ModelRegistry(makers).get("test:llama:8b").name == "llama:8b"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ofline", "Did you mean 'offline'?"),
        ("nothing:x", "Set a model of 'offline' under"),
        ("", "'offline'"),
        ("offline:large", "Its whole name is 'offline'"),
    ],
)
def test_unknown_models_say_what_exists(name: str, said: str) -> None:
    """The error names what was asked for and what there is."""
    with pytest.raises(ModelUnavailableError) as caught:
        ModelRegistry().get(name)
    assert said in str(caught.value)
