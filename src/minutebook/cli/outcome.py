"""What came of one run of the engine: lines for people, numbers for machines.

What could not be read is told once, when it is new; afterwards it is counted, and listed on
request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from minutebook.domain.jobs import JobState
from minutebook.domain.quarantine import Rejected
from minutebook.engine import Counts, SourceReport
from minutebook.wording import plural

MOST_TOLD = 20
"""So many new pieces are told one by one."""
_LISTED = "`minutebook quarantine list` lists them"

Piece = tuple[str, str, str]
"""Path, place and reason of something that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run."""

    reports: Sequence[SourceReport]
    before: Counts
    after: Counts
    known: frozenset[Piece]
    """What was in quarantine when the run began."""
    summaries: int = 0
    """How many summaries models have made."""
    standins: int = 0
    """How many summaries were made offline."""
    has_read: bool = True
    """Whether it was to read anything in."""

    @property
    def fresh(self) -> list[tuple[str, Rejected]]:
        """What could not be read and is new, with its path."""
        return [
            (report.path, item)
            for report in self.reports
            for item in report.quarantined
            if (report.path, item.place, item.reason) not in self.known
        ]

    @property
    def is_whole(self) -> bool:
        """Whether all of what was given could be read."""
        return not any(report.quarantined for report in self.reports)

    def lines(self) -> Iterator[str]:
        """Yield what people are told, in order."""
        if self.has_read:
            yield f"Came in: {self._came_in()}."
            yield from (f"{path}: {note}" for path, note in self.notes)
            yield from self._quarantined()
        yield from self._work()

    @property
    def notes(self) -> list[tuple[str, str]]:
        """What should be known of how sources were read just now, each with its path."""
        read = [report for report in self.reports if not report.is_unchanged]
        return [(report.path, note) for report in read for note in report.notes]

    def sums(self) -> Iterator[str]:
        """Yield the sums in words."""
        if self.has_read:
            yield f"Came in: {self._came_in()}."
        yield from self._work()

    def _work(self) -> Iterator[str]:
        yield f"Made: {self._made()}."
        if self._waiting or self._given_up:
            given_up = f"{self._given_up:,} given up (`minutebook queue list` says why)"
            yield f"Left: {plural(self._waiting, 'job')} waiting" + (
                f", {given_up}." if self._given_up else "."
            )
        yield f"The record has {_size(self.after)}."

    def fields(self) -> dict[str, Any]:
        """Return the numbers, as `--log-json` tells them."""
        return {
            "sources": len(self.reports),
            "conversations": self.after.conversations - self.before.conversations,
            "turns_new": self._sum("turns_new"),
            "turns_known": self._sum("turns_known"),
            "turns_revised": self._sum("turns_revised"),
            "pages": _pages(self.after) - _pages(self.before),
            "documents": self.after.documents - self.before.documents,
            "revisions": self.after.revisions - self.before.revisions,
            "summaries": self.summaries,
            "summaries_offline": self.standins,
            "quarantined": sum(len(report.quarantined) for report in self.reports),
            "quarantined_new": len(self.fresh),
            "jobs": {"waiting": self._waiting, "given_up": self._given_up},
            "totals": {
                "conversations": self.after.conversations,
                "turns": self.after.turns,
                "pages": _pages(self.after),
                "documents": self.after.documents,
                "revisions": self.after.revisions,
                "quarantined": self.after.quarantined,
            },
        }

    @property
    def _waiting(self) -> int:
        jobs = self.after.jobs
        return jobs[JobState.QUEUED] + jobs[JobState.FAILED] + jobs[JobState.SUBMITTED]

    @property
    def _given_up(self) -> int:
        return self.after.jobs[JobState.DEAD]

    def _sum(self, name: str) -> int:
        return sum(getattr(report, name) for report in self.reports)

    def _came_in(self) -> str:
        new, revised = self._sum("turns_new"), self._sum("turns_revised")
        came = plural(new, "new turn") if new else "nothing new"
        logs = plural(sum(1 for report in self.reports if report.format), "log")
        also = f", {plural(revised, 'turn')} revised" if revised else ""
        return f"{came} from {logs}{also}"

    def _quarantined(self) -> Iterator[str]:
        fresh = self.fresh
        for path, item in fresh[:MOST_TOLD]:
            yield f"Quarantined: {path}, {item.place}: {item.reason}"
        if len(fresh) > MOST_TOLD:
            yield f"Quarantined: {len(fresh) - MOST_TOLD:,} more; {_LISTED}."
        known = sum(len(report.quarantined) for report in self.reports) - len(fresh)
        if known:
            yield f"Quarantined: {known:,} {'more, ' if fresh else ''}known; {_LISTED}."

    def _made(self) -> str:
        made = {
            "page": _pages(self.after) - _pages(self.before),
            "document": self.after.documents - self.before.documents,
            "revision": self.after.revisions - self.before.revisions,
        }
        parts = [plural(n, name) for name, n in made.items() if n]
        if self.standins:
            parts.append(f"{plural(self.standins, 'summary', 'summaries')} offline")
        if self.summaries:
            parts.append(f"{plural(self.summaries, 'summary', 'summaries')} by models")
        return ", ".join(parts) or "nothing"


def _pages(counts: Counts) -> int:
    return sum(counts.pages.values())


def _size(counts: Counts) -> str:
    return (
        f"{plural(counts.conversations, 'conversation')}, {plural(counts.turns, 'turn')}, "
        f"{plural(_pages(counts), 'page')} and {plural(counts.documents, 'document')}"
    )
