"""What the engine tells, written into the log: failures and sources line by line, jobs in runs.

Jobs of one kind that finish within a minute of each other are one line that grows, so that a first
import fills a few lines and not the whole log. Failures are warnings: an error is what the
workbench itself did not expect.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.events import Event, JobFinished, SourceFailed, SourceImported
from minutebook.tui.wording import short_path
from minutebook.wording import finished, is_failure, narrated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minutebook.domain.jobs import JobKind
    from minutebook.tui.logbook import Logbook, LogEntry

_log = logging.getLogger(__name__)
_SILENCE = timedelta(minutes=1)
_PATH = 40
"""Characters of a path, so that what came of it is in sight."""


@dataclass(slots=True)
class _Run:
    """Jobs of one kind that finished one after the other."""

    jobs: int = 0
    subjects: set[str] = field(default_factory=set)
    entry: LogEntry | None = None


class Chronicle:
    """Writes events into a logbook."""

    def __init__(self, logbook: Logbook) -> None:
        self._logbook = logbook
        self._runs: dict[JobKind, _Run] = {}

    def tell(self, events: Iterable[Event]) -> None:
        """Write what has happened."""
        for event in events:
            if isinstance(event, JobFinished):
                self._count(event)
            elif line := one_line(narrated(_short(event))):
                _log.log(logging.WARNING if is_failure(event) else logging.INFO, "%s", line)

    def _count(self, event: JobFinished) -> None:
        run = self._runs.get(event.kind)
        if run is None or run.entry is None or event.at - run.entry.at > _SILENCE:
            run = self._runs[event.kind] = _Run()
        run.jobs += 1
        run.subjects.add(event.subject)
        text = finished(event.kind, run.jobs, len(run.subjects))
        run.entry = self._logbook.replace(run.entry, event.at, text)


def _short(event: Event) -> Event:
    """Return an event that names its source by the end of its path."""
    if isinstance(event, SourceImported | SourceFailed):
        return replace(event, place=short_path(event.place, _PATH))
    return event
