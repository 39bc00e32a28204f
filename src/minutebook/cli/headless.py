"""The engine without a screen: import, watch, work, and narrate on stderr."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from minutebook.cli.exits import Exit
from minutebook.cli.logbook import keep_log
from minutebook.cli.narration import Narrator
from minutebook.cli.outcome import Outcome
from minutebook.cli.progress import ProgressLine, of_reading, shown, so_far
from minutebook.clock import iso
from minutebook.config import Settings
from minutebook.domain.batches import OrderState
from minutebook.domain.jobs import JobKind, JobState
from minutebook.engine import BatchStatus, Counts, Engine, SourceReport, open_engine
from minutebook.events import SourceFailed, SourceImported
from minutebook.heap import set_start_apart
from minutebook.paths import Home
from minutebook.wording import in_doubt, paused_until, plural, waits_for_yes

_EVERY = 10_000_000
_PACE_SECONDS = 0.3
_REST_SECONDS = 2.0
_MANY = 100
_TO_BE_DONE = (JobState.QUEUED, JobState.LEASED, JobState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is asked of the engine."""

    paths: Sequence[Path] = ()
    once: bool = False
    wait: bool = False
    """Whether it stays, with `once`, for batches in flight."""
    as_json: bool = False
    """Whether it narrates in JSON lines."""
    is_verbose: bool = False
    """Whether it tells of every job."""
    kinds: Collection[JobKind] = ()
    """The only jobs it does, if any are named; then it watches nothing."""


def run_engine(home: Home, settings: Settings, run: Run) -> int:
    """Run the engine until it is stopped, or once; return the exit code."""
    return asyncio.run(_run(home, settings, run, _narrator(run)))


def _narrator(run: Run) -> Narrator:
    """Return who tells of a run. What a run will say at its end is not said twice."""
    if not run.once:
        return Narrator(as_json=run.as_json, is_verbose=run.is_verbose)
    at_end = (SourceFailed, SourceImported) if ProgressLine().is_possible else (SourceFailed,)
    return Narrator(as_json=run.as_json, is_verbose=run.is_verbose, summed_up=at_end)


async def _run(home: Home, settings: Settings, run: Run, narrator: Narrator) -> int:
    async with open_engine(home, settings) as engine:
        telling = asyncio.create_task(_tell(engine, narrator), name="narration")
        set_start_apart()
        await asyncio.sleep(0)  # lets the narration subscribe before anything happens
        try:
            session = _Session(engine, narrator, run)
            with keep_log(home):
                return await (session.once() if run.once else session.serve())
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            narrator.progress.clear()


async def _tell(engine: Engine, narrator: Narrator) -> None:
    with engine.bus.subscribe(limit=10_000) as heard:
        async for event in heard:
            narrator.tell(event)


