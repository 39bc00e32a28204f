"""What every client of batches promises, when all goes well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contract.batch_rigs import (
    PROTOCOLS,
    BatchRig,
    batch_rig,
    ids_of,
    page_of,
)
from minutebook.llm.batching import ItemOutcome, RemoteState
from minutebook.llm.summaries import read
from servers.batch_answers import mark_of, reply_to
from servers.batch_values import Ending

IDS = ("p1-aa", "p2_bb", "p3-cc", "p4-dd", "p5-ee")


@pytest.fixture(params=PROTOCOLS)
async def rig(request: pytest.FixtureRequest, keys: None) -> AsyncIterator[BatchRig]:
    """Return each client in turn, and its server."""
    async with batch_rig(request.param) as made:
        yield made


async def test_a_batch_from_its_start_to_its_summaries(rig: BatchRig, tmp_path: Path) -> None:
    """Each request is answered with a summary of its own page, in any order, and paid once."""
    rig.server.desk.ending(Ending(polls=3))
    made = await rig.created(*IDS)
    assert made.state is RemoteState.IN_PROGRESS
    first = await rig.client.retrieve(made.id)
    assert (first.id, first.state) == (made.id, RemoteState.IN_PROGRESS)
    assert first.counts.succeeded == 0
    found = await rig.results(made.id, tmp_path / "results.jsonl")
    assert [result.custom_id for result in found] != list(IDS)
    assert ids_of(found) == set(IDS)
    for result in found:
        assert result.outcome is ItemOutcome.SUCCEEDED
        assert result.reply is not None
        assert result.reply.text == reply_to(page_of(result.custom_id))
        assert result.reply.model == rig.model
        summary = read(result.reply)
        assert mark_of(page_of(result.custom_id)) in summary.text
    ledger = rig.server.desk.ledger()
    assert (len(ledger.charges), ledger.twice, ledger.ids_twice) == (5, {}, {})
    assert rig.server.desk.refused() == []
