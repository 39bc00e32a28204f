"""What every client of batches promises, when its provider behaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from contract.batch_rigs import (
    LONG_AGO,
    PROTOCOLS,
    BatchRig,
    batch_provider,
    batch_rig,
    client_of,
    ids_of,
    page_of,
    page_request,
)
from minutebook.domain.turns import Role
from minutebook.errors import (
    ModelAccessError,
    ModelBillingError,
    ModelBusyError,
    ModelError,
    ModelRequestError,
    ModelUnreachableError,
    NotFoundError,
    PromptTooLongError,
)
from minutebook.llm import prompting
from minutebook.llm.batching import ItemOutcome, Parcel, RemoteState
from minutebook.llm.protocol import Message, StopReason
from minutebook.llm.summaries import read
from servers.batch_answers import mark_of, reply_to
from servers.batch_values import Doing, Ending, Endpoint, Fate

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
        assert result.reply.stop_reason is StopReason.END
        summary = read(result.reply)
        assert mark_of(page_of(result.custom_id)) in summary.text
        assert [point.turns for point in summary.points] == [(1,), (2,), ()]
        assert "Winterbottom" in summary.entities
    ledger = rig.server.desk.ledger()
    assert (len(ledger.charges), ledger.twice, ledger.ids_twice) == (5, {}, {})
    assert rig.server.desk.refused() == []


async def test_parts_are_merged_whole(rig: BatchRig, tmp_path: Path) -> None:
    """The summaries of the parts of a page become one that keeps every reference."""
    parts = [reply_to(page_of("p1")), "Label: More\n- Cem: Later. [t7] [t9]\nEntities: Oslo"]
    request = replace(page_request("p1"), messages=prompting.parts_messages(parts))
    line = rig.client.written(rig.model, "merged", request)
    made = await rig.client.create(Parcel(label="l", model=rig.model, lines=[line]))
    (result,) = await rig.results(made.id, tmp_path / "r")
    assert result.reply is not None
    summary = read(result.reply)
    assert {n for point in summary.points for n in point.turns} == {1, 2, 7, 9}
    assert {"Winterbottom", "Oslo"} <= set(summary.entities)


async def test_what_a_batch_tells_of_itself(rig: BatchRig) -> None:
    """Times are aware and in order, counts add up, and the label comes back where it is kept."""
    made = await rig.created(*IDS)
    assert made.expires_at == made.created_at + timedelta(hours=24)
    assert made.ended_at is None
    assert made.label == ("parcel-1" if rig.client.keeps_labels else "")
    ended = await rig.ended(made.id)
    assert ended.counts.total == ended.counts.succeeded == 5
    assert ended.ended_at is not None
    assert ended.ended_at >= ended.created_at


async def test_usage_is_the_servers_own(rig: BatchRig, tmp_path: Path) -> None:
    """The tokens of the replies add up to the server's sum, cache reads and writes included."""
    rig.server.desk.fate(Fate(every=2, cache_read_tokens=700, cache_write_tokens=30))
    found = await rig.results((await rig.created(*IDS)).id, tmp_path / "r")
    used = [result.reply.usage for result in found if result.reply is not None]
    spent = rig.server.desk.ledger().usage()
    assert sum(usage.input_tokens for usage in used) == spent.input_tokens
    assert sum(usage.output_tokens for usage in used) == spent.output_tokens
    assert sum(usage.cache_read_tokens for usage in used) == spent.cache_read_tokens == 1_400
    assert sum(usage.cache_write_tokens for usage in used) == spent.cache_write_tokens == 60


@pytest.mark.parametrize(
    ("doing", "reason"),
    [
        (Doing.MAX_TOKENS, {StopReason.MAX_TOKENS}),
        (Doing.CONTEXT_FULL, {StopReason.CONTEXT_FULL, StopReason.MAX_TOKENS}),
        (Doing.REFUSAL, {StopReason.REFUSAL}),
        (Doing.PAUSED, {StopReason.CUT}),
        (Doing.EMPTY, {StopReason.END}),
        (Doing.THINKING_ONLY, {StopReason.END}),
    ],
)
async def test_paid_is_not_yet_good(
    rig: BatchRig, tmp_path: Path, doing: Doing, reason: set[StopReason]
) -> None:
    """A request that succeeded may be a fragment, a refusal or nothing; it is paid all the same."""
    rig.server.desk.fate(Fate(outcome=doing))
    (result,) = await rig.results((await rig.created("p1")).id, tmp_path / "r")
    assert result.outcome is ItemOutcome.SUCCEEDED
    assert result.reply is not None
    assert result.reply.stop_reason in reason
    assert result.reply.usage.input_tokens > 0
    assert bool(result.reply.text) is (doing not in {Doing.EMPTY, Doing.THINKING_ONLY})
    assert (doing is not Doing.THINKING_ONLY) or bool(result.reply.thinking)
    with pytest.raises(ModelError):
        read(replace(result.reply, stop_reason=StopReason.MAX_TOKENS))
    assert len(rig.server.desk.ledger().charges) == 1


