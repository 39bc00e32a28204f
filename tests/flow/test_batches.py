"""Pages become summaries by a model, through a server of batches, over real HTTP."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batching import all_pages, ended, opened, quick, say_pages, sentence, settings
from flow.processes import run
from minutebook.domain.batches import BatchState, OrderState
from minutebook.domain.pages import SummaryState
from servers.batch_values import Ending
from servers.batches import BatchServer, batch_server, spawned_batch_server

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


def log_of(folder: Path, turns: int) -> Path:
    """Write a chat log that makes several pages."""
    folder.mkdir()
    lines = [
        f"2024-03-0{1 + n % 9}T08:{n // 10:02}:{n % 10:02} <Ann> {sentence(n)}\n"
        for n in range(turns)
    ]
    path = folder / "#ferry.log"
    path.write_text("".join(sorted(lines)), "utf-8")
    return path


@pytest.mark.parametrize("waits", [True, False])
def test_once_leaves_batches_or_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: None, waits: bool
) -> None:
    """`--once` leaves them to the next run, and says so; `--wait` sees them through."""
    log = log_of(tmp_path / "logs", 30)
    with spawned_batch_server() as server:
        server.desk.ending(Ending(seconds=0.8))
        environ = {"ANTHROPIC_BASE_URL": server.root, "ANTHROPIC_API_KEY": "sk-ant-test"}
        flags = (
            "models.summary=anthropic:claude-haiku-5-5",
            "batches.small=1",
            "batches.poll_seconds=0.2",
            "pages.tokens=60",
            "scribe.enabled=false",
        )
        chosen = [part for flag in flags for part in ("--set", flag)]
        wait = ["--wait"] if waits else []
        command = ["--no-ui", "--once", *wait, *chosen, "--home", str(tmp_path / "home"), str(log)]
        ran = run(*command, env={**os.environ, **environ})
        assert ran.returncode == 0, ran.stderr
        charges = len(server.desk.ledger().charges)
        assert ("In flight: 1 batch" in ran.stderr) is not waits
        assert len(server.desk.batches()) == 1
        again = run(*command, env={**os.environ, **environ})
        assert again.returncode == 0, again.stderr
        assert len(server.desk.batches()) == 1
        if waits:
            assert charges > 3
            assert len(server.desk.ledger().charges) == charges
