"""Import chat logs: from paths to turns in the record, with a report for each source.

A source that has not changed since it was read to its end is not read again. One that cannot be
read, in whole or in part, goes to quarantine with its reason; the others still come in.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from minutebook.clock import Clock
from minutebook.errors import MinutebookError, SourceError
from minutebook.events import Bus, Progressed
from minutebook.sources import registry
from minutebook.sources.choice import EVERYTHING, Choice, wanted_of
from minutebook.sources.containers import (
    BROKEN_STREAM,
    Refused,
    files_of,
    is_candidate,
    named_paths,
    place_of,
    sources_of,
)
from minutebook.sources.disguise import PLAIN, Disguise
from minutebook.sources.folders import Folders
from minutebook.sources.formats.protocol import Match
from minutebook.sources.progress import Progress, Step, sizes_of
from minutebook.sources.reading import Reading
from minutebook.sources.refusing import keep_refused
from minutebook.sources.rehearsal import Rehearsed, copied, rehearsed
from minutebook.sources.reports import (
    SourceReport,
    as_one,
    event_of,
    is_passed_over,
    not_read,
    of_reading,
    of_unchanged,
    reason_of,
)
from minutebook.sources.resume import Resume, can_go_on, fingerprint
from minutebook.sources.source import Source
from minutebook.sources.titles import titles_of
from minutebook.sources.underway import ReadingContext
from minutebook.sources.untouched import Asked, is_same, untouched
from minutebook.sources.wishes import ImportSettings, Wish, begun, check_title, check_zone
from minutebook.store import quarantine, sources
from minutebook.store.database import Database
from minutebook.store.sources import SourceState
from minutebook.store.transaction import Transaction

__all__ = ["ImportSettings", "Importer"]

T = TypeVar("T")

_log = logging.getLogger(__name__)
_LOOKED_AT_ONCE = 500
"""Files of which it is found out at once whether they have changed."""


def _always() -> bool:
    return True


class Importer:
    """Reads sources into the store, one after another."""

    def __init__(
        self, database: Database, settings: ImportSettings, bus: Bus, clock: Clock
    ) -> None:
        self._database = database
        self._settings = settings
        self._disguise: Disguise = settings.disguise
        self._bus = bus
        self._clock = clock
        self._formats: registry.Formats | None = None
        self._cancelled = threading.Event()
        self._one_at_a_time = asyncio.Lock()
        self.folders = Folders()
        """What is watched, with the settings of each."""
        self.progress = Progress()

    @property
    def is_scribing(self) -> bool:
        """Whether documents are told what comes in, where a folder does not say otherwise."""
        return self._settings.policy.scribe_enabled

    def stop(self) -> None:
        """Stop reading at the next batch; what is read next time goes on from there."""
        self._cancelled.set()

    def formats(self) -> registry.Formats:
        """Return the formats there are, and those that cannot be used. Loads them, once."""
        if self._formats is None:
            self._formats = registry.available()
        return self._formats

    async def import_paths(
        self, paths: Sequence[Path], choice: Choice = EVERYTHING
    ) -> AsyncIterator[SourceReport]:
        """Read files and folders, or what is chosen of them; yield a report for each source.

        Raises UsageError when what was chosen is no format, zone or title; StoreError.
        """
        check_zone(choice.zone)
        check_title(choice.title)
        if choice.format:
            (await asyncio.to_thread(self.formats)).named(choice.format)
        await self._database.read(self._disguise.check)
        self.folders = Folders(await self._database.read(sources.watched))
        found: dict[Path, list[Path]] = {}
        for path in named_paths(paths):
            found[path] = await asyncio.to_thread(self.files, path)
            self.progress.expect(await asyncio.to_thread(sizes_of, found[path]))
        await self.hear([file for files in found.values() for file in files], choice)
        for path, files in found.items():
            if not await asyncio.to_thread(os.path.lexists, path):
                self.progress.forget(path)
                yield not_read(place_of(path), "There is no such file or folder.")
                continue
            async for report in self._import_all(files, choice):
                yield report

    async def hear(self, files: Sequence[Path], choice: Choice = EVERYTHING) -> None:
        """Learn who speaks in files before any is read, where names are hidden: people are spoken
        of in one who speak in another. Raises StoreError, PrivacyError."""
        if self._disguise is not PLAIN:
            for file in await self.unread(files):
                async with self._one_at_a_time:
                    await self._in_thread(partial(self._hear, file, choice))

    async def unread(self, files: Sequence[Path]) -> list[Path]:
        """Return those files of which something has to be read. Raises StoreError."""
        known: set[Path] = set()
        for start in range(0, len(files), _LOOKED_AT_ONCE):
            some = files[start : start + _LOOKED_AT_ONCE]
            known |= (await asyncio.to_thread(self._untouched, some, EVERYTHING)).keys()
        return [file for file in files if file not in known]

    async def _import_all(
        self, files: Sequence[Path], choice: Choice
    ) -> AsyncIterator[SourceReport]:
        for start in range(0, len(files), _LOOKED_AT_ONCE):
            some = files[start : start + _LOOKED_AT_ONCE]
            known = await asyncio.to_thread(self._untouched, some, choice)
            for file in some:
                if self._cancelled.is_set():
                    return
                if file in known:
                    self.progress.begin(file)
                    self.progress.end(is_known=True)
                    for report in known[file]:
                        yield report
                    continue
                async for report in self.import_file(file, choice=choice):
                    yield report

    async def rehearse(
        self, paths: Sequence[Path], choice: Choice = EVERYTHING
    ) -> AsyncIterator[Rehearsed]:
        """Do as `import_paths` does, with a copy of the store: say what would come of each source.

        Nothing is kept, and nothing is published. Raises what `import_paths` does.
        """
        async with copied(self._database) as copy:
            passing = self._disguise.passing()
            settings = replace(self._settings, is_itemised=True, disguise=passing)
            importer = Importer(copy, settings, Bus(), self._clock)
            try:
                async for report in importer.import_paths(paths, choice):
                    yield await rehearsed(self._database, copy, report)
            finally:
                importer.stop()

    async def import_file(
        self,
        path: Path,
        *,
        live: bool = False,
        is_wanted: Callable[[], bool] = _always,
        choice: Choice = EVERYTHING,
    ) -> AsyncIterator[SourceReport]:
        """Read what is new in one file; `live` when it was written to just now.

        `is_wanted` is asked between batches, from a thread, too; when it says no, the reading ends,
        and what came in stays. Raises StoreError.
        """
        async with self._one_at_a_time:
            self.progress.begin(path)
            try:
                own = self.folders.settings_of(path)
                wish = Wish(file=path, live=live, is_wanted=is_wanted, asked=choice, own=own)
                async for report in self._import_file(path, wish):
                    yield report
            finally:
                self.progress.end()

    async def _import_file(self, path: Path, wish: Wish) -> AsyncIterator[SourceReport]:
        place, is_read, is_wanted = place_of(path), False, wish.is_wanted
        held: list[SourceReport] = []
        found = sources_of(path, wish.options(self._settings.reading))
        while is_wanted() and not self._cancelled.is_set():
            source = await asyncio.to_thread(next, found, None)
            if source is None:
                held = held if is_read else as_one(place, held)
                break
            if isinstance(source, Source):
                self.progress.turn_to(source)
            report = await self._in_thread(partial(self._import, source, wish))
            if report.is_unchanged:
                self.progress.skip()
            if is_passed_over(source, report, wish.choice):
                continue
            held.append(report)
            is_read = is_read or bool(held[-1].format)
            if is_read:
                for report in await asyncio.to_thread(self._keep, place, held):
                    self._tell(report)
                    yield report
                held = []
        for report in await asyncio.to_thread(self._keep, place, held):
            self._tell(report)
            yield report

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Work in a thread; whoever gives up waiting leaves no thread behind."""
        working = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait({working})
            raise

    def files(self, path: Path) -> list[Path]:
        """Return the files that are read below a path, or the file itself."""
        return list(files_of(path, self._admits))

    def admits(self, file: Path, folder: Path) -> bool:
        """Say whether a file below a folder is one to be read."""
        within = [above for above in file.parents if above.is_relative_to(folder)]
        if any(above.is_symlink() for above in within if above != folder):
            return False
        return is_candidate(file, folder, self._admits)

    def _admits(self, file: Path, root: Path) -> bool:
        return self.folders.admits(file, root, self._settings.filter)

    def _untouched(self, files: Sequence[Path], choice: Choice) -> dict[Path, list[SourceReport]]:
        """Return reports of those files of which nothing has to be read. Runs in a thread."""
        if choice.is_partial:
            return {}
        asked = [
            Asked(
                file=file,
                options=self._settings.reading,
                format=choice.format or self.folders.settings_of(file).format,
                disguise=self._disguise,
            )
            for file in files
        ]
        found = self._database.read_now(lambda tx: untouched(tx, asked))
        if found.touched:
            self._touch(found.touched)
        return found.reports

    def _touch(self, states: Sequence[SourceState]) -> None:
        def touch(tx: Transaction) -> None:
            for state in states:
                sources.touch(tx, state.place, state.modified_at)

        self._database.write_now(touch)

    def _keep(self, place: str, reports: list[SourceReport]) -> list[SourceReport]:
        """Put what could not be read at all into quarantine; return all. Runs in a thread."""
        if reports and not all(report.is_unchanged for report in reports):
            now, disguise = self._clock(), self._disguise
            self._database.write_now(lambda tx: keep_refused(tx, place, reports, disguise, now))
        return reports

    def _import(self, source: Source | Refused, wish: Wish) -> SourceReport:
        """Import one source. Runs in a thread."""
        if isinstance(source, Refused):
            return SourceReport(path=source.place, quarantined=(source.rejected,))
        if wish.live:
            is_fresh = abs(self._clock() - source.modified_at) < self._settings.quiet
            source = replace(source, is_growing=is_fresh)
        opened = self._at_edge(source, lambda: self._opened(source, wish))
        if isinstance(opened, SourceReport):
            return opened
        if isinstance(opened, str):
            return not_read(source.place, opened)
        reason = self._at_edge(source, lambda: opened.run(live=wish.live))
        if reason is not None:
            opened.break_off(reason)
        return of_reading(opened)

    def _opened(self, source: Source, wish: Wish) -> Reading | SourceReport:
        """Return a reading of a source that begins where the last one ended, or the report of one
        of which nothing has to be read."""
        state = self._read_store(self._disguise.place(source.place))
        mark = fingerprint(source)
        if state is not None and is_same(state, source, mark, wish.choice.format):
            return self._unchanged(source, state)
        self._database.read_now(self._disguise.check)
        detection = self._detect(source, state, wish.choice)
        first = begun(source, detection, state, mark)
        return Reading(self._context(wish, source, detection), source, detection, first)

    def _at_edge(self, source: Source, work: Callable[[], T]) -> T | str:
        """Do something with a source; return what that returns, or why it failed."""
        try:
            return work()
        except (SourceError, *BROKEN_STREAM) as error:
            return reason_of(error)
        except MinutebookError:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of an import: the others still come in
            # A traceback may quote the log.
            trace = error if self._disguise is PLAIN else None
            _log.error("Reading %r failed", self._disguise.place(source.place), exc_info=trace)
            return f"Reading it failed: {error!r:.200}."

    def _hear(self, file: Path, choice: Choice) -> None:
        """Learn who speaks in a file. Runs in a thread."""
        own = self.folders.settings_of(file)
        wish = Wish(file=file, live=False, is_wanted=_always, asked=choice, own=own)
        for source in sources_of(file, wish.options(self._settings.reading)):
            if isinstance(source, Source) and not self._cancelled.is_set():
                self._at_edge(source, partial(self._hear_source, source, wish.choice))

    def _hear_source(self, source: Source, choice: Choice) -> None:
        format_ = self._detect(source, None, choice).format
        self._disguise.learn(lambda: format_.parse(source), self._cancelled.is_set)

    def _detect(
        self, source: Source, state: SourceState | None, choice: Choice
    ) -> registry.Detection:
        """Return the format of a source; one that has only grown keeps its own."""
        formats = self.formats()
        if choice.format:
            return registry.as_asked(source, formats.named(choice.format), formats.known)
        if state is not None and can_go_on(source, Resume.from_json(state.resume)):
            for format_ in formats.known:
                if format_.name == state.format:
                    match = Match(score=1.0, reason="It has grown since it was read.")
                    return registry.Detection(format=format_, match=match)
        return registry.detect(source, formats.known)

    def _context(self, wish: Wish, source: Source, detection: registry.Detection) -> ReadingContext:
        policy, size = self._settings.policy, source.size
        return ReadingContext(
            commit=self._commit,
            policy=replace(policy, scribe_enabled=policy.scribe_enabled and wish.own.scribe),
            clock=self._clock,
            on_progress=lambda step: self._tell_step(step, size),
            titles=self._disguise.titles(
                titles_of(wish.choice.title, source, detection.format.name)
            ),
            disguise=self._disguise,
            unscribed="" if wish.own.scribe else self._watched_of(wish.file),
            is_cancelled=lambda: self._cancelled.is_set() or not wish.is_wanted(),
            wanted=wanted_of(wish.choice, source, detection.format),
            is_itemised=self._settings.is_itemised,
        )

    def _commit(self, work: Callable[[Transaction], None]) -> None:
        self._database.write_now(work)

    def _tell_step(self, step: Step, size: int) -> None:
        self.progress.at(step, size)
        self._bus.publish_from_thread(Progressed(what=step.place, done=step.turns))

    def _read_store(self, place: str) -> SourceState | None:
        return self._database.read_now(lambda tx: sources.get(tx, place))

    def _watched_of(self, file: Path) -> str:
        """Return the file, or the watched path of it where the record is not told what it is."""
        folder = None if self._disguise is PLAIN else self.folders.of(file)
        return str(file) if folder is None else folder.path

    def _unchanged(self, source: Source, state: SourceState) -> SourceReport:
        if state.modified_at != source.modified_at:
            self._touch([replace(state, modified_at=source.modified_at)])
        known = self._database.read_now(lambda tx: quarantine.of(tx, state.place))
        return of_unchanged(state, known, source.place)

    def _tell(self, report: SourceReport) -> None:
        if (event := event_of(report)) is not None:
            self._bus.publish(event)
