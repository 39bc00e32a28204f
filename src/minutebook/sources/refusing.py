"""What could not be read at all goes to quarantine, and what was said of it before is cleared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from minutebook.domain.quarantine import Rejected
from minutebook.sources.disguise import Disguise
from minutebook.sources.reports import SourceReport
from minutebook.store import changes, quarantine
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction


def keep_refused(
    tx: Transaction,
    place: str,
    reports: Sequence[SourceReport],
    disguise: Disguise,
    now: datetime,
) -> None:
    """Put what could not be read of a file into quarantine.

    What was said of an archive as a whole is cleared when its members are told of, and what was
    said of them when it is.
    """
    if any(report.path != place for report in reports):
        _reject(tx, disguise.place(place), [], now)
    for report in reports:
        if not report.format:
            kept = [disguise.refused(item, report.members) for item in report.quarantined]
            _reject(tx, disguise.place(report.path), kept, now)
            for member in report.members:
                _reject(tx, disguise.place(member), [], now)


def _reject(tx: Transaction, place: str, rejected: Sequence[Rejected], now: datetime) -> None:
    """Let this be all that is said of a source."""
    if quarantine.of(tx, place) == list(rejected):
        return
    quarantine.clear(tx, place)
    for item in rejected:
        quarantine.add(tx, place, item, now)
    changes.note(tx, Topic.QUARANTINE, place, now)