@pytest.mark.parametrize(
    ("kind", "message", "error"),
    [
        ("invalid_request_error", "messages: no", ModelRequestError),
        ("invalid_request_error", "Your credit balance is too low", ModelBillingError),
        ("insufficient_quota", "You exceeded your current quota", ModelBillingError),
        ("invalid_request_error", "prompt is too long: 9000 tokens > 8000 maximum", None),
        ("permission_error", "no", ModelAccessError),
        ("rate_limit_error", "slow", ModelBusyError),
        ("overloaded_error", "Overloaded", ModelBusyError),
        ("api_error", "Internal server error", ModelUnreachableError),
        ("timeout_error", "too slow", ModelUnreachableError),
    ],
)
async def test_failures_of_items(
    rig: BatchRig, tmp_path: Path, kind: str, message: str, error: type[ModelError] | None
) -> None:
    """A failure in the results is the error that a direct call would have raised."""
    rig.server.desk.fate(Fate(outcome=Doing.ERRORED, error=kind, message=message))
    (result,) = await rig.results((await rig.created("p1")).id, tmp_path / "r")
    assert (result.outcome, result.reply) == (ItemOutcome.ERRORED, None)
    assert type(result.error) is (error or PromptTooLongError)
    if isinstance(result.error, PromptTooLongError):
        assert (result.error.tokens, result.error.limit) == (9_000, 8_000)
    assert rig.server.desk.ledger().charges == ()


async def test_long_prompts_are_refused_alone(rig: BatchRig, tmp_path: Path) -> None:
    """A window can be set for what is sent; what is longer errs with both numbers."""
    rig.server.desk.fate(Fate(longer_than=300))
    long = page_request("p" + "x" * 2_000)
    lines = [rig.client.written(rig.model, "long", long), *rig.parcel("p1").lines]
    made = await rig.client.create(Parcel(label="l", model=rig.model, lines=lines))
    found = {r.custom_id: r for r in await rig.results(made.id, tmp_path / "r")}
    assert found["p1"].outcome is ItemOutcome.SUCCEEDED
    error = found["long"].error
    assert isinstance(error, PromptTooLongError)
    assert error.limit == 300
    assert (error.tokens or 0) > 500


async def test_a_cancelled_batch_has_done_some(rig: BatchRig, tmp_path: Path) -> None:
    """What was done before the end of a cancelled batch is there; the rest says that it is not."""
    made = await rig.created(*IDS)
    assert (await rig.client.cancel(made.id)).state is RemoteState.CANCELING
    ended = await rig.ended(made.id)
    assert (ended.counts.succeeded, ended.counts.canceled, ended.counts.total) == (2, 3, 5)
    found = await rig.results(made.id, tmp_path / "r")
    outcomes = sorted(result.outcome for result in found)
    assert outcomes == ["canceled"] * 3 + ["succeeded"] * 2
    assert len(rig.server.desk.ledger().charges) == 2
    again = await rig.client.cancel(made.id)
    assert (again.id, again.state) == (made.id, RemoteState.ENDED)


async def test_an_expired_batch_has_done_some(rig: BatchRig, tmp_path: Path) -> None:
    """After a day a batch ends, with what was done by then."""
    rig.server.desk.ending(Ending())
    made = await rig.created(*IDS)
    assert (await rig.client.retrieve(made.id)).state is RemoteState.IN_PROGRESS
    rig.server.desk.forward(24 * 3600)
    ended = await rig.ended(made.id)
    assert (ended.counts.succeeded, ended.counts.expired) == (2, 3)
    found = await rig.results(made.id, tmp_path / "r")
    assert sorted(r.outcome for r in found) == ["expired"] * 3 + ["succeeded"] * 2


