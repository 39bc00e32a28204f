"""The engine without a screen: import, watch, work, and narrate on stderr."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from minutebook.cli.exits import Exit
from minutebook.cli.logbook import keep_log
from minutebook.cli.narration import Narrator
from minutebook.clock import iso
from minutebook.config import Settings
from minutebook.domain.jobs import JobState
from minutebook.engine import Counts, Engine, SourceReport, open_engine
from minutebook.paths import Home


def run_engine(
    home: Home, settings: Settings, paths: Sequence[Path], *, once: bool, log_json: bool
) -> int:
    """Run the engine until it is stopped, or once; return the exit code."""
    return asyncio.run(_run(home, settings, paths, Narrator(as_json=log_json), once=once))


async def _run(
    home: Home, settings: Settings, paths: Sequence[Path], narrator: Narrator, *, once: bool
) -> int:
    async with open_engine(home, settings) as engine:
        telling = asyncio.create_task(_tell(engine, narrator), name="narration")
        await asyncio.sleep(0)  # lets the narration subscribe before anything happens
        try:
            session = _Session(engine, narrator)
            with keep_log(home):
                return await (session.once(paths) if once else session.serve(paths))
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


async def _tell(engine: Engine, narrator: Narrator) -> None:
    with engine.bus.subscribe(limit=10_000) as heard:
        async for event in heard:
            narrator.tell(event)


class _Session:
    """One run of the engine, and the signals that end it."""

    def __init__(self, engine: Engine, narrator: Narrator) -> None:
        self._engine = engine
        self._narrator = narrator
        self._stop = asyncio.Event()
        self._signals = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal, number)
        self._last = signal.SIGTERM

    async def serve(self, paths: Sequence[Path]) -> int:
        """Import, watch and work until told to stop."""
        await self._warn_of_missing(paths)
        async with self._engine.background(paths):
            self._note(f"Working in {self._engine.home.data}. Ctrl+C stops.")
            await self._stop.wait()
        return Exit.INTERRUPTED if self._last is signal.SIGINT else Exit.DONE

    async def once(self, paths: Sequence[Path]) -> int:
        """Do what can be done now, and say what came of it."""
        before = await self._engine.library.counts()
        reports: list[SourceReport] = []
        async with self._engine.working():
            async for report in self._engine.import_once(paths):
                reports.append(report)
                if self._stop.is_set():
                    break
        await self._engine.do_what_can_be_done(self._stop)
        after = await self._engine.library.counts()
        self._summarise(reports, before, after)
        if self._signals:
            return Exit.INTERRUPTED
        return Exit.QUARANTINED if any(r.quarantined for r in reports) else Exit.DONE

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

    def _summarise(self, reports: Sequence[SourceReport], before: Counts, after: Counts) -> None:
        read = [report for report in reports if report.format]
        new, revised = (sum(getattr(r, f"turns_{n}") for r in read) for n in ("new", "revised"))
        came = f"{new} new turns" if new else "nothing new"
        self._note(f"Came in: {came} from {len(read)} logs" + _also(revised, "turns revised"))
        for report in reports:
            for note in report.notes:
                self._note(f"{report.path}: {note}")
            for item in report.quarantined:
                self._note(f"Quarantined: {report.path}, {item.place}: {item.reason}")
        self._note(f"Made: {_made(before, after)}.")
        waiting = after.jobs[JobState.QUEUED] + after.jobs[JobState.FAILED]
        if waiting or after.jobs[JobState.DEAD]:
            self._note(f"Left: {waiting} jobs waiting, {after.jobs[JobState.DEAD]} given up.")
        self._note(
            f"The record has {after.conversations} conversations, {after.turns} turns, "
            f"{sum(after.pages.values())} pages and {after.documents} documents."
        )

    def _note(self, line: str) -> None:
        self._narrator.note(line, iso(self._engine.clock()))


def _made(before: Counts, after: Counts) -> str:
    pages = sum(after.pages.values()) - sum(before.pages.values())
    documents = after.documents - before.documents
    revisions = after.revisions - before.revisions
    if not (pages or documents or revisions):
        return "nothing"
    return f"{pages} pages, {documents} documents, {revisions} revisions"


def _also(number: int, what: str) -> str:
    return f", {number} {what}." if number else "."
