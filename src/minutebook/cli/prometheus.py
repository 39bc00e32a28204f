"""`status --prometheus`: the state of a home in the text format of Prometheus, version 0.0.4.

What only ever grows is a counter; jobs and pages, which come and go between states, are gauges. The
format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from minutebook.domain.batches import OPEN_STATES, BatchState, OrderState
from minutebook.domain.measures import Measures
from minutebook.domain.spending import Grouping, Tally
from minutebook.engine import Counts, Engine

_PREFIX = "minutebook_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One number of a family."""

    value: int | float | Decimal
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Numbers of one name."""

    name: str
    kind: str
    """`counter` or `gauge`."""
    help: str
    samples: Sequence[Sample]


async def exposed(engine: Engine) -> str:
    """Return the state of a home. Raises StoreError."""
    counts, measures = await engine.library.counts(), await engine.queue.measures()
    status = await engine.batches.status()
    families = [
        *_of_record(counts, measures),
        *_of_work(measures),
        *_of_batches(status.batches, measures),
        _counter(
            "batch_saved_usd",
            "US dollars that batches have saved against direct calls.",
            [_one(status.savings.direct_cost - status.savings.cost)],
        ),
        _gauge("approvals_needed", "Work that waits for a yes.", [_one(len(status.approvals))]),
        _gauge("providers_paused", "Providers nothing is sent to.", [_one(len(status.pauses))]),
        *_of_spending(await engine.ledger.report(Grouping.MODEL)),
    ]
    return written(families)


def written(families: Iterable[Family]) -> str:
    """Return families in the text format, in order; those without numbers are left out."""
    return "".join(_written(families))


def _written(families: Iterable[Family]) -> Iterator[str]:
    for family in families:
        if not family.samples:
            continue
        name = f"{_PREFIX}{family.name}"
        yield f"# HELP {name} {_escaped(family.help)}\n# TYPE {name} {family.kind}\n"
        for sample in family.samples:
            yield f"{name}{_labels(sample.labels)} {_number(sample.value)}\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value, quotes=True)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}"


def _escaped(text: str, *, quotes: bool = False) -> str:
    """Escape a text; carriage returns are no part of the format, and would end a line for many."""
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", " ")
    return text.replace('"', '\\"') if quotes else text


def _number(value: float | Decimal) -> str:
    return str(value) if isinstance(value, int) else repr(float(value))


def _of_record(counts: Counts, measures: Measures) -> Iterator[Family]:
    yield _gauge("conversations", "Conversations.", [_one(counts.conversations)])
    yield _gauge("turns", "Turns of all conversations.", [_one(counts.turns)])
    yield _gauge("documents", "Living documents.", [_one(counts.documents)])
    yield _gauge("revisions", "Revisions of living documents.", [_one(counts.revisions)])
    yield _gauge("quarantined", "Input that could not be read.", [_one(counts.quarantined)])
    yield _gauge(
        "pages",
        "Pages by how warm they are.",
        [_by(number, lifecycle=state.value) for state, number in counts.pages.items()],
    )
    yield _gauge(
        "page_summaries",
        "Pages by how good their summary is.",
        [_by(number, state=state.value) for state, number in measures.summaries.items()],
    )


def _of_work(measures: Measures) -> Iterator[Family]:
    yield _gauge(
        "jobs",
        "Background jobs by kind and state; dead ones wait for a person.",
        [_by(d.jobs, kind=d.kind.value, state=d.state.value) for d in measures.depths],
    )
    yield _gauge(
        "job_age_seconds",
        "How long the oldest job has been due, or held, or given up.",
        [
            _by(_age(d.since, measures.at), kind=d.kind.value, state=d.state.value)
            for d in measures.depths
            if d.since is not None
        ],
    )
    yield _gauge(
        "jobs_done_last_hour", "Jobs that ended well.", [_one(sum(measures.throughput.done))]
    )
    yield _gauge(
        "orders",
        "Summaries that are wanted of models, by state.",
        [_by(number, state=state.value) for state, number in measures.orders.items()],
    )
    done = measures.orders[OrderState.DONE]
    yield _counter("summaries", "Summaries that models have given.", [_one(done)])
    rate = measures.success_rate
    yield _gauge(
        "summary_success_ratio",
        "Summaries that models gave, of those that were given or given up.",
        [] if rate is None else [_one(rate)],
    )
    yield _gauge(
        "summary_seconds",
        "How long the last summaries took at most, by the share of them that did.",
        [
            _by(took.total_seconds(), route=latency.route.value, quantile=f"{share:g}")
            for latency in measures.latencies
            for share, took in latency.quantiles.items()
        ],
    )


def _of_batches(batches: Mapping[BatchState, int], measures: Measures) -> Iterator[Family]:
    yield _gauge(
        "batches",
        "Batches by state.",
        [_by(number, state=state.value) for state, number in batches.items()],
    )
    open_ = sum(batches[state] for state in OPEN_STATES)
    yield _gauge("batches_open", "Batches of which something is to come.", [_one(open_)])
    closed = [(name, number) for name, number in measures.outcomes.items() if name != "open"]
    yield _counter(
        "batch_requests",
        "Requests of batches by what became of them.",
        [_by(number, outcome=name) for name, number in closed],
    )
    yield _gauge(
        "batch_requests_open",
        "Requests of batches that are under way.",
        [_one(measures.outcomes["open"])],
    )


def _of_spending(tallies: Sequence[Tally]) -> Iterator[Family]:
    yield _counter(
        "model_calls", "Calls of models.", [_by(each.calls, model=each.name) for each in tallies]
    )
    yield _counter(
        "model_tokens",
        "Tokens by model, as providers count them.",
        [
            _by(number, model=each.name, kind=kind)
            for each in tallies
            for kind, number in _tokens(each)
        ],
    )
    yield _counter(
        "model_cost_usd",
        "US dollars by model, as far as prices are known.",
        [_by(each.cost, model=each.name) for each in tallies],
    )
    yield _counter(
        "model_calls_unpriced",
        "Calls of models that have no price.",
        [_by(each.unpriced, model=each.name) for each in tallies],
    )


def _tokens(tally: Tally) -> tuple[tuple[str, int], ...]:
    return (
        ("input", tally.input_tokens),
        ("output", tally.output_tokens),
        ("cache_read", tally.cache_read_tokens),
        ("cache_write", tally.cache_write_tokens),
    )


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())


def _one(value: float | Decimal) -> Sample:
    return Sample(value=value, labels={})


def _by(value: float | Decimal, **labels: str) -> Sample:
    return Sample(value=value, labels=labels)


def _gauge(name: str, help_: str, samples: Sequence[Sample]) -> Family:
    return Family(name=name, kind="gauge", help=help_, samples=samples)


def _counter(name: str, help_: str, samples: Sequence[Sample]) -> Family:
    return Family(name=f"{name}_total", kind="counter", help=help_, samples=samples)