class _Session:
    """One run of the engine, and the signals that end it."""

    def __init__(self, engine: Engine, narrator: Narrator, run: Run) -> None:
        self._engine = engine
        self._narrator = narrator
        self._run = run
        self._stop = asyncio.Event()
        self._signals = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal, number)
        self._last = signal.SIGTERM

    async def serve(self) -> int:
        """Import, watch and work until told to stop; or only work, on jobs of some kinds."""
        await self._warn_of_missing(self._run.paths)
        progress = self._engine.importer.progress.standing
        line = nullcontext() if self._narrator.as_json else shown(progress, self._narrator.progress)
        async with self._background(), self._beside(self._sum_up), line:
            self._note(f"Working in {self._engine.home.data}. Ctrl+C stops.")
            await self._stop.wait()
        self._narrator.tell_finished(self._engine.clock())
        return Exit.INTERRUPTED if self._last is signal.SIGINT else Exit.DONE

    def _background(self) -> AbstractAsyncContextManager[None]:
        if self._run.kinds:
            return self._engine.working(self._run.kinds)
        return self._engine.background(self._run.paths)

    async def once(self) -> int:
        """Do what can be done now, stay for batches if asked to, and say what came of it."""
        library, kinds = self._engine.library, self._run.kinds
        before, known = await library.counts(), await library.quarantine(limit=_EVERY)
        then = await self._engine.batches.status()
        reports: list[SourceReport] = []
        async with self._progress(before):
            async with self._engine.working(kinds):
                async for report in self._engine.importer.import_paths(self._run.paths):
                    reports.append(report)
                    if self._stop.is_set():
                        break
            await self._engine.do_what_can_be_done(self._stop, kinds)
            if self._run.wait and await self._is_waited_for():
                await self._engine.see_batches_through(self._stop, kinds)
        outcome = Outcome(
            reports=reports,
            before=before,
            after=await library.counts(),
            known=frozenset((item.path, item.place, item.reason) for item in known),
            summaries=(await self._engine.batches.status()).made - then.made,
            standins=self._narrator.tally.standins,
            has_read=not kinds,
        )
        self._summarise(outcome)
        status = await self._tell_of_batches()
        if self._signals:
            return Exit.INTERRUPTED
        given_up = status.orders[OrderState.DEAD] - then.orders[OrderState.DEAD]
        if status.is_stalled or given_up > 0:
            return Exit.FAILED
        return Exit.DONE if outcome.is_whole else Exit.QUARANTINED

    async def _is_waited_for(self) -> bool:
        """Say whether anything is still to come: whoever begins to work takes up what was put off,
        so that it looks as if it were."""
        return not self._stop.is_set() and await self._engine.batches.is_open()

    @asynccontextmanager
    async def _beside(self, tell: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Tell something again and again while the block runs."""
        telling = asyncio.create_task(_again_and_again(tell), name="progress")
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            self._narrator.progress.clear()

    def _progress(self, before: Counts) -> AbstractAsyncContextManager[None]:
        """Show how far it is while the block runs, where somebody can see it."""
        if self._narrator.as_json:
            return nullcontext()
        if not self._narrator.progress.is_possible:
            return shown(self._engine.importer.progress.standing, self._narrator.progress)
        return self._beside(partial(self._show_progress, before))

    async def _sum_up(self) -> None:
        """Tell of the jobs that have finished, once no more do, or there are many."""
        tally = self._narrator.tally
        before = tally.jobs
        await asyncio.sleep(_REST_SECONDS)
        if before and (tally.jobs == before or tally.jobs >= _MANY):
            self._narrator.tell_finished(self._engine.clock())

    async def _show_progress(self, before: Counts) -> None:
        tally = self._narrator.tally
        now = await self._engine.library.counts()
        left = sum(now.jobs[state] for state in _TO_BE_DONE)
        pages, told = tally.subjects(JobKind.SUMMARISE), tally.subjects(JobKind.SCRIBE)
        line = so_far(now.turns - before.turns, pages, told, left)
        standing = self._engine.importer.progress.standing()
        if not standing.is_idle:
            line = f"{of_reading(standing)} · {plural(left, 'job')} left"
        self._narrator.progress.show(line)
        await asyncio.sleep(_PACE_SECONDS)

    async def _tell_of_batches(self) -> BatchStatus:
        """Say what is in flight, what waits for a yes, and what was given up; return it."""
        status = await self._engine.batches.status()
        if status.in_flight:
            flying = plural(status.in_flight, "batch", "batches")
            stays = "" if self._run.wait else "; --wait stays for them"
            self._note(f"In flight: {flying}, for the next run{stays}.")
        for approval in status.approvals:
            self._note(waits_for_yes(approval))
        for pause in status.pauses:
            how_long = paused_until(pause.provider, pause.until)
            self._note(f"Paused: {pause.provider} {how_long}: {pause.reason}")
        if status.put_off is not None:
            self._note(f"Paused: {status.put_off.reason}")
        if status.is_stalled:
            waiting = plural(status.unanswered, "summary", "summaries")
            self._note(f"Not made: {waiting}; the next run tries again.")
        if dead := status.orders[OrderState.DEAD]:
            given_up = plural(dead, "summary", "summaries")
            self._note(f"Given up: {given_up}; `minutebook batches dead` says why.")
        if doubts := await self._engine.batches.doubts():
            self._note(in_doubt(len(doubts)))
        return status

    def _on_signal(self, number: signal.Signals) -> None:
        self._signals += 1
        self._last = number
        self._stop.set()
        self._engine.importer.stop()
        if self._signals == 1:
            self._note("Stopping: running work is let end. Once more stops at once.")
            self._engine.pool.stop()
        else:
            self._engine.pool.abort()

    async def _warn_of_missing(self, paths: Sequence[Path]) -> None:
        for path in paths:
            if not await asyncio.to_thread(os.path.exists, path):
                self._note(f"There is no {path} yet; it is read when it is there.")

    def _summarise(self, outcome: Outcome) -> None:
        now = self._engine.clock()
        self._narrator.tell_finished(now)
        if not self._narrator.as_json:
            for line in outcome.lines():
                self._note(line)
            return
        for path, note in outcome.notes:
            self._note(f"{path}: {note}")
        for path, item in outcome.fresh:
            fields = {"path": path, "place": item.place, "reason": item.reason}
            line = f"Quarantined: {path}, {item.place}: {item.reason}"
            self._narrator.write("Quarantined", line, fields, iso(now))
        line = " ".join(outcome.sums())
        self._narrator.write("Summary", line, outcome.fields(), iso(now))

    def _note(self, line: str) -> None:
        self._narrator.note(line, self._engine.clock())


async def _again_and_again(tell: Callable[[], Awaitable[None]]) -> None:
    while True:
        await tell()