async def test_items_expire_alone(rig: BatchRig, tmp_path: Path) -> None:
    """Single requests can expire or be cancelled in a batch that ends well."""
    rig.server.desk.fate(
        Fate(contains="p1", outcome=Doing.EXPIRED), Fate(contains="p2", outcome=Doing.CANCELED)
    )
    found = await rig.results((await rig.created(*IDS)).id, tmp_path / "r")
    outcomes = {result.custom_id: result.outcome for result in found}
    assert outcomes["p1-aa"] is ItemOutcome.EXPIRED
    assert outcomes["p2_bb"] is ItemOutcome.CANCELED
    assert list(outcomes.values()).count(ItemOutcome.SUCCEEDED) == 3


async def test_batches_are_listed_back_to_a_moment(rig: BatchRig) -> None:
    """Every page is read until all on it are older, and those in between are left out."""
    old = [await rig.created(f"old-{n}") for n in range(2)]
    rig.server.desk.forward(3_600)
    new = [await rig.created(f"new-{n}") for n in range(105)]
    since = old[-1].created_at + timedelta(minutes=30)
    found = await rig.client.created_since(since)
    assert [batch.id for batch in found] == [batch.id for batch in reversed(new)]
    assert len(await rig.client.created_since(LONG_AGO)) == 107
    assert await rig.client.created_since(since + timedelta(days=1)) == []


async def test_batches_belong_to_a_key(rig: BatchRig, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another key there is no such batch; the account says that it is another."""
    made = await rig.created("p1")
    account = await rig.client.account()
    assert account == await rig.client.account()
    monkeypatch.setenv(f"{rig.protocol.upper()}_API_KEY", "another-key-entirely")
    provider = batch_provider(rig.protocol, rig.server.root)
    stranger = client_of(provider)
    assert await stranger.created_since(LONG_AGO) == []
    for asked in (stranger.retrieve, stranger.cancel):
        with pytest.raises(NotFoundError, match=made.id):
            await asked(made.id)
    assert await stranger.account() != account
    assert "another-key" not in await stranger.account()
    await provider.close()


async def test_results_that_are_not_there(rig: BatchRig, tmp_path: Path) -> None:
    """Before the end there are no results, and of nothing there are none; no file is left."""
    rig.server.desk.ending(Ending())
    made = await rig.created("p1")
    nowhere = replace(made, state=RemoteState.ENDED, results=("/v1/messages/batches/0/results",))
    for batch in (made, nowhere):
        with pytest.raises(NotFoundError):
            await rig.client.download(batch, tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


async def test_forgetting(rig: BatchRig, tmp_path: Path) -> None:
    """What is forgotten has no results any more; forgetting twice is no error."""
    made = await rig.created("p1")
    await rig.results(made.id, tmp_path / "r")
    ended = await rig.ended(made.id)
    await rig.client.forget(made.id)
    await rig.client.forget(made.id)
    with pytest.raises(NotFoundError):
        await rig.client.download(ended, tmp_path / "r2")
    assert (tmp_path / "r").exists()


async def test_a_download_counts_its_lines(rig: BatchRig, tmp_path: Path) -> None:
    """The number of lines is told; the file is the owner's alone, and replaces an older one."""
    target = tmp_path / "r.jsonl"
    target.write_text("old")
    made = await rig.created(*IDS)
    ended = await rig.ended(made.id)
    asked = rig.server.desk.log()[Endpoint.RETRIEVE]
    assert await rig.client.download(ended, target) == ended.counts.total == 5
    assert rig.server.desk.log()[Endpoint.RETRIEVE] == asked
    assert target.read_bytes().count(b"\n") == 5
    assert target.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]


def test_lines_are_the_same_every_time(rig: BatchRig) -> None:
    """A line follows from the request alone, is one line, and asks for no cache and no stream."""
    request = page_request("p1")
    marked = replace(
        request, messages=tuple(replace(m, ends_prefix=True) for m in request.messages)
    )
    line = rig.client.written(rig.model, "p1", marked)
    assert line == rig.client.written("m-1", "p1", request)
    assert b"\n" not in line
    assert b"cache" not in line
    assert b'"stream"' not in line
    assert "Grüße aus Winterbottom 🚢".encode() in line
    assert b'"model":"m-1"' in line


