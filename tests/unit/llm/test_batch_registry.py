"""Which providers have batches."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from minutebook.config import Protocol, Provider, Settings
from minutebook.errors import ModelUnavailableError
from minutebook.llm.anthropic.batches import AnthropicBatches
from minutebook.llm.models import ModelRegistry, registry_of
from minutebook.llm.openai.batches import OpenAIBatches


def registry_with(**providers: Provider) -> ModelRegistry:
    return registry_of(Settings(providers=MappingProxyType(providers)), {})


async def test_makers_own_services_have_batches() -> None:
    """Both have, also at another address; a client is the same for all models of a provider."""
    for address in ("", "http://proxy.example/v1"):
        registry = registry_with(
            anthropic=Provider(protocol=Protocol.ANTHROPIC, base_url=address),
            openai=Provider(base_url=address),
        )
        client = registry.batches("anthropic:m-1")
        assert isinstance(client, AnthropicBatches)
        assert registry.batches(" anthropic:m-2 ") is client
        assert isinstance(registry.batches("openai:m"), OpenAIBatches)
        await registry.close()


@pytest.mark.parametrize("protocol", Protocol)
async def test_other_servers_have_them_when_it_is_said(protocol: Protocol) -> None:
    """A server of one's own has none unless the settings say so; its models say the same."""
    plain = Provider(protocol=protocol, base_url="http://one.example/v1")
    said = Provider(protocol=protocol, base_url="http://two.example/v1", batches=True)
    registry = registry_with(plain=plain, said=said)
    assert registry.batches("plain:m") is None
    assert not registry.get("plain:m").capabilities.batches
    assert registry.batches("said:m") is not None
    assert registry.get("said:m").capabilities.batches
    await registry.close()


async def test_offline_has_none() -> None:
    """What needs no network has no batches; what is not known is an error."""
    registry = registry_with()
    assert registry.batches("offline") is None
    with pytest.raises(ModelUnavailableError, match="antropic"):
        registry.batches("antropic:m")
    await registry.close()
