"""What a format is: it recognises a log by its content, and reads it as an iterator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from minutebook.sources.parsed import Checkpoint, Parsed
from minutebook.sources.source import Sample, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well a sample fits a format."""

    score: float
    """From 0 to 1. Above 0.9 only for what no other format has; 0.5 for a likely reading."""
    reason: str
    """What was seen, for people: `every line is a JSON object with uuid and sessionId`."""
    holds_messages: bool = True
    """False for a file that belongs to a log of the format, and in which nobody says anything."""


class Format(Protocol):
    """One kind of chat log."""

    @property
    def name(self) -> str:
        """The source kind of its conversations: lower case, `claude_code`."""
        ...

    def detect(self, sample: Sample) -> Match | None:
        """Say how well the beginning of a source fits, by its content; None when it does not."""
        ...

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """Read a source, piece by piece, in constant memory.

        Reads from `resume` when given: one of this format's own checkpoints in an earlier state of
        the file, whose bytes before it have not changed. A `ConversationFound` comes before the
        first turn in this case too.

        What cannot be read is yielded as `Unreadable`; the iterator goes on behind it. It raises
        `SourceError` only when nothing more can be read, and never for what a log contains.
        """
        ...