async def test_broken_text_spoils_no_batch(rig: BatchRig, tmp_path: Path) -> None:
    """Half a character in a record does not make a batch unreadable."""
    broken = (Message(role=Role.USER, text="half \ud83d a character"),)
    line = rig.client.written(rig.model, "p1", replace(page_request("p1"), messages=broken))
    made = await rig.client.create(Parcel(label="l", model=rig.model, lines=[line]))
    (result,) = await rig.results(made.id, tmp_path / "r")
    assert result.outcome is ItemOutcome.SUCCEEDED


@pytest.mark.parametrize("custom_id", ["", "a" * 65, "page 1", "seite/1", "ä", "a\n"])
def test_ids_that_no_provider_takes(rig: BatchRig, custom_id: str) -> None:
    """An id that would be refused is refused before anything is written down."""
    with pytest.raises(ModelRequestError, match="cannot be called"):
        rig.client.written(rig.model, custom_id, page_request("p1"))


async def test_what_does_not_fit_is_not_sent(rig: BatchRig) -> None:
    """Nothing, too many requests and too many bytes are refused without asking."""
    limits, line = rig.client.limits, b"{}"
    heavy = bytes(limits.bytes // 2)
    for lines in ([], [line] * (limits.requests + 1), [heavy, heavy]):
        with pytest.raises(ModelRequestError):
            await rig.client.create(Parcel(label="l", model=rig.model, lines=lines))
    assert rig.server.desk.log() == {}


async def test_what_is_wrong_with_a_whole_batch(rig: BatchRig, tmp_path: Path) -> None:
    """Two requests of one id are refused: at once, or when the batch is validated."""
    if rig.protocol == "anthropic":
        with pytest.raises(ModelRequestError, match="not unique"):
            await rig.created("p1", "p1")
        return
    made = await rig.created("p1", "p1")
    failed = await rig.client.retrieve(made.id)
    assert failed.state is RemoteState.FAILED
    assert "duplicate_custom_id" in failed.reason
    with pytest.raises(NotFoundError):
        await rig.client.download(failed, tmp_path / "r")
    assert (await rig.client.cancel(made.id)).state is RemoteState.FAILED


async def test_bad_parameters_come_back_as_errors(rig: BatchRig, tmp_path: Path) -> None:
    """What is wrong with one request is told only behind the end, and of it alone."""
    good, bad = (rig.client.written(rig.model, id_, page_request(id_)) for id_ in ("p1", "p2"))
    bad = bad.replace(b'"messages":', b'"stream":true,"messages":')
    made = await rig.client.create(Parcel(label="l", model=rig.model, lines=[good, bad]))
    found = {r.custom_id: r for r in await rig.results(made.id, tmp_path / "r")}
    assert found["p1"].outcome is ItemOutcome.SUCCEEDED
    assert isinstance(found["p2"].error, ModelRequestError)


async def test_the_server_answers_without_a_batch_too(rig: BatchRig) -> None:
    """A direct call is answered, charged, cut short and refused just as a request of a batch."""
    model, desk = rig.provider.model("m-1"), rig.server.desk
    desk.fate(
        Fate(contains="p2", outcome=Doing.MAX_TOKENS),
        Fate(contains="p3", outcome=Doing.ERRORED, error="overloaded_error"),
    )
    reply = await model.complete(page_request("p1"))
    assert reply.text == reply_to(page_of("p1"))
    assert (await model.complete(page_request("p2"))).stop_reason is not StopReason.END
    with pytest.raises(ModelBusyError):
        await model.complete(page_request("p3"))
    assert [(c.batch, c.outcome) for c in desk.ledger().charges] == [
        ("", Doing.SUCCEEDED),
        ("", Doing.MAX_TOKENS),
    ]
    assert desk.ledger().charges[0].spent.input_tokens == reply.usage.input_tokens


async def test_without_a_key_nothing_is_made(
    rig: BatchRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing key is an error of access and leaves no doubt."""
    monkeypatch.delenv(f"{rig.protocol.upper()}_API_KEY")
    provider = batch_provider(rig.protocol, "https://api.example.invalid")
    with pytest.raises(ModelAccessError, match="no API key"):
        await client_of(provider).create(rig.parcel("p1"))
