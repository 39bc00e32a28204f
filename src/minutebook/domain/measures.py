"""How the work goes: what waits, what is done in which time, and how much of it succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from minutebook.domain.batches import OrderState, Route
from minutebook.domain.jobs import JobKind, JobState
from minutebook.domain.pages import SummaryState

QUANTILES = (0.5, 0.9, 0.99)
"""Which of the times are named, of all that were taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many jobs of one kind are in one state."""

    kind: JobKind
    state: JobState
    jobs: int
    since: datetime | None = None
    """From when the one is that has been so longest: due, held or given up. None for what is done,
    or waits for a moment to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long summaries by models took, from when they were wanted to when they stood."""

    route: Route
    summaries: int
    quantiles: Mapping[float, timedelta]
    """By the share of summaries that took no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """How many jobs ended in each of some times of equal length, the last one at the end."""

    width: timedelta
    done: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How the work goes, all at one moment."""

    at: datetime
    depths: tuple[Depth, ...]
    orders: Mapping[OrderState, int]
    summaries: Mapping[SummaryState, int]
    """Pages by how good their summary is."""
    outcomes: Mapping[str, int]
    """Requests of batches by what became of them; `open` where nothing is known yet."""
    latencies: tuple[Latency, ...]
    """Of the last summaries that were made, thousands at most."""
    throughput: Throughput

    @property
    def success_rate(self) -> float | None:
        """The share of summaries that models gave, of those that were given or given up."""
        done, dead = self.orders[OrderState.DONE], self.orders[OrderState.DEAD]
        return done / (done + dead) if done + dead else None

    def waiting(self) -> int:
        """Return how many jobs are still to be done."""
        waits = (JobState.QUEUED, JobState.FAILED)
        return sum(depth.jobs for depth in self.depths if depth.state in waits)

    def oldest(self) -> datetime | None:
        """Return since when the job waits that is due longest."""
        waits = (JobState.QUEUED, JobState.FAILED)
        found = [depth.since for depth in self.depths if depth.state in waits and depth.since]
        return min(found, default=None)
