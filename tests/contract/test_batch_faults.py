"""What the clients of batches make of everything that can go wrong on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from contract.adapters import KEY, QUICK
from contract.batch_rigs import (
    LONG_AGO,
    PROTOCOLS,
    BatchRig,
    batch_provider,
    batch_rig,
    client_of,
    ids_of,
    page_of,
)
from minutebook.errors import (
    ModelAccessError,
    ModelBillingError,
    ModelBusyError,
    ModelError,
    ModelNotReachedError,
    ModelReplyError,
    ModelRequestError,
    ModelUnreachableError,
    NoBatchesError,
    NotFoundError,
    PromptTooLongError,
    StoreError,
)
from minutebook.llm.batching import BatchClient, ItemOutcome, RemoteBatch, RemoteState
from servers.batch_answers import reply_to
from servers.batch_values import Endpoint, Fault, FaultKind
from servers.batches import spawned_batch_server

IDS = ("p1", "p2", "p3", "p4")
KINDS_DONE = (
    FaultKind.CUT_AFTER,
    FaultKind.CUT_IN_HEAD,
    FaultKind.CUT_IN_BODY,
    FaultKind.CUT_QUIETLY,
    FaultKind.HANG_AFTER,
    FaultKind.GARBAGE,
    FaultKind.REFUSE_AFTER,
)
HASTE = replace(QUICK, first_byte=0.4, silence=0.4)


@pytest.fixture(params=PROTOCOLS)
async def rig(request: pytest.FixtureRequest, keys: None) -> AsyncIterator[BatchRig]:
    """Return each client in turn, and its server."""
    async with batch_rig(request.param) as made:
        yield made


@pytest.mark.parametrize("kind", KINDS_DONE)
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_batch_in_doubt_is_found(keys: None, protocol: str, kind: FaultKind) -> None:
    """Whatever hides that a batch was made: it is a doubt, asked once, and the batch is listed."""
    patience = HASTE if kind is FaultKind.HANG_AFTER else QUICK
    async with batch_rig(protocol, patience) as rig:
        fault = Fault(on=Endpoint.CREATE, kind=kind, status=504, seconds=20)
        rig.server.desk.fault(fault)
        with pytest.raises(ModelUnreachableError, match="parcel-1"):
            await rig.created(*IDS)
        assert rig.server.desk.log()[Endpoint.CREATE] == 1
        (found,) = await rig.client.created_since(LONG_AGO)
        assert found.counts.total in {0, len(IDS)}
        assert found.label == ("parcel-1" if rig.client.keeps_labels else "")


@pytest.mark.parametrize("status", [500, 502, 503, 504, 529])
async def test_any_5xx_of_create_is_a_doubt(rig: BatchRig, status: int) -> None:
    """No status above 499 says whether a batch was made: it is never asked again by itself."""
    rig.server.desk.fault(Fault(on=Endpoint.CREATE, status=status, times=9))
    with pytest.raises(ModelUnreachableError, match="Nobody knows"):
        await rig.created("p1")
    assert rig.server.desk.log()[Endpoint.CREATE] == 1
    assert await rig.client.created_since(LONG_AGO) == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=429, retry_after="7"), ModelBusyError),
        (Fault(status=429), ModelBusyError),
        (Fault(status=429, code="enforced_spend_limit_reached"), ModelBillingError),
        (Fault(status=400, message="Your credit balance is too low"), ModelBillingError),
        (Fault(status=401), ModelAccessError),
        (Fault(status=403), ModelAccessError),
        (Fault(status=413), PromptTooLongError),
        (Fault(status=400), ModelRequestError),
        (Fault(status=404), NoBatchesError),
        (Fault(status=405), NoBatchesError),
    ],
)
async def test_a_refused_batch_was_not_made(
    rig: BatchRig, fault: Fault, error: type[ModelError]
) -> None:
    """A refusal leaves no doubt; how long to wait is told when the provider tells it."""
    rig.server.desk.fault(replace(fault, on=Endpoint.CREATE))
    with pytest.raises(error) as raised:
        await rig.created("p1")
    assert not isinstance(raised.value, ModelUnreachableError)
    if isinstance(raised.value, ModelBusyError):
        assert raised.value.retry_after == (7.0 if fault.retry_after else None)
    assert rig.server.desk.log()[Endpoint.CREATE] == 1
    assert rig.server.desk.batches() == []
    assert KEY not in str(raised.value)


async def test_a_server_out_of_reach(keys: None) -> None:
    """A server that is not there has made nothing, and leaves no doubt."""
    async with batch_rig("anthropic") as rig:
        parcel, root = rig.parcel("p1"), rig.server.root
    provider = batch_provider("anthropic", root)
    client = client_of(provider)
    with pytest.raises(ModelNotReachedError):
        await client.create(parcel)
    with pytest.raises(ModelUnreachableError):
        await client.retrieve("msgbatch_1")
    await provider.close()


Asked = Callable[[BatchClient, RemoteBatch, Path], Awaitable[object]]
QUESTIONS: dict[Endpoint, Asked] = {
    Endpoint.RETRIEVE: lambda client, batch, _: client.retrieve(batch.id),
    Endpoint.LIST: lambda client, _, __: client.created_since(LONG_AGO),
    Endpoint.CANCEL: lambda client, batch, _: client.cancel(batch.id),
    Endpoint.RESULTS: lambda client, batch, target: client.download(batch, target),
}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=500), ModelUnreachableError),
        (Fault(status=503), ModelBusyError),
        (Fault(status=429, retry_after="3"), ModelBusyError),
        (Fault(kind=FaultKind.CUT_BEFORE), ModelUnreachableError),
        (Fault(kind=FaultKind.CUT_IN_HEAD), ModelUnreachableError),
        (Fault(kind=FaultKind.CUT_IN_BODY), ModelUnreachableError),
    ],
)
@pytest.mark.parametrize("endpoint", QUESTIONS)
async def test_questions_fail_as_they_are(
    rig: BatchRig, tmp_path: Path, endpoint: Endpoint, fault: Fault, error: type[ModelError]
) -> None:
    """Each question is asked once, fails by the one table, and works when it is asked again."""
    made = await rig.created(*IDS)
    if endpoint is Endpoint.RESULTS:
        made = await rig.ended(made.id)
    rig.server.desk.fault(replace(fault, on=endpoint))
    ask = QUESTIONS[endpoint]
    with pytest.raises(error):
        await ask(rig.client, made, tmp_path / "r")
    assert rig.server.desk.log()[endpoint] == 1
    assert list(tmp_path.iterdir()) == []
    assert await ask(rig.client, made, tmp_path / "r")


@pytest.mark.parametrize("endpoint", [e for e in QUESTIONS if e is not Endpoint.LIST])
async def test_missing_for_a_while(rig: BatchRig, tmp_path: Path, endpoint: Endpoint) -> None:
    """A 404 is told as such, so that whoever knows better can ask again."""
    made = await rig.created(*IDS)
    if endpoint is Endpoint.RESULTS:
        made = await rig.ended(made.id)
    rig.server.desk.fault(Fault(on=endpoint, status=404, times=2))
    ask = QUESTIONS[endpoint]
    for _ in range(2):
        with pytest.raises(NotFoundError, match=made.id):
            await ask(rig.client, made, tmp_path / "r")
    assert await ask(rig.client, made, tmp_path / "r")


@pytest.mark.parametrize("endpoint", [e for e in QUESTIONS if e is not Endpoint.RESULTS])
async def test_answers_of_somebody_else(rig: BatchRig, tmp_path: Path, endpoint: Endpoint) -> None:
    """A page of HTML with a good status is no answer."""
    made = await rig.created(*IDS)
    rig.server.desk.fault(Fault(on=endpoint, kind=FaultKind.GARBAGE))
    with pytest.raises(ModelReplyError):
        await QUESTIONS[endpoint](rig.client, made, tmp_path / "r")


@pytest.mark.parametrize("kind", [FaultKind.CUT_IN_BODY, FaultKind.CUT_QUIETLY, FaultKind.GARBAGE])
async def test_results_that_break_off(rig: BatchRig, tmp_path: Path, kind: FaultKind) -> None:
    """A cut within a line is noticed, told length or not; what was there before stays."""
    target = tmp_path / "r.jsonl"
    target.write_text("before")
    made = await rig.created(*IDS)
    made = await rig.ended(made.id)
    rig.server.desk.fault(Fault(on=Endpoint.RESULTS, kind=kind))
    with pytest.raises(ModelUnreachableError):
        await rig.client.download(made, target)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]
    assert await rig.client.download(made, target) == len(IDS)


async def test_results_that_hang(keys: None, tmp_path: Path) -> None:
    """A server that says nothing is waited for as long as was set, and not longer."""
    async with batch_rig("anthropic", HASTE) as rig:
        made = await rig.created(*IDS)
        made = await rig.ended(made.id)
        rig.server.desk.fault(Fault(on=Endpoint.RESULTS, kind=FaultKind.HANG, seconds=20))
        with pytest.raises(ModelUnreachableError):
            await rig.client.download(made, tmp_path / "r")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "lines", "readable"),
    [
        (FaultKind.DUPLICATE, 8, set(IDS)),
        (FaultKind.UNKNOWN, 6, {*IDS, "stranger_0", "stranger_1"}),
        (FaultKind.MISSING, 3, None),
        (FaultKind.SWAPPED, 4, set(IDS)),
        (FaultKind.MALFORMED, 4, None),
        (FaultKind.FOREIGN, 1, {"other"}),
    ],
)
async def test_results_that_are_wrong(
    rig: BatchRig, tmp_path: Path, kind: FaultKind, lines: int, readable: set[str] | None
) -> None:
    """What is wrong with the lines comes through as it is, for whoever knows what was asked."""
    await rig.results((await rig.created("other")).id, tmp_path / "other")
    made = await rig.created(*IDS)
    made = await rig.ended(made.id)
    rig.server.desk.fault(Fault(on=Endpoint.RESULTS, kind=kind))
    target = tmp_path / "r"
    assert await rig.client.download(made, target) == lines
    content = target.read_bytes().splitlines()
    unread = 0
    found = []
    for line in content:
        try:
            found.append(rig.client.read(rig.model, line))
        except ModelReplyError:
            unread += 1
    assert unread == (kind is FaultKind.MALFORMED)
    assert readable is None or ids_of(found) == readable
    assert len(ids_of(found)) == (3 if readable is None else len(readable))
    own = [r.reply is not None and r.reply.text == reply_to(page_of(r.custom_id)) for r in found]
    assert own.count(False) == (2 if kind in {FaultKind.SWAPPED, FaultKind.UNKNOWN} else 0)


@pytest.mark.parametrize("hours", [-30, 30])
async def test_clocks_that_jump(rig: BatchRig, tmp_path: Path, hours: int) -> None:
    """A batch is as old as its provider says, and its work goes on all the same."""
    fault = Fault(on=Endpoint.CREATE, kind=FaultKind.CLOCK, seconds=hours * 3_600)
    rig.server.desk.fault(fault)
    shifted, straight = await rig.created("p1"), await rig.created("p2")
    gap = straight.created_at - shifted.created_at
    assert abs(gap + timedelta(hours=hours)) < timedelta(minutes=5)
    since = await rig.client.created_since(LONG_AGO)
    assert {batch.id for batch in since} >= {straight.id}
    assert (shifted.id in {batch.id for batch in since}) is (hours > 0)
    (result,) = await rig.results(shifted.id, tmp_path / "r")
    assert result.outcome is ItemOutcome.SUCCEEDED


async def test_a_disk_that_refuses(rig: BatchRig, tmp_path: Path) -> None:
    """Results that cannot be written are no failure of the provider."""
    made = await rig.created("p1")
    made = await rig.ended(made.id)
    with pytest.raises(StoreError, match="cannot be written"):
        await rig.client.download(made, tmp_path / "missing" / "r")


async def test_an_upload_is_not_repeated(keys: None) -> None:
    """When only the batch was refused, the file of the first try is used again."""
    async with batch_rig("openai") as rig:
        rig.server.desk.fault(Fault(on=Endpoint.CREATE, status=429))
        with pytest.raises(ModelBusyError):
            await rig.created("p1")
        await rig.created("p1")
        assert rig.server.desk.log()[Endpoint.UPLOAD] == 1


async def test_the_key_goes_to_no_other_host(keys: None, tmp_path: Path) -> None:
    """Results are taken from the server that is set, whatever their address says."""
    async with batch_rig("anthropic") as rig:
        rig.server.messages.named = "https://elsewhere.example"
        (result,) = await rig.results((await rig.created("p1")).id, tmp_path / "r")
        assert result.outcome is ItemOutcome.SUCCEEDED


async def test_results_are_gone_after_a_month(keys: None, tmp_path: Path) -> None:
    """After 29 days a Message Batch is still listed, without its results."""
    async with batch_rig("anthropic") as rig:
        made = await rig.created("p1")
        await rig.ended(made.id)
        rig.server.desk.forward(29 * 24 * 3_600)
        made = await rig.client.retrieve(made.id)
        assert made.state is RemoteState.ENDED
        with pytest.raises(NotFoundError):
            await rig.client.download(made, tmp_path / "r")


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_server_of_its_own(keys: None, protocol: str, tmp_path: Path) -> None:
    """In another process the server does the same, and is told and asked the same over HTTP."""
    with spawned_batch_server() as server:
        provider = batch_provider(protocol, server.root)
        client = client_of(provider)
        async with batch_rig(protocol) as here:
            parcel = here.parcel(*IDS)
        server.desk.fault(Fault(on=Endpoint.CREATE, kind=FaultKind.CUT_AFTER))
        with pytest.raises(ModelUnreachableError):
            await client.create(parcel)
        (made,) = await client.created_since(LONG_AGO)
        server.desk.finish(made.id)
        ended = await client.retrieve(made.id)
        assert ended.state is RemoteState.ENDED
        assert await client.download(ended, tmp_path / "r") == len(IDS)
        ledger = server.desk.ledger()
        assert {charge.custom_id for charge in ledger.charges} == set(IDS)
        assert ledger.usage(made.id).output_tokens > 0
        (seen,) = server.desk.batches()
        assert (seen.id, seen.custom_ids, seen.counts["succeeded"]) == (made.id, IDS, len(IDS))
        assert server.desk.log()[Endpoint.CREATE] == 1
        server.desk.reset()
        assert server.desk.batches() == []
        await provider.close()
