"""Finished jobs, counted by kind: a first import ends thousands, and one line each is no news."""

from __future__ import annotations

from collections import defaultdict

from minutebook.domain.jobs import JobKind
from minutebook.events import JobFinished
from minutebook.wording import finished, narrated


class Tally:
    """What has finished since it was told last."""

    def __init__(self) -> None:
        self._jobs: dict[JobKind, int] = defaultdict(int)
        self._subjects: dict[JobKind, set[str]] = defaultdict(set)
        self.standins = 0
        """Summaries that were made offline, told or not."""

    def add(self, event: JobFinished) -> None:
        """Count a job, if it is of a kind that people want to hear of."""
        if narrated(event):
            self._jobs[event.kind] += 1
            self._subjects[event.kind].add(event.subject)
        if event.kind is JobKind.SUMMARISE:
            self.standins += 1

    def subjects(self, kind: JobKind) -> int:
        """Return about how many different things jobs of a kind were."""
        return len(self._subjects[kind])

    @property
    def jobs(self) -> int:
        """How many jobs have finished."""
        return sum(self._jobs.values())

    def lines(self) -> list[str]:
        """Return a line for each kind, and begin to count anew."""
        told = [finished(kind, jobs, self.subjects(kind)) for kind, jobs in self._jobs.items()]
        self._jobs.clear()
        self._subjects.clear()
        return told
