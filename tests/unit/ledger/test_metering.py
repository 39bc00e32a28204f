"""Models on the ledger, and the caps that hold them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from doubles import FakeClock
from minutebook.config.prices import parse_prices
from minutebook.domain.turns import Role
from minutebook.errors import (
    ModelBusyError,
    ModelUnreachableError,
    SpendingCapError,
    VocabularyError,
)
from minutebook.events import Bus, SpendingPaused
from minutebook.ledger.caps import CapGuard, Caps
from minutebook.ledger.ledger import Ledger
from minutebook.ledger.metering import Meter, MeteredModel
from minutebook.llm.fallback import FallbackModel
from minutebook.llm.offline import OfflineModel
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import (
    AskedAgain,
    Attribution,
    Listener,
    Message,
    Model,
    Reply,
    ReplyDone,
    Request,
    StopReason,
    StreamEvent,
    Task,
    TextDelta,
    Usage,
    UsageReported,
    nobody,
)
from minutebook.llm.retrying import Retries, RetryingModel
from minutebook.llm.scripted import Answer, Line, ScriptedModel
from minutebook.llm.tokens.counter import ESTIMATE, TokenCounter
from minutebook.llm.tokens.vocabulary import Published, Vocabulary
from minutebook.store.database import Database

NAME = "scripted:test"
PRICES = """
[[price]]
model = "scripted:test"
from = 2026-01-01
input = 1
output = 10
"""
ASKED = Request(
    task=Task.SCRIBE,
    system="s" * 400,
    messages=(Message(role=Role.USER, text="u" * 4_000),),
    attribution=Attribution(conversation="cv_1", subject="doc_1", job=7, correlation="c1"),
)
COUNTED = 100 + 1_000 + 2 * 4
"""Tokens of the request by the estimate."""
USED = Usage(input_tokens=1_000, output_tokens=20, cache_read_tokens=500)
PIECES = ("The ferry ", "leaves ", "on the ", "fourth.")


def broken(published: Published) -> Vocabulary:
    raise VocabularyError(f"{published.name} is not wanted here.")


class Bench:
    """A ledger with everything around it."""

    def __init__(self, database: Database, clock: FakeClock, caps: Caps) -> None:
        self.bus = Bus()
        self.ledger = Ledger(database, PriceBook(parse_prices(PRICES, "p")), clock=clock)
        self.counter = TokenCounter(broken)
        guard = CapGuard(self.ledger, caps, self.bus, clock)
        self.meter = Meter(self.ledger, self.counter, guard, clock)

    def model(self, *script: Line) -> Model:
        return self.meter.over(ScriptedModel(script))


@pytest.fixture
async def bench(database: Database, clock: FakeClock) -> Bench:
    return Bench(database, clock, Caps())


async def at_once(_: float) -> None:
    """Wait no time."""


async def heard(model: Model, request: Request = ASKED) -> list[StreamEvent]:
    return [event async for event in model.stream(request)]


@pytest.mark.parametrize("is_streamed", [True, False])
async def test_a_call_is_written_down_with_its_account(bench: Bench, is_streamed: bool) -> None:
    """Tokens, cost, and on whose account; the reply knows what it cost."""
    model = bench.model(Answer(pieces=PIECES, usage=USED))
    if is_streamed:
        *_, last = await heard(model)
        assert isinstance(last, ReplyDone)
        reply = last.reply
    else:
        reply = await model.complete(ASKED)
    assert reply.cost_usd == pytest.approx(0.0017)
    (call,) = await bench.ledger.calls()
    assert (call.task, call.model, call.outcome) == ("scribe", NAME, "end")
    assert (call.input_tokens, call.output_tokens, call.cache_read_tokens) == (1_000, 20, 500)
    assert (call.conversation, call.subject, call.job, call.correlation) == (
        "cv_1",
        "doc_1",
        7,
        "c1",
    )
    assert call.cost == Decimal("0.0017")
    assert not call.is_estimated
    assert call.counted_tokens == COUNTED


async def test_offline_is_not_metered(bench: Bench) -> None:
    """It is handed back as it is."""
    offline = OfflineModel()
    assert bench.meter.over(offline) is offline


async def test_the_correction_is_learned_from_replies(bench: Bench) -> None:
    """After a few calls a prompt is counted as its provider counts it."""
    reported = Usage(input_tokens=round(COUNTED * 1.31), output_tokens=1)
    model = bench.model(*[Answer(pieces=("x",), usage=reported)] * 5)
    for _ in range(5):
        await model.complete(ASKED)
    assert bench.counter.count_request(ASKED, NAME) == reported.input_tokens


@pytest.mark.parametrize("pieces", range(len(PIECES) + 1))
async def test_a_cancelled_stream_is_written_down(bench: Bench, pieces: int) -> None:
    """Wherever the listener stops: what went out and came in is estimated, and marked so."""
    model = bench.model(Answer(pieces=PIECES, usage=USED))
    stream = model.stream(ASKED)
    for _ in range(pieces):
        await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    calls = await bench.ledger.calls()
    if pieces == 0:
        assert calls == []
        return
    (call,) = calls
    factor = bench.counter.factor(NAME)
    assert (call.outcome, call.is_estimated) == ("cancelled", True)
    assert call.input_tokens == round(COUNTED * factor)
    text = "".join(PIECES[:pieces])
    assert call.output_tokens == round(-(-len(text) // 4) * factor)


@pytest.mark.parametrize("is_streamed", [True, False])
async def test_a_cancelled_task_is_written_down(bench: Bench, is_streamed: bool) -> None:
    """A call that is cut off while it waits has sent its prompt."""
    begun = asyncio.Event()

    async def stall() -> None:
        begun.set()
        await asyncio.Event().wait()

    model = bench.model(Answer(pieces=PIECES, usage=USED, pause=stall))
    asked = heard(model) if is_streamed else model.complete(ASKED)
    task = asyncio.ensure_future(asked)
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (call,) = await bench.ledger.calls()
    assert (call.outcome, call.output_tokens, call.is_estimated) == ("cancelled", 0, True)


async def test_a_whole_reply_is_charged_once(bench: Bench) -> None:
    """Stopping after the last event adds nothing."""
    stream = bench.model(Answer(pieces=("x",), usage=USED)).stream(ASKED)
    while not isinstance(await anext(stream), ReplyDone):
        pass
    await stream.aclose()  # type: ignore[attr-defined]
    assert (await bench.ledger.total()).calls == 1


async def test_a_call_that_is_refused_costs_nothing(bench: Bench) -> None:
    """A failure before anything came leaves no trace on the ledger."""
    model = bench.model(*[Answer(error=ModelBusyError("Busy."))] * 2)
    with pytest.raises(ModelBusyError):
        await heard(model)
    with pytest.raises(ModelBusyError):
        await model.complete(ASKED)
    assert await bench.ledger.calls() == []


async def test_a_stream_that_fails_midway_is_written_down(bench: Bench) -> None:
    """With what had arrived."""
    model = bench.model(Answer(pieces=PIECES, error=ModelUnreachableError("Gone.")))
    with pytest.raises(ModelUnreachableError):
        await heard(model)
    (call,) = await bench.ledger.calls()
    assert (call.outcome, call.is_estimated) == ("failed", True)
    assert call.output_tokens > 0


async def test_a_provider_that_reports_nothing_is_estimated(bench: Bench) -> None:
    """Some servers say no usage; such a call teaches nothing."""
    before = bench.counter.factor(NAME)
    await bench.model(Answer(pieces=("x" * 400,))).complete(ASKED)
    (call,) = await bench.ledger.calls()
    assert call.is_estimated
    assert (call.input_tokens, call.output_tokens) == (round(COUNTED * before), round(100 * before))
    assert bench.counter.factor(NAME) == before


async def test_a_broken_reply_costs_what_was_written(bench: Bench) -> None:
    """The report at the start of a stream knows little of its output."""
    said = Usage(input_tokens=1_000, output_tokens=1)
    answer = Answer(pieces=("x" * 4_000,), usage=said, stop_reason=StopReason.CUT)
    await bench.model(answer).complete(ASKED)
    (call,) = await bench.ledger.calls()
    assert (call.input_tokens, call.outcome, call.is_estimated) == (1_000, "cut", True)
    assert call.output_tokens >= 1_000


class Reporting:
    """A model that reports along the way what it, or one before it, has used."""

    def __init__(self, events: Iterable[StreamEvent]) -> None:
        self.name = NAME
        self.capabilities = ScriptedModel(()).capabilities
        self._events = events

    async def stream(self, _: Request) -> AsyncIterator[StreamEvent]:
        for event in self._events:
            yield event

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        raise NotImplementedError


async def test_what_was_reported_before_a_break_counts(bench: Bench) -> None:
    """The provider said what the prompt was; only what came after is an estimate."""
    start = UsageReported(model=NAME, usage=Usage(input_tokens=900, cache_read_tokens=50))
    stream = bench.meter.over(Reporting([start, TextDelta(text="x" * 400)])).stream(ASKED)
    await anext(stream)
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    (call,) = await bench.ledger.calls()
    assert (call.input_tokens, call.cache_read_tokens, call.is_estimated) == (900, 50, True)
    assert call.output_tokens >= 100


@pytest.mark.parametrize("is_streamed", [True, False])
async def test_a_failure_costs_what_was_reported(bench: Bench, is_streamed: bool) -> None:
    """A call that fails before its first word has had its prompt read, if that was reported."""
    said = Usage(input_tokens=900, output_tokens=1, cache_write_tokens=40)
    model = bench.model(Answer(reported=said, error=ModelUnreachableError("Gone.")))
    with pytest.raises(ModelUnreachableError):
        await (heard(model) if is_streamed else model.complete(ASKED))
    (call,) = await bench.ledger.calls()
    assert (call.outcome, call.input_tokens, call.cache_write_tokens) == ("failed", 900, 40)
    assert (call.output_tokens, call.is_estimated) == (1, False)
    assert call.cost == Decimal("0.00091") + 40 * Decimal("0.000001")


@pytest.mark.parametrize("is_streamed", [True, False])
async def test_every_attempt_is_a_charge(bench: Bench, is_streamed: bool) -> None:
    """What a failed attempt used does not vanish behind the one that was answered."""
    busy, said = ModelBusyError("Busy."), Usage(input_tokens=900)
    script = ScriptedModel(
        [
            Answer(error=busy),
            Answer(reported=said, error=busy),
            Answer(pieces=PIECES, reported=said, usage=USED),
        ]
    )
    model = bench.meter.over(RetryingModel(script, Retries(sleep=at_once)))
    await (heard(model) if is_streamed else model.complete(ASKED))
    calls = {call.outcome: call for call in await bench.ledger.calls()}
    assert {outcome: call.input_tokens for outcome, call in calls.items()} == {
        "failed": 900,
        "end": 1_000,
    }


async def test_words_of_a_failed_attempt_are_estimated(bench: Bench) -> None:
    """A whole answer that is asked for again was written once in vain."""
    gone = ModelUnreachableError("Gone.")
    script = ScriptedModel([Answer(pieces=("x" * 400,), error=gone), Answer(pieces=("y",))])
    model = bench.meter.over(RetryingModel(script, Retries(sleep=at_once)))
    assert (await model.complete(ASKED)).text == "y"
    calls = {call.outcome: call for call in await bench.ledger.calls()}
    assert calls["failed"].output_tokens >= 100
    assert calls["failed"].is_estimated
    assert calls["end"].output_tokens < 10


async def test_a_stand_in_pays_for_its_own_words(bench: Bench) -> None:
    """What the other model wrote is not charged to the one that could not answer."""
    gone = ModelUnreachableError("Gone.")
    first = ScriptedModel([Answer(reported=Usage(input_tokens=900), error=gone)], name="scripted:1")
    other = ScriptedModel([Answer(pieces=("x" * 400,))])
    await heard(bench.meter.over(FallbackModel(first, other)))
    calls = {call.model: call for call in await bench.ledger.calls()}
    assert (calls["scripted:1"].output_tokens, calls["scripted:1"].outcome) == (0, "failed")
    assert calls[NAME].output_tokens >= 100


async def test_failed_calls_fill_a_cap(database: Database, clock: FakeClock) -> None:
    """A day is as full of what failed as of what was answered."""
    bench = Bench(database, clock, Caps.of(2.0, 0))
    dear = Usage(input_tokens=2_000_000)
    model = bench.model(Answer(reported=dear, error=ModelUnreachableError("Gone.")))
    with pytest.raises(ModelUnreachableError):
        await model.complete(ASKED)
    with pytest.raises(SpendingCapError):
        await model.complete(ASKED)


async def test_each_model_pays_for_itself(bench: Bench) -> None:
    """When another answers in the place of one that broke off, both are on the ledger."""
    first = UsageReported(model="scripted:first", usage=Usage(input_tokens=900))
    again = AskedAgain(model=NAME)
    reply = Reply(model=NAME, text="x", stop_reason=StopReason.END, usage=USED)
    await heard(bench.meter.over(Reporting([first, again, ReplyDone(reply=reply)])))
    calls = {call.model: call for call in await bench.ledger.calls()}
    assert calls["scripted:first"].outcome == "failed"
    assert calls["scripted:first"].cost is None
    assert calls[NAME].input_tokens == 1_000


async def test_offline_standing_in_costs_nothing(bench: Bench) -> None:
    """Only what was asked before it is on the ledger, if it reported anything."""
    first = UsageReported(model=NAME, usage=Usage(input_tokens=900))
    done = ReplyDone(reply=Reply(model="offline", text="x", stop_reason=StopReason.END))
    assert await heard(bench.meter.over(Reporting([done]))) == [done]
    assert await bench.ledger.calls() == []
    stands_in = AskedAgain(model="offline"), TextDelta(text="x")
    await heard(bench.meter.over(Reporting([first, *stands_in, done])))
    (call,) = await bench.ledger.calls()
    assert (call.model, call.input_tokens, call.outcome) == (NAME, 900, "failed")


async def spend(bench: Bench, dollars: int, request: Request = ASKED) -> None:
    usage = Usage(input_tokens=dollars * 1_000_000)
    await bench.model(Answer(pieces=("x",), usage=usage)).complete(request)


async def refused(model: Model, *, is_streamed: bool) -> SpendingCapError:
    with pytest.raises(SpendingCapError, match=r"\$2\.00 today.*per_day_usd") as caught:
        await (heard(model) if is_streamed else model.complete(ASKED))
    return caught.value


@pytest.mark.parametrize("is_streamed", [True, False])
async def test_a_full_day_refuses_before_the_call(
    database: Database, clock: FakeClock, is_streamed: bool
) -> None:
    """With the numbers, the setting and the moment; it is told once; the next day is free."""
    bench = Bench(database, clock, Caps.of(2.0, 0))
    await spend(bench, 2)
    inner = ScriptedModel([Answer(pieces=("x",), usage=USED)] * 2)
    model = MeteredModel(inner, bench.meter)
    with bench.bus.subscribe() as subscription:
        refusals = [await refused(model, is_streamed=is_streamed) for _ in range(2)]
        told = [event for event in subscription.drain() if isinstance(event, SpendingPaused)]
    tomorrow = datetime(2026, 3, 15, tzinfo=UTC)
    assert inner.requests == []
    assert [refusal.resumes_at for refusal in refusals] == [tomorrow, tomorrow]
    assert [event.until for event in told] == [tomorrow]
    assert told[0].reason == str(refusals[0])
    clock.forward(days=1)
    await model.complete(ASKED)


async def test_a_dear_job_waits_and_others_go_on(database: Database, clock: FakeClock) -> None:
    """The cap of a job holds that job alone, and nothing that is no job."""
    bench = Bench(database, clock, Caps.of(0, 1.0))
    await spend(bench, 1)
    with pytest.raises(SpendingCapError, match="job 7"):
        await spend(bench, 1)
    await spend(bench, 1, replace(ASKED, attribution=Attribution(job=8)))
    await spend(bench, 5, replace(ASKED, attribution=Attribution()))
    await spend(bench, 5, replace(ASKED, attribution=Attribution()))


async def test_what_has_no_price_is_not_held(
    database: Database, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Its tokens are counted; the log says that no cap holds it."""
    bench = Bench(database, clock, Caps.of(1.0, 0))
    await spend(bench, 1)
    local = bench.meter.over(ScriptedModel([Answer(pieces=("x",))], name="local:llama"))
    await local.complete(ASKED)
    assert "local:llama has no price" in caplog.text
    assert (await bench.ledger.total()).unpriced == 1


async def test_estimates_are_corrected_beside_the_count(
    database: Database, clock: FakeClock
) -> None:
    """What a provider reports corrects the sizes of the record too, where a vocabulary counts."""
    counter = TokenCounter()
    ledger = Ledger(database, PriceBook(), clock=clock)
    meter = Meter(ledger, counter, CapGuard(ledger, Caps(), Bus(), clock), clock)
    assert await counter.ready(NAME)
    reported = Usage(input_tokens=round(COUNTED * 0.8), output_tokens=1)
    await meter.over(ScriptedModel([Answer(pieces=("x",), usage=reported)])).complete(ASKED)
    assert counter.factor(NAME, ESTIMATE) == pytest.approx(0.8, abs=0.001)
