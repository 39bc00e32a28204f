"""What has not changed since it was read, told without reading it: many files in one go.

Size, time and fingerprint tell. A file whose time alone is another one, since it was copied back or
touched, is told by a hash of all its bytes, which is kept where it was read from its start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from minutebook.sources.containers import BROKEN_STREAM, Refused, sources_of
from minutebook.sources.disguise import PLAIN, Disguise
from minutebook.sources.reports import SourceReport, of_unchanged
from minutebook.sources.resume import Resume, fingerprint, whole_hash
from minutebook.sources.source import ReadingOptions, Source
from minutebook.store import quarantine, sources
from minutebook.store.sources import SourceState
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A file, and how it would be read."""

    file: Path
    options: ReadingOptions
    format: str = ""
    """Name of the format that is chosen; empty to go by its content."""
    disguise: Disguise = PLAIN


@dataclass(slots=True)
class Untouched:
    """What is known of some files."""

    reports: dict[Path, list[SourceReport]] = field(default_factory=dict)
    """Of those of which nothing has to be read."""
    touched: list[SourceState] = field(default_factory=list)
    """Sources that are the same at another time."""


def untouched(tx: Transaction, asked: Sequence[Asked]) -> Untouched:
    """Find out which files need not be read. They are looked at, and hashed where that tells."""
    found = Untouched()
    for one in asked:
        reports = _reports(tx, one, found.touched)
        if any(report.format for report in reports):
            found.reports[one.file] = reports
    return found


def is_same(state: SourceState, source: Source, mark: str, format_: str) -> bool:
    """Say whether a source has been read to its end as it is, and as the format that is chosen.

    `mark` is its fingerprint.
    """
    if not _may_be_same(state, source, format_) or state.fingerprint != mark:
        return False
    return state.modified_at == source.modified_at or _is_whole_same(state, source)


def _may_be_same(state: SourceState, source: Source, format_: str) -> bool:
    is_read = state.finished_at is not None and state.size == source.size
    return is_read and format_ in {"", state.format}


def _is_whole_same(state: SourceState, source: Source) -> bool:
    """Say whether all bytes are the same, as far as that is known of what was read."""
    if source.checksum:
        return source.checksum == state.fingerprint
    whole = Resume.from_json(state.resume).whole
    return bool(whole) and whole == whole_hash(source)


def _reports(tx: Transaction, asked: Asked, touched: list[SourceState]) -> list[SourceReport]:
    """Return what is to be said of all that is in a file; nothing when any of it must be read."""
    reports = []
    for source in sources_of(asked.file, asked.options):
        report = _refused(tx, source, asked.disguise) if isinstance(source, Refused) else None
        if isinstance(source, Source):
            report = _known(tx, source, asked, touched)
        if report is None:
            return []
        reports.append(report)
    return reports


def _refused(tx: Transaction, source: Refused, disguise: Disguise) -> SourceReport | None:
    if quarantine.of(tx, disguise.place(source.place)) != [disguise.rejected(source.rejected)]:
        return None
    return SourceReport(path=source.place, quarantined=(source.rejected,))


def _known(
    tx: Transaction, source: Source, asked: Asked, touched: list[SourceState]
) -> SourceReport | None:
    state = sources.get(tx, asked.disguise.place(source.place))
    if state is None or not _may_be_same(state, source, asked.format):
        return None
    is_touched = state.modified_at != source.modified_at
    try:
        mark = "" if is_touched else fingerprint(source)
    except BROKEN_STREAM:
        return None
    if not (_is_whole_same(state, source) if is_touched else state.fingerprint == mark):
        return None
    if is_touched:
        touched.append(replace(state, modified_at=source.modified_at))
    return of_unchanged(state, quarantine.of(tx, state.place), source.place)
