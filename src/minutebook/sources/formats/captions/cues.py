"""The cues of a file of captions: when something is shown, and the lines of it.

A cue is a line of times and the lines behind it up to a blank one; what stands before the times is
its name, and says nothing. So both formats are read alike, and damage in one cue ends with it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from minutebook.domain.quarantine import Rejected
from minutebook.sources.formats.text.lines import EXCERPT, read_lines
from minutebook.sources.source import Source

_MOMENT = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
TIMES = re.compile(rf"[ \t]*{_MOMENT}[ \t]+-->[ \t]+{_MOMENT}(?:[ \t].*)?$")
_ARROW = "-->"
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,200})>")
_TAG = re.compile(r"</?(?:[a-zA-Z][^<>]{0,200}|\d[\d:.]*)>|\{\\[^{}]{1,100}\}")
_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")
_MOST_LINES = 1_000
"""Lines of one cue that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Something that is shown for a while."""

    begin: timedelta
    """From the start of the recording."""
    end: timedelta
    raw: str
    """The begin, as it is written."""
    lines: tuple[str, ...]
    """With their markup."""
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody says in a cue."""

    voice: str
    """The name in the markup; empty where there is none."""
    text: str


def cues(source: Source) -> Iterator[Cue | Rejected]:
    """Read cues, one after another, in constant memory."""
    times: re.Match[str] | None = None
    place, lines, is_aside = "", list[str](), False
    for line in read_lines(source):
        text = line.text.strip("\ufeff\x00")
        if not text.strip():
            yield from _cue(times, place, lines)
            times, lines, is_aside = None, [], False
        elif is_aside or (times is None and _ASIDE.match(text)):
            is_aside = True
        elif _ARROW in text and (found := TIMES.match(text)) is not None:
            # Where the blank line is missing, the line above the times is the name of the cue.
            spoken = lines[:-1] if times and lines and lines[-1].isdigit() else lines
            yield from _cue(times, place, spoken)
            times, place, lines = found, f"line {line.number}", []
        elif _ARROW in text and times is None:
            yield Rejected(
                place=f"line {line.number}",
                reason="Its times cannot be read.",
                excerpt=text[:EXCERPT],
            )
        elif times is not None and len(lines) < _MOST_LINES:
            lines.append(text)
    yield from _cue(times, place, lines)


def _cue(times: re.Match[str] | None, place: str, lines: list[str]) -> Iterator[Cue]:
    if times is not None and lines:
        begin, end = _offset(times.groups()[:4]), _offset(times.groups()[4:])
        raw = times[0].partition(_ARROW)[0].strip()
        yield Cue(begin=begin, end=end, raw=raw, lines=tuple(lines), place=place)


def _offset(parts: tuple[str | None, ...]) -> timedelta:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        milliseconds=int(fraction.ljust(3, "0")),
    )


def words_in(cue: Cue) -> list[Words]:
    """Split a cue at its voices, and take the markup away."""
    first, *rest = _VOICE.split("\n".join(cue.lines))
    found = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
    said = [Words(voice=_plain(voice), text=_plain(text)) for voice, text in found]
    return [words for words in said if words.text]


def _plain(text: str) -> str:
    if not text:  # what stands before a voice
        return ""
    shown = html.unescape(_TAG.sub("", text)).replace("\u00a0", " ")
    return "\n".join(line.strip() for line in shown.split("\n") if line.strip())
