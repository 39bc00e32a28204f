"""How the work goes, counted and placed in SQL: what comes back is a few rows, however much there
is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from minutebook.clock import from_micros, to_micros
from minutebook.domain.batches import OPEN_STATES, Route
from minutebook.domain.jobs import JobKind, JobState
from minutebook.domain.measures import QUANTILES, Depth, Latency, Measures, Throughput
from minutebook.domain.pages import SummaryState
from minutebook.store import orders
from minutebook.store.transaction import Transaction

_LAST_SUMMARIES = 5_000
_OUTCOMES = ("succeeded", "errored", "canceled", "expired", "missing", "open")


def measure(tx: Transaction, now: datetime, *, over: timedelta, slots: int) -> Measures:
    """Return how the work goes; the throughput over a time before now, in so many slots."""
    return Measures(
        at=now,
        depths=tuple(depths(tx, now)),
        orders=orders.counts(tx),
        summaries=summaries(tx),
        outcomes=outcomes(tx),
        latencies=tuple(latencies(tx)),
        throughput=throughput(tx, now, over=over, slots=slots),
    )


def depths(tx: Transaction, now: datetime) -> list[Depth]:
    """Return how many jobs of each kind are in each state, by kind."""
    held = {(row["kind"], row["state"]): row["since"] for row in tx.all("measures.held_since")}
    found = []
    for row in tx.all("measures.depths"):
        kind, state = JobKind(row["kind"]), JobState(row["state"])
        since = held.get((row["kind"], row["state"]))
        if state in {JobState.QUEUED, JobState.FAILED}:
            since = _due_since(tx, kind, state, now)
        moment = None if since is None else from_micros(since)
        found.append(Depth(kind=kind, state=state, jobs=row["jobs"], since=moment))
    kinds, states = list(JobKind), list(JobState)
    return sorted(found, key=lambda each: (kinds.index(each.kind), states.index(each.state)))


def _due_since(tx: Transaction, kind: JobKind, state: JobState, now: datetime) -> int | None:
    row = tx.one("measures.due_since", kind=kind.value, state=state.value, now=to_micros(now))
    return None if row is None else row["since"]


def summaries(tx: Transaction) -> dict[SummaryState, int]:
    """Return how many pages have a summary of each state."""
    found = {row["summary_state"]: int(row["pages"]) for row in tx.all("measures.summaries")}
    return {state: found.get(state.value, 0) for state in SummaryState}


def outcomes(tx: Transaction) -> dict[str, int]:
    """Return how many requests of batches came to what; `open` are those to come."""
    under_way = json.dumps([state.value for state in OPEN_STATES])
    row = tx.all("measures.outcomes", open=under_way)[0]
    return {name: int(row[name]) for name in _OUTCOMES}


def latencies(tx: Transaction) -> list[Latency]:
    """Return how long the last summaries by models took, by how they were asked for."""
    rows = tx.all("measures.waits", quantiles=json.dumps(QUANTILES), limit=_LAST_SUMMARIES)
    by_route: dict[str, dict[float, timedelta]] = {}
    sizes: dict[str, int] = {}
    for row in rows:
        waited = timedelta(microseconds=row["waited"])
        by_route.setdefault(row["route"], {})[row["quantile"]] = waited
        sizes[row["route"]] = row["summaries"]
    return [
        Latency(
            route=Route(route),
            summaries=sizes[route],
            quantiles=quantiles,
        )
        for route, quantiles in by_route.items()
    ]


def throughput(tx: Transaction, now: datetime, *, over: timedelta, slots: int) -> Throughput:
    """Return how many jobs ended in each slot of the time before now."""
    width = over / slots
    micros = max(1, round(width / timedelta(microseconds=1)))
    since = to_micros(now) - micros * slots
    rows = tx.all("measures.throughput", since=since, until=to_micros(now) + 1, width=micros)
    found = {min(row["slot"], slots - 1): 0 for row in rows}
    for row in rows:
        found[min(row["slot"], slots - 1)] += row["done"]
    return Throughput(width=width, done=tuple(found.get(slot, 0) for slot in range(slots)))
