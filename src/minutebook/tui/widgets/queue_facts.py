"""How the work goes, in lines: depth and age, by kind and state, throughput, success, latency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.batches import Route
from minutebook.domain.jobs import JobState
from minutebook.tui.widgets.facts import plotted
from minutebook.tui.widgets.inked import Ink, Line, Side, Span, line
from minutebook.tui.wording import turn_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from minutebook.domain.measures import Latency, Measures

_OPEN = {
    JobState.QUEUED: "waiting",
    JobState.FAILED: "to retry",
    JobState.LEASED: "running",
    JobState.SUBMITTED: "sent",
    JobState.DEAD: "given up",
}
_ROUTES = {Route.NOW: "directly", Route.BATCH: "in batches"}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def lines(measures: Measures) -> list[Line]:
    """Return the lines, as many as there is something to say."""
    if not measures.depths:
        return []
    kinds = tuple(_of_kinds(measures))
    found = [_head(measures)]
    if kinds:
        found.append(Line(left=kinds, shortened=Side.RIGHT))
    found.append(_throughput(measures))
    if measures.success_rate is not None:
        found.append(_summaries(measures))
    return found


def _head(measures: Measures) -> Line:
    waiting, oldest = measures.waiting(), measures.oldest()
    dead = _count(measures, JobState.DEAD)
    spans = [Span(text=f"{waiting:,}"), Span(text=" waiting", ink=Ink.NOTE)]
    if oldest is not None:
        since = turn_time(oldest, measures.at)
        spans.append(Span(text=f", the oldest since {since}", ink=Ink.NOTE))
    if running := _count(measures, JobState.LEASED):
        spans.append(Span(text=f"   {running:,} running", ink=Ink.ACCENT))
    if dead:
        spans.append(Span(text=f"   {dead:,} given up", ink=Ink.ERROR))
    done = _count(measures, JobState.DONE)
    return Line(left=tuple(spans), right=(Span(text=f"{done:,} done", ink=Ink.FAINT),))


def _of_kinds(measures: Measures) -> Iterator[Span]:
    """Return what is to be done of each kind, in its states."""
    last = None
    for depth in measures.depths:
        if depth.state not in _OPEN:
            continue
        if depth.kind is not last:
            gap = "" if last is None else "   "
            yield Span(text=f"{gap}{depth.kind.value}", ink=Ink.NOTE)
        comma = "," if depth.kind is last else ""
        ink = Ink.ERROR if depth.state is JobState.DEAD else Ink.FAINT
        yield Span(text=f"{comma} {depth.jobs:,} {_OPEN[depth.state]}", ink=ink)
        last = depth.kind


def _throughput(measures: Measures) -> Line:
    done = measures.throughput.done
    over = took(measures.throughput.width * len(done))
    return Line(
        left=(Span(text=plotted(done), ink=Ink.ACCENT if any(done) else Ink.FAINT),),
        right=(Span(text=f"{sum(done):,} in the last {over}", ink=Ink.NOTE),),
    )


def _summaries(measures: Measures) -> Line:
    """Say how many summaries models gave, and how long they took."""
    rate = measures.success_rate or 0.0
    waits = (f" · {_latency(each)}" for each in measures.latencies)
    return line(f"{rate:.1%} of summaries succeeded{''.join(waits)}", Ink.NOTE)


def _latency(latency: Latency) -> str:
    shares = "/".join(f"{share * 100:.0f}" for share in latency.quantiles)
    times = ", ".join(took(time) for time in latency.quantiles.values())
    said = f"{shares}% in {times}"
    route = _ROUTES.get(latency.route, "")
    return f"{route} {said}" if route else said


def took(time: timedelta) -> str:
    """Return a length of time in one unit: `0.4 s`, `12 s`, `5 min`, `3 h`, `2 days`."""
    seconds = time.total_seconds()
    if seconds < _MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.0f} h"
    return f"{seconds / _DAY:.0f} days"


def _count(measures: Measures, state: JobState) -> int:
    return sum(depth.jobs for depth in measures.depths if depth.state is state)
