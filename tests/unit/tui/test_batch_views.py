"""How batches and the work are put into rows and lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.batches import (
    Approval,
    ApprovalKind,
    ApprovalState,
    Batch,
    BatchState,
    Estimate,
    OrderState,
    Pause,
    Route,
)
from minutebook.domain.jobs import Job, JobKind, JobState
from minutebook.domain.measures import Depth, Latency, Measures, Throughput
from minutebook.engine import BatchStatus
from minutebook.store.batches import Savings
from minutebook.tui.widgets import batch_views, queue_facts, views
from minutebook.tui.widgets.facts import plotted
from minutebook.tui.widgets.inked import text_of

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
NOTHING = Measures(
    at=NOW,
    depths=(),
    orders=dict.fromkeys(OrderState, 0),
    summaries={},
    outcomes={},
    latencies=(),
    throughput=Throughput(width=timedelta(minutes=1), done=(0,) * 60),
)
STATUS = BatchStatus(
    orders=dict.fromkeys(OrderState, 0),
    batches=dict.fromkeys(BatchState, 0),
    approvals=(),
    pauses=(),
    savings=Savings(cost=Decimal(0), direct_cost=Decimal(0)),
)
BATCH = Batch(
    id="bt_1",
    provider="anthropic",
    model="anthropic:m",
    state=BatchState.OPEN,
    requests=2,
    bytes=10,
    digest="",
    created_at=NOW - timedelta(hours=3),
    expires_at=NOW + timedelta(hours=21),
)


@given(values=st.lists(st.integers(min_value=0, max_value=10**9), max_size=60))
def test_a_plot_has_a_bar_for_each_number(values: list[int]) -> None:
    """Nothing is a dot, something never is, and more is never lower."""
    bars = plotted(values)
    assert len(bars) == len(values)
    assert [bar == "·" for bar in bars] == [value == 0 for value in values]
    assert [bars[i] for i, value in enumerate(values) if value == max(values) > 0] == [
        "█" for value in values if value == max(values) > 0
    ]
    ranked = sorted(zip(values, bars, strict=True))
    heights = ["·▁▂▃▄▅▆▇█".index(bar) for _, bar in ranked]
    assert heights == sorted(heights)


def test_without_jobs_there_are_no_lines() -> None:
    """An empty home needs no numbers."""
    assert queue_facts.lines(NOTHING) == []


def test_the_work_in_lines() -> None:
    """What waits and since when, by kind and state, the plot, success and latency."""
    measures = replace(
        NOTHING,
        depths=(
            Depth(kind=JobKind.ASK, state=JobState.QUEUED, jobs=1200, since=NOW),
            Depth(kind=JobKind.ASK, state=JobState.DEAD, jobs=3, since=NOW),
            Depth(kind=JobKind.SCRIBE, state=JobState.LEASED, jobs=2, since=NOW),
            Depth(kind=JobKind.SCRIBE, state=JobState.DONE, jobs=99),
        ),
        orders={**NOTHING.orders, OrderState.DONE: 3, OrderState.DEAD: 1},
        latencies=(
            Latency(
                route=Route.BATCH,
                summaries=3,
                quantiles={0.5: timedelta(seconds=5), 0.9: timedelta(hours=3)},
            ),
        ),
        throughput=Throughput(width=timedelta(minutes=1), done=(0,) * 59 + (7,)),
    )
    said = text_of(queue_facts.lines(measures))
    assert "1,200 waiting, the oldest since" in said
    assert "3 given up" in said
    assert "ask 1,200 waiting, 3 given up   scribe 2 running" in said
    assert "7 in the last 1 h" in said
    assert "75.0% of summaries succeeded · in batches 50/90% in 5.0 s, 3 h" in said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0.4 s"), (12, "12 s"), (300, "5 min"), (7200, "2 h"), (86_400 * 5, "5 days")],
)
def test_times_have_one_unit(seconds: float, said: str) -> None:
    """As short as it can be said."""
    assert queue_facts.took(timedelta(seconds=seconds)) == said


def test_the_glance() -> None:
    """What is in flight and what was saved; nothing where there never were batches."""
    assert batch_views.glance(STATUS) == []
    status = replace(
        STATUS,
        batches={**STATUS.batches, BatchState.OPEN: 2},
        savings=Savings(cost=Decimal("1.80"), direct_cost=Decimal("3.60")),
    )
    said = "".join(span.text for span in batch_views.glance(status))
    assert said == "Batches 2 in flight · saved $1.80"
    assert batch_views.facts(STATUS) == []


def test_a_batch_in_flight_has_an_age_and_an_end() -> None:
    """How old it is, and how long it may take yet; an applied one says what it saved."""
    said = text_of(batch_views._batch(BATCH, NOW).lines)
    assert "in flight" in said
    assert "for 3 h, 21 h left" in said
    applied = replace(BATCH, state=BatchState.APPLIED, cost=Decimal("0.5"), direct_cost=Decimal(1))
    said = text_of(batch_views._batch(applied, NOW).lines)
    assert "$0.50 · saved $0.50" in said
    assert "left" not in said


def test_what_a_provider_says_is_harmless() -> None:
    """The reason of a batch comes from outside: no control sequence of it reaches a terminal."""
    lines = batch_views._batch(replace(BATCH, error="bad\x1b[31m\nmore"), NOW).lines
    assert "\x1b" not in text_of(lines)


def test_a_pause_is_in_the_glance() -> None:
    """What was never sent is not in flight; until when nothing is sent is said."""
    pause = Pause(provider="anthropic", reason="no credit", since=NOW, until=NOW)
    status = replace(
        STATUS,
        batches={**STATUS.batches, BatchState.PREPARED: 1},
        orders={**STATUS.orders, OrderState.SENT: 24, OrderState.DEAD: 3},
        pauses=(pause,),
    )
    until = f"paused until {NOW.astimezone():%H:%M}"
    said = "".join(span.text for span in batch_views.glance(status))
    assert said == f"Batches {until} · 3 given up"
    told = text_of(batch_views.facts(status))
    assert told.startswith("0 in flight, 0 applied, 1 not sent")
    assert until in told


@pytest.mark.parametrize(
    ("kind", "reason", "below"),
    [
        (ApprovalKind.COST, "24 pages for anthropic:m, about 900 tokens", "about 900 tokens"),
        (ApprovalKind.BACKLOG, "24 pages for anthropic:m: of another kind", "; of another kind"),
        (ApprovalKind.CANCELED, "Its batch was cancelled.", "; Its batch was cancelled"),
    ],
)
def test_a_question_says_its_numbers_once(kind: ApprovalKind, reason: str, below: str) -> None:
    """The second line has what the first has not."""
    estimate = Estimate(
        pages=24, input_tokens=900, output_tokens=1, cost=Decimal(1), direct_cost=Decimal(2)
    )
    asked = Approval(
        id=1,
        kind=kind,
        state=ApprovalState.NEEDED,
        model="anthropic:m",
        prompt="p",
        estimate=estimate,
        reason=reason,
        created_at=NOW,
        decided_at=None,
    )
    first, second = batch_views._approval(asked, NOW).lines
    assert "24 pages" in text_of([first])
    assert "24 pages" not in text_of([second])
    assert below in text_of([second])


def test_jobs_about_nothing_say_what_they_are_for() -> None:
    """No line of a row is empty."""
    job = Job(
        id=1,
        kind=JobKind.DISPATCH,
        key="dispatch",
        group=None,
        payload="dispatch",
        state=JobState.DONE,
        attempts=1,
        not_before=NOW,
        owner=None,
        lease_until=None,
        requests=1,
        error="",
        cause="",
        correlation="",
        created_at=NOW,
        updated_at=NOW,
    )
    assert "decides how pages go" in text_of([views._job(job, "", NOW).lines[1]])
