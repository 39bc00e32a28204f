"""Anthropic's messages in JSON and JSON Lines: saved requests, batch files and their results."""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.sources.formats.messages.lists import MessageLists
from minutebook.sources.formats.messages.reader import read_messages
from minutebook.sources.formats.messages.signs import likeness
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import Checkpoint, Parsed
from minutebook.sources.source import Sample, Source


class AnthropicMessages:
    """Lists of `{role, content: blocks}`, with the instructions beside them in `system`."""

    name = "anthropic_messages"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = likeness(sample)
        if found is None or (found.openai > found.anthropic == 0):
            return None
        if found.openai == found.anthropic == 0:
            return Match(score=0.4 * found.share, reason="Its records are messages with roles.")
        score = 0.85 if found.anthropic > found.openai else 0.3
        return Match(
            score=score * found.share, reason="Its records are messages as Anthropic has them."
        )

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        return read_messages(MessageLists(), source, resume)
