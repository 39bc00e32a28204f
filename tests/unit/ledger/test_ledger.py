"""The ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from zoneinfo import ZoneInfo

import pytest

from doubles import FakeClock
from minutebook.domain.spending import Charge, Grouping, Tally
from minutebook.ledger.ledger import Ledger
from minutebook.llm.pricing import PriceBook
from minutebook.llm.tokens.counter import ESTIMATE, TokenCounter
from minutebook.store.database import Database

SONNET = "anthropic:claude-sonnet-5-5"
LOCAL = "local:llama"
AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.fixture
def ledger(database: Database, clock: FakeClock) -> Ledger:
    return Ledger(database, PriceBook(), clock=clock)


def charge(at: datetime, **more: object) -> Charge:
    """Return a call that costs a cent, unless said otherwise."""
    usual: dict[str, object] = {"task": "chat", "model": SONNET, "outcome": "end"}
    return Charge(at=at, **{**usual, "input_tokens": 5_000, **more})  # type: ignore[arg-type]


async def test_a_call_is_kept_whole(ledger: Ledger, clock: FakeClock) -> None:
    """Everything that was said of it comes back, with its price."""
    said = charge(
        clock(),
        is_batch=True,
        output_tokens=1,
        cache_read_tokens=2,
        cache_write_tokens=3,
        cache_write_1h_tokens=2,
        is_estimated=True,
        conversation="cv_1",
        subject="pg_1",
        job=7,
        correlation="c",
        counted_tokens=4_000,
        counted_by=ESTIMATE,
        key="item-1",
    )
    (priced,) = await ledger.record(said)
    assert priced.cost == Decimal("0.00501045")
    assert await ledger.calls() == [priced]


async def test_a_conversation_finds_its_own_calls(ledger: Ledger, clock: FakeClock) -> None:
    """Other conversations, earlier calls and those that made nothing are left out."""
    hour = timedelta(hours=1)
    mine = [charge(clock() + n * hour, conversation="cv_1", subject=f"t{n}") for n in range(3)]
    other = charge(clock() + hour, conversation="cv_2", subject="t9")
    nothing = charge(clock() + hour, conversation="cv_1")
    await ledger.record(*reversed(mine), other, nothing)
    found = await ledger.calls_in("cv_1", since=clock() + hour)
    assert [call.subject for call in found] == ["t1", "t2"]


async def test_what_has_no_price_is_kept_unpriced(ledger: Ledger, clock: FakeClock) -> None:
    """Its tokens count, its cost is unknown; sums say how many there are."""
    await ledger.record(charge(clock(), model=LOCAL), charge(clock()))
    total = await ledger.total()
    assert (total.calls, total.unpriced, total.input_tokens) == (2, 1, 10_000)
    assert total.cost == Decimal("0.01")
    assert [call.cost for call in await ledger.calls() if call.model == LOCAL] == [None]


async def test_a_call_with_a_key_is_charged_once(ledger: Ledger, clock: FakeClock) -> None:
    """However often it is reported; calls without a key are each their own."""
    for _ in range(3):
        await ledger.record(charge(clock(), key="item-1"), charge(clock()))
    assert (await ledger.total()).calls == 4


async def test_a_day_is_one_of_the_readers_zone(database: Database, clock: FakeClock) -> None:
    """In Auckland the next day begins at eleven in the morning of UTC."""
    ledger = Ledger(database, PriceBook(), AUCKLAND, clock)
    assert ledger.midnight() == datetime(2026, 3, 13, 11, tzinfo=UTC)
    for hours in (0, 1, 2, 3):
        await ledger.record(charge(clock() + timedelta(hours=hours)))
    assert [(day.name, day.calls) for day in await ledger.report(Grouping.DAY)] == [
        ("2026-03-15", 2),
        ("2026-03-14", 2),
    ]
    clock.forward(hours=3)
    assert await ledger.spent_today() == Decimal("0.02")


async def test_days_that_change_their_clocks_are_whole(database: Database) -> None:
    """The day of 25 hours ends when the next one begins."""
    clock = FakeClock()
    clock.now = datetime(2026, 10, 25, 10, tzinfo=UTC)
    ledger = Ledger(database, PriceBook(), ZoneInfo("Europe/Berlin"), clock)
    assert ledger.midnight(days=1) - ledger.midnight() == timedelta(hours=25)


async def test_sums_by_anything_come_to_the_same(ledger: Ledger, clock: FakeClock) -> None:
    """Whatever the calls are grouped by; the dearest stands first."""
    for number in range(12):
        await ledger.record(
            charge(
                clock() + timedelta(hours=7 * number),
                task=("chat", "scribe", "summarise")[number % 3],
                model=(SONNET, LOCAL)[number % 2],
                conversation=f"cv_{number % 4}",
                input_tokens=number * 1_000,
            )
        )
    total = await ledger.total()
    for by in Grouping:
        assert reduce(Tally.plus, await ledger.report(by), Tally()) == total
    models = await ledger.report(Grouping.MODEL)
    assert [(tally.name, tally.unpriced) for tally in models] == [(SONNET, 0), (LOCAL, 6)]
    jobs = {tally.name: tally.calls for tally in await ledger.report(Grouping.JOB)}
    assert jobs == {"chat": 4, "scribe": 4, "summarise": 4}


async def test_a_time_can_be_looked_at(ledger: Ledger, clock: FakeClock) -> None:
    """From a moment on, up to another, without the latter; the newest first."""
    moments = [clock() + timedelta(hours=number) for number in range(4)]
    await ledger.record(*(charge(at, job=3) for at in moments))
    found = await ledger.calls(since=moments[1], until=moments[3])
    assert [call.at for call in found] == [moments[2], moments[1]]
    assert (await ledger.total(since=moments[1], until=moments[3])).calls == 2
    assert await ledger.spent_today_on(3) == Decimal("0.04")
    assert await ledger.spent_today_on(4) == 0


async def test_a_counter_learns_from_the_ledger(ledger: Ledger, clock: FakeClock) -> None:
    """What was counted and what was reported is there after a restart; estimates teach nothing."""
    sample = charge(
        clock(), counted_tokens=4_000, counted_by=ESTIMATE, cache_read_tokens=1_000, model=LOCAL
    )
    await ledger.record(sample, charge(clock(), is_estimated=True, counted_tokens=1_000))
    counter = TokenCounter()
    await ledger.teach(counter)
    assert counter.factor(LOCAL) == 1.5
    assert counter.factor(SONNET) == TokenCounter().factor(SONNET)
