"""The formats there are, and which of them a source has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from minutebook.errors import SourceError, UnknownFormatError
from minutebook.sources.foreign import what_it_is
from minutebook.sources.formats.protocol import Format, Match
from minutebook.sources.source import Source

BUILT_IN = (
    "claude_code:ClaudeCode",
    "chatgpt:ChatGPT",
    "sharegpt:ShareGPT",
    "messages:AnthropicMessages",
    "messages:OpenAIMessages",
    "whatsapp:WhatsApp",
    "irc:IRC",
    "aider:Aider",
    "transcript:Transcript",
)
"""Module and class of each; where two fit equally well, the earlier one is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """The format that a source has, and why."""

    format: Format
    match: Match


def built_in() -> tuple[Format, ...]:
    """Load our own formats."""
    formats = []
    for entry in BUILT_IN:
        module, name = entry.split(":")
        formats.append(getattr(import_module(f"minutebook.sources.formats.{module}"), name)())
    return tuple(formats)


def detect(source: Source, formats: Sequence[Format]) -> Detection:
    """Return the format that fits the beginning of a source best.

    Raises UnknownFormatError when none does, SourceError when the source cannot be read.
    """
    try:
        sample = source.sample()
    except OSError as error:
        raise SourceError(
            f"{source.place!r} cannot be read: {error.strerror}.", hint="Check its permissions."
        ) from error
    found = [
        Detection(format=format_, match=match)
        for format_ in formats
        if (match := format_.detect(sample)) is not None
    ]
    if not found:
        raise UnknownFormatError(what_it_is(sample), hint="`minutebook import --help` lists them.")
    return max(found, key=lambda detection: detection.match.score)
