"""What the tests of the adapters share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from contract.adapters import KEY, PROTOCOLS, Rig, rigged


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put keys into the environment."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture(params=PROTOCOLS)
async def rig(request: pytest.FixtureRequest, keys: None) -> AsyncIterator[Rig]:
    """Return a model of each protocol in turn, and its server."""
    async with rigged(request.param) as made:
        yield made
