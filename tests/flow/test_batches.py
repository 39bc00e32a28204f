"""Pages become summaries by a model, through a server of batches, over real HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from batching import all_pages, ended, opened, quick, say_pages, settings
from minutebook.domain.batches import BatchState, OrderState
from minutebook.domain.pages import SummaryState
from servers.batch_values import Ending
from servers.batches import BatchServer, batch_server

_PROVIDERS = ("anthropic:claude-haiku-5-5", "openai:gpt-5-mini")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have keys that no provider knows."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


def point_at(server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have both providers at the address of a server."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.root)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.root}/v1")


@pytest.mark.parametrize("model", _PROVIDERS)
async def test_a_backlog_goes_through_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: None, model: str
) -> None:
    """Every page gets its stand-in, then the model's; the ledger has what the server charged."""
    async with batch_server() as server:
        point_at(server, monkeypatch)
        server.desk.ending(Ending(polls=1))
        async with opened(tmp_path, settings(model=model, batches=quick(requests=10))) as (
            engine,
            database,
        ):
            await say_pages(database, 25)
            await engine.do_what_can_be_done()
            async with engine.working():
                await ended(engine)
            found = await all_pages(database)
            status = await engine.batches.status()
            total = await engine.ledger.total()
        assert {page.summary_state for page in found} == {SummaryState.FINAL}
        assert {page.summary_by for page in found} == {model}
        assert status.orders[OrderState.DONE] == 25
        assert status.batches[BatchState.APPLIED] == 3
        charged = server.desk.ledger()
        assert len(charged.charges) == 25
        assert not charged.ids_twice
        assert total.input_tokens == charged.usage().input_tokens
        assert total.output_tokens == charged.usage().output_tokens
