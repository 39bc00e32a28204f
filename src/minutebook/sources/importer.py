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
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from minutebook.clock import Clock
from minutebook.domain.quarantine import Rejected
from minutebook.errors import MinutebookError, SourceError
from minutebook.events import Bus, Progressed, SourceFailed, SourceImported
from minutebook.record.recorder import RecordPolicy
from minutebook.sources import registry
from minutebook.sources.choice import EVERYTHING, Choice, wanted_of
from minutebook.sources.containers import (
    BROKEN_STREAM,
    Filter,
    Refused,
    files_of,
    is_candidate,
    named_paths,
    place_of,
    sources_of,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.reading import Reading
from minutebook.sources.rehearsal import Rehearsed, copied, rehearsed
from minutebook.sources.reports import SourceReport, as_one, not_read, of_reading, reason_of
from minutebook.sources.resume import Resume, can_go_on, fingerprint
from minutebook.sources.source import ReadingOptions, Source
from minutebook.sources.underway import ReadingContext
from minutebook.store import changes, quarantine, sources
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.sources import SourceState
from minutebook.store.transaction import Transaction

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How logs are read."""

    reading: ReadingOptions
    policy: RecordPolicy
    filter: Filter = field(default_factory=Filter)
    quiet: timedelta = timedelta(seconds=1)
    """A watched file that has changed within this time may still be written to."""
    is_itemised: bool = False
    """Whether reports say what came to each conversation."""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """How a file is to be read, and for how long."""

    live: bool
    is_wanted: Callable[[], bool]
    choice: Choice


class Importer:
    """Reads sources into the store, one after another."""

    def __init__(
        self, database: Database, settings: ImportSettings, bus: Bus, clock: Clock
    ) -> None:
        self._database = database
        self._settings = settings
        self._bus = bus
        self._clock = clock
        self._formats: registry.Formats | None = None
        self._cancelled = threading.Event()
        self._one_at_a_time = asyncio.Lock()

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

        Raises UsageError when there is no format of the name that was chosen; StoreError.
        """
        if choice.format:
            (await asyncio.to_thread(self.formats)).named(choice.format)
        for path in named_paths(paths):
            if not await asyncio.to_thread(os.path.lexists, path):
                yield not_read(place_of(path), "There is no such file or folder.")
                continue
            for file in await asyncio.to_thread(self._files, path):
                if self._cancelled.is_set():
                    return
                async for report in self.import_file(file, choice=choice):
                    yield report

    async def rehearse(
        self, paths: Sequence[Path], choice: Choice = EVERYTHING
    ) -> AsyncIterator[Rehearsed]:
        """Do as `import_paths` does, with a copy of the store: say what would come of each source.

        Nothing is kept, and nothing is published. Raises what `import_paths` does.
        """
        async with copied(self._database) as copy:
            settings = replace(self._settings, is_itemised=True)
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
        wish = _Wish(live=live, is_wanted=is_wanted, choice=choice)
        place, is_read = place_of(path), False
        held: list[SourceReport] = []
        async with self._one_at_a_time:
            found = sources_of(path, self._settings.reading)
            while is_wanted() and not self._cancelled.is_set():
                source = await asyncio.to_thread(next, found, None)
                if source is None:
                    held = held if is_read else as_one(place, held)
                    break
                report = await self._in_thread(source, wish)
                if _is_passed_over(source, report, wish.choice):
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

    async def _in_thread(self, source: Source | Refused, wish: _Wish) -> SourceReport:
        """Import one source; whoever gives up waiting leaves no thread behind."""
        work = asyncio.ensure_future(asyncio.to_thread(self._import, source, wish))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait({work})
            raise

    def files(self, path: Path) -> list[Path]:
        """Return the files that are read below a path, or the file itself."""
        return self._files(path)

    def admits(self, file: Path, folder: Path) -> bool:
        """Say whether a file below a folder is one to be read."""
        within = [above for above in file.parents if above.is_relative_to(folder)]
        if any(above.is_symlink() for above in within if above != folder):
            return False
        return is_candidate(file, folder, self._settings.filter)

    def _files(self, path: Path) -> list[Path]:
        return list(files_of(path, self._settings.filter))

    def _keep(self, place: str, reports: list[SourceReport]) -> list[SourceReport]:
        """Put what could not be read at all into quarantine; return all. Runs in a thread.

        What was said of an archive as a whole is cleared when its members are told of, and what
        was said of them when it is.
        """
        refused = [report for report in reports if not report.format]
        now = self._clock()

        def keep(tx: Transaction) -> None:
            if any(report.path != place for report in reports):
                _reject(tx, place, [], now)
            for report in refused:
                _reject(tx, report.path, report.quarantined, now)
                for member in report.members:
                    _reject(tx, member, [], now)

        if reports:
            self._database.write_now(keep)
        return reports

    def _import(self, source: Source | Refused, wish: _Wish) -> SourceReport:
        """Import one source. Runs in a thread."""
        if isinstance(source, Refused):
            return SourceReport(path=source.place, quarantined=(source.rejected,))
        if wish.live:
            is_fresh = abs(self._clock() - source.modified_at) < self._settings.quiet
            source = replace(source, is_growing=is_fresh)
        state = self._read_store(source.place)
        reading: Reading | None = None
        try:
            mark = fingerprint(source)
            if state is not None and _is_same(state, source, mark, wish.choice):
                return self._unchanged(state)
            detection = self._detect(source, state, wish.choice)
            begun = _begun(source, detection, state, mark)
            context = self._context(wish, source, detection)
            reading = Reading(context, source, detection, begun)
            reading.run(live=wish.live)
        except (SourceError, *BROKEN_STREAM) as error:
            reason = reason_of(error)
        except MinutebookError:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of an import: the others still come in
            _log.exception("Reading %r failed", source.place)
            reason = f"Reading it failed: {error!r:.200}."
        else:
            return of_reading(reading)
        if reading is None:
            return not_read(source.place, reason)
        reading.break_off(reason)
        return of_reading(reading)

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

    def _context(
        self, wish: _Wish, source: Source, detection: registry.Detection
    ) -> ReadingContext:
        return ReadingContext(
            commit=self._commit,
            policy=self._settings.policy,
            clock=self._clock,
            on_progress=self._progress,
            is_cancelled=lambda: self._cancelled.is_set() or not wish.is_wanted(),
            wanted=wanted_of(wish.choice, source, detection.format),
            is_itemised=self._settings.is_itemised,
        )

    def _commit(self, work: Callable[[Transaction], None]) -> None:
        self._database.write_now(work)

    def _progress(self, place: str, turns: int) -> None:
        self._bus.publish_from_thread(Progressed(what=place, done=turns))

    def _read_store(self, place: str) -> SourceState | None:
        return self._database.read_now(lambda tx: sources.get(tx, place))

    def _unchanged(self, state: SourceState) -> SourceReport:
        known = self._database.read_now(lambda tx: quarantine.of(tx, state.place))
        return SourceReport(
            path=state.place,
            format=state.format,
            reason="It has not changed since it was read.",
            conversations=state.conversations,
            turns_known=state.turns,
            quarantined=tuple(known),
            is_unchanged=True,
        )

    def _tell(self, report: SourceReport) -> None:
        if not report.format:
            self._bus.publish(SourceFailed(place=report.path, reason=report.quarantined[0].reason))
        elif not report.is_unchanged:
            self._bus.publish(
                SourceImported(
                    place=report.path,
                    format=report.format,
                    new=report.turns_new,
                    known=report.turns_known,
                    revised=report.turns_revised,
                    quarantined=len(report.quarantined),
                )
            )


def _is_passed_over(source: Source | Refused, report: SourceReport, choice: Choice) -> bool:
    """Say whether a source has nothing to do with what was chosen, and needs no report."""
    if isinstance(source, Refused):
        return bool(choice.only) and not choice.names(source.place)
    is_met = report.turns_new or report.turns_known or report.turns_revised
    return not is_met and not choice.takes_all_of(source)


def _begun(
    source: Source, detection: registry.Detection, state: SourceState | None, mark: str
) -> SourceState:
    """Return the state with which a reading begins; another format begins anew."""
    name = detection.format.name
    is_known = state is not None and state.format == name
    return SourceState(
        place=source.place,
        format=name,
        size=source.size,
        modified_at=source.modified_at,
        fingerprint=mark,
        resume=state.resume if state is not None and is_known else "",
    )


def _is_same(state: SourceState, source: Source, mark: str, choice: Choice) -> bool:
    """Say whether a source has been read to its end as it is, and as the format that is chosen."""
    return (
        state.finished_at is not None
        and choice.format in {"", state.format}
        and state.size == source.size
        and state.modified_at == source.modified_at
        and state.fingerprint == mark
    )


def _reject(tx: Transaction, place: str, rejected: Sequence[Rejected], now: datetime) -> None:
    """Let this be all that is said of a source."""
    if quarantine.of(tx, place) == list(rejected):
        return
    quarantine.clear(tx, place)
    for item in rejected:
        quarantine.add(tx, place, item, now)
    changes.note(tx, Topic.QUARANTINE, place, now)
