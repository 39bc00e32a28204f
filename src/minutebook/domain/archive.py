"""The archive: what a page is worth, where it moves, and the files that hold what went cold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from minutebook.domain.pages import Lifecycle


class Salience(StrEnum):
    """How much of what a page says is meant to last."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOISE = "noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What is known of a page when its worth is weighed."""

    page: str
    lifecycle: Lifecycle
    spoken_at: datetime
    """When it was last spoken on."""
    recorded_at: datetime
    """When it came into the record: what has just come in is not forgotten at once."""
    silent_since: datetime
    """When its conversation was last spoken in."""
    accessed_at: datetime | None
    """When it was last brought back."""
    accesses: int
    salience: Salience
    outcome: int
    """What people thought of answers that it was in use for: -1, 0 or 1."""
    is_pinned: bool
    """Whether a person pinned it, or a turn of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One part of a score."""

    name: str
    value: float
    """From 0 to 1."""
    weight: float
    reason: str = ""
    """What it is, in words."""

    @property
    def share(self) -> float:
        """What it adds to the score."""
        return self.value * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionScore:
    """How much speaks for keeping a page at hand: the sum of its terms, from 0 to 1."""

    terms: tuple[Term, ...]
    is_pinned: bool
    is_fresh: bool = False
    """Whether it came in, or was brought back, too short a time ago to leave."""

    @property
    def total(self) -> float:
        """The sum of what the terms add."""
        return min(1.0, sum(term.share for term in self.terms))

    def is_below(self, threshold: float) -> bool:
        """Say whether the page may leave; one that is pinned or fresh does not."""
        return not (self.is_pinned or self.is_fresh) and self.total < threshold


class Mover(StrEnum):
    """Who moves a page."""

    RULE = "rule"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A page that was moved from one tier to another: one line of the ledger of forgetting."""

    page: str
    before: Lifecycle
    after: Lifecycle
    why: str
    by: Mover
    at: datetime
    score: RetentionScore | None = None
    """What it was worth then, if that was the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPage:
    """A page that waits for its review."""

    page: str
    conversation: str
    label: str
    turns: int
    tokens: int
    since: datetime
    due_at: datetime
    """When it is archived, unless somebody keeps it."""
    score: RetentionScore


class FileKind(StrEnum):
    """What the rows of a file are."""

    PAGES = "pages"
    TURNS = "turns"


class FileState(StrEnum):
    """How far a file has come."""

    WRITING = "writing"
    LIVE = "live"
    RETIRED = "retired"
    """Another file has all of it, or it came back: to be removed when nobody reads it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFile:
    """A file of the archive, as the manifest knows it."""

    path: str
    """Below the archive's folder, with `/` between its parts on every system."""
    name: str
    """The same for the file of pages and the file of their turns."""
    kind: FileKind
    year: int
    month: int
    rows: int = 0
    bytes: int = 0
    sha256: str = ""
    content_hash: str = ""
    """SHA-256 over the hashes of its rows in their order."""
    schema_version: int = 1
    written_at: datetime
    state: FileState = FileState.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdText:
    """What a turn says, as the archive has it."""

    text: str
    parts: str | None
    revisions: str = ""
    """JSON: [revision, text, parts] of what it said earlier; empty when there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdPages:
    """What is wanted of one file of turns."""

    path: str
    schema_version: int
    pages: frozenset[str]


ColdTexts = Mapping[int, ColdText]
"""Texts by the row id of their turn."""


class ColdReader(Protocol):
    """Reads what has left the store. It works in threads of the store, and may wait."""

    def texts(self, wanted: ColdPages) -> ColdTexts:
        """Return what the turns of some pages of a file say.

        Raises ArchiveError when the file cannot be read, or is not what was written.
        """
        ...

    def containing(self, path: str, words: str) -> list[int]:
        """Return the row ids of those turns of a file whose text contains words as they stand.

        Raises ArchiveError when the file cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FlushReport:
    """What a flush did."""

    pages: int = 0
    turns: int = 0
    files: int = 0
    bytes: int = 0
    """Of the files."""
    skipped: int = 0
    """Pages that were kept or changed while they were written."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A page that cannot come back, since its text cannot be read."""

    page: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What came back from the archive, and what could not."""

    pages: int
    turns: int
    unread: tuple[Unread, ...] = ()


class FlushWatch:
    """Sees how far a flush is, and may end it between two files."""

    def __init__(self) -> None:
        self.report = FlushReport()
        """What was done so far."""
        self.is_stopped = False

    def is_over(self, report: FlushReport) -> bool:
        """Take note of what was done so far; say whether that is to be all."""
        self.report = report
        return self.is_stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in the archive that is not as it should be."""

    path: str
    what: str
    is_loss: bool = True
    """Whether text cannot be read; a stray file is no loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What a look at every file found."""

    files: int
    rows: int
    bytes: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStats:
    """How much is in the archive."""

    pages: int
    turns: int
    files: int
    bytes: int
    retired: int
    """Files that wait to be removed."""
    months: tuple[tuple[str, int, int], ...]
    """Month as `YYYY-MM`, pages, bytes."""


class StepState(StrEnum):
    """How a step of the maintenance stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Its process ended, or it was told to stop: it goes on where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the maintenance, and what came of it last."""

    name: str
    due_at: datetime
    state: StepState = StepState.WAITING
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    error: str = ""
    detail: str = ""
    place: str = ""
    """Where an interrupted run goes on."""
