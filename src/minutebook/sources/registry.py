"""The formats there are, and which of them a source has.

Our own are listed here; others come with packages of their own, by an entry point in the group
`minutebook.formats`. An entry point names a class that is made without arguments, an object, or a
module: whatever has `name`, `detect` and `parse` as `formats.protocol` describes them.

Code of others may fail in any way. A format that cannot be loaded, or that fails to look at a file,
is named with its package and its error, and the other formats go on.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from minutebook.errors import SourceError, UnknownFormatError, UsageError
from minutebook.sources.foreign import what_it_is
from minutebook.sources.formats.protocol import Format, Match
from minutebook.sources.source import Sample, Source

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_log = logging.getLogger(__name__)

GROUP = "minutebook.formats"
"""Group of the entry points of formats."""

BUILT_IN = (
    "claude_code:ClaudeCode",
    "pi:Pi",
    "gemini_cli:GeminiCLI",
    "llm_logs:LlmLogs",
    "dialogue_sets:DialogueSets",
    "captions:WebVTT",
    "captions:SubRip",
    "mail:Mail",
    "chatgpt:ChatGPT",
    "claude_ai:ClaudeAI",
    "slack:Slack",
    "codex:Codex",
    "discord:Discord",
    "discord:DiscordPackage",
    "discord:DiscordText",
    "telegram:Telegram",
    "matrix:Matrix",
    "facebook:Facebook",
    "gitter:Gitter",
    "zulip:Zulip",
    "mattermost:Mattermost",
    "signal:Signal",
    "sharegpt:ShareGPT",
    "messages:AnthropicMessages",
    "messages:OpenAIMessages",
    "whatsapp:WhatsApp",
    "irc:IRC",
    "aider:Aider",
    "transcript:Transcript",
)
"""Module and class of each; where two fit equally well, the earlier one is taken."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ASKED_FOR = "It was asked for by name."


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenFormat:
    """A format of another package that cannot be used."""

    entry: str
    """Name of its entry point."""
    package: str
    reason: str

    def __str__(self) -> str:
        return f"The format {self.entry!r} of the package {self.package!r} {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """All formats there are."""

    known: tuple[Format, ...]
    """In the order in which they are asked."""
    broken: tuple[BrokenFormat, ...] = ()

    def named(self, name: str) -> Format:
        """Return the format with a name. Raises UsageError."""
        for format_ in self.known:
            if format_.name == name:
                return format_
        for broken in self.broken:
            if broken.entry == name:
                raise UsageError(f"{broken}", hint="Mend or remove that package.")
        names = sorted(format_.name for format_ in self.known)
        meant = get_close_matches(name.casefold(), names, n=1, cutoff=0.5)
        nearest = f"Did you mean {meant[0]!r}? " if meant else ""
        there_are = f"There are: {', '.join(names)}."
        raise UsageError(f"There is no format {name!r}.", hint=f"{nearest}{there_are}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a format said of a source that it may have."""

    format: str
    score: float
    """0 when it failed to look at it."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """The format that a source has, and why."""

    format: Format
    match: Match
    verdicts: tuple[Verdict, ...] = ()
    """Of every format that fits, best first; then of those that failed."""

    @property
    def failures(self) -> tuple[str, ...]:
        """What formats failed to look at the source, as sentences."""
        return tuple(verdict.reason for verdict in self.verdicts if verdict.score == 0)


def built_in() -> tuple[Format, ...]:
    """Load our own formats."""
    formats = []
    for entry in BUILT_IN:
        module, name = entry.split(":")
        formats.append(getattr(import_module(f"minutebook.sources.formats.{module}"), name)())
    return tuple(formats)


def available() -> Formats:
    """Load our own formats, and those that other packages bring. Never raises for theirs."""
    from importlib.metadata import entry_points  # it reads the disk, and is slow to import

    known = {format_.name: format_ for format_ in built_in()}
    broken = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        loaded = _loaded(entry)
        if isinstance(loaded, str):
            reason = loaded
        elif loaded.name in known:
            reason = f"has the name of another one: {loaded.name!r}."
        else:
            known[loaded.name] = loaded
            continue
        package = entry.dist.name if entry.dist else "?"
        broken.append(BrokenFormat(entry=entry.name, package=package, reason=reason))
        _log.warning("%s", broken[-1])
    return Formats(known=tuple(known.values()), broken=tuple(broken))


def detect(source: Source, formats: Sequence[Format]) -> Detection:
    """Return the format that fits the beginning of a source best.

    Raises UnknownFormatError when none does, SourceError when the source cannot be read.
    """
    sample = _sample(source)
    found, verdicts = _ask(sample, formats)
    if not found:
        because = " ".join([what_it_is(sample), *(verdict.reason for verdict in verdicts)])
        raise UnknownFormatError(because, hint="`minutebook import --help` lists them.")
    format_, match = found[0]
    return Detection(format=format_, match=match, verdicts=verdicts)


def as_asked(source: Source, format_: Format, formats: Sequence[Format]) -> Detection:
    """Return the format that somebody named, whatever the source looks like.

    Raises SourceError when the source cannot be read.
    """
    _, verdicts = _ask(_sample(source), formats)
    return Detection(format=format_, match=Match(score=1.0, reason=_ASKED_FOR), verdicts=verdicts)


def _sample(source: Source) -> Sample:
    try:
        return source.sample()
    except OSError as error:
        raise SourceError(
            f"{source.place!r} cannot be read: {error.strerror}.", hint="Check its permissions."
        ) from error


def _ask(
    sample: Sample, formats: Sequence[Format]
) -> tuple[list[tuple[Format, Match]], tuple[Verdict, ...]]:
    """Return the formats that fit, best first, and what each said, or how it failed."""
    found: list[tuple[Format, Match]] = []
    failed: list[Verdict] = []
    for format_ in formats:
        try:
            match = format_.detect(sample)
            if match is not None and 0 < match.score <= 1:
                found.append((format_, match))
        except Exception as error:  # noqa: BLE001 - it may be anybody's: the others are asked too
            _log.exception("The format %r failed to look at %r", format_.name, sample.source.place)
            reason = f"The format {format_.name!r} failed to look at it: {error!r:.200}."
            failed.append(Verdict(format=format_.name, score=0.0, reason=reason))
    found.sort(key=lambda pair: -pair[1].score)
    said = [Verdict(format=f.name, score=m.score, reason=m.reason) for f, m in found]
    return found, (*said, *failed)


def _loaded(entry: EntryPoint) -> Format | str:
    """Return the format of an entry point, or what is wrong with it."""
    try:
        loaded = entry.load()
        made = loaded() if isinstance(loaded, type) else loaded
        faults = list(_faults(made))
    except Exception as error:  # noqa: BLE001 - code of others: it is named, and does no harm
        return f"cannot be loaded: {error!r:.200}."
    return f"is none: {'; '.join(faults)}." if faults else made


def _faults(made: Any) -> Iterator[str]:
    name = getattr(made, "name", None)
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield "it has no `name` of lower case letters, digits and `_`"
    for method in ("detect", "parse"):
        if not callable(getattr(made, method, None)):
            yield f"it has no `{method}`"
