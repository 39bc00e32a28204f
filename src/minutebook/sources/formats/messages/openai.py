"""OpenAI's chat messages in JSON and JSON Lines: fine-tuning files, batch files, saved requests.

Also whatever other tools write in this form, which is most of what is called "messages".
"""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.sources.formats.messages.lists import MessageLists
from minutebook.sources.formats.messages.reader import read_messages
from minutebook.sources.formats.messages.signs import likeness
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import Checkpoint, Parsed
from minutebook.sources.source import Sample, Source


class OpenAIMessages:
    """Lists of `{role, content, tool_calls}`."""

    name = "openai_messages"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = likeness(sample)
        if found is None or (found.anthropic > found.openai == 0):
            return None
        if found.openai == found.anthropic == 0:
            return Match(score=0.55 * found.share, reason="Its records are messages with roles.")
        score = 0.85 if found.openai >= found.anthropic else 0.3
        return Match(
            score=score * found.share, reason="Its records are messages as OpenAI has them."
        )

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        return read_messages(MessageLists(), source, resume)
