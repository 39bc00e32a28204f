"""Captions become turns: what one speaker says in cues behind each other is one turn.

Speakers are in the markup, or stand before the text with a colon; a name that stands there once is
taken for words. A turn ends with a pause, and where it is long with a sentence, so that a lecture
is no single turn. Times are counted from the start of a recording; when that was, only the name of
some recordings says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.captions.cues import TIMES, Cue, Words, cues, words_in
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_HEAD = re.compile(r"\ufeff?WEBVTT(?:[ \t].*)?$")
_NAME = re.compile(r"(?:>>[ \t]*)?([^\W\d_][^:\n]{0,39}):[ \t\n]+(?=\S)")
_RECORDING = re.compile(r"GMT(\d{8}-\d{6})")
_PAUSE = timedelta(seconds=10)
_LONG = 1_500
"""Characters from which on a turn ends with its sentence."""
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")
_OFTEN = 2
_MOST_NAMES = 10_000


class _Captions:
    """What both formats have in common."""

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: who speaks is told by the whole file."""
        yield ConversationFound(identity=Identity.UNKNOWN, title=source.stem)
        open_turn: _Turn | None = None
        start = _start_of(source)
        names = _names(source)
        for cue in cues(source):
            if isinstance(cue, Rejected):
                yield Unreadable(rejected=cue)
                continue
            for words in _spoken(cue, names):
                if open_turn is not None and not open_turn.goes_on(words, cue):
                    yield open_turn.found(start)
                    open_turn = None
                if open_turn is None:
                    open_turn = _Turn(speaker=words.voice, begin=cue.begin, raw=cue.raw)
                open_turn.add(words, cue)
        if open_turn is not None:
            yield open_turn.found(start)


class WebVTT(_Captions):
    """Files that begin with `WEBVTT`, as meetings are recorded and films are captioned."""

    name = "webvtt"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        lines = sample.lines(1)
        if not lines or _HEAD.match(lines[0]) is None:
            return None
        return Match(score=0.98, reason="Its first line is `WEBVTT`.")


class SubRip(_Captions):
    """Files of numbered cues, as films are captioned and recordings are transcribed."""

    name = "subrip"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        lines = [text for line in sample.lines() if (text := line.strip(" \t\ufeff"))]
        for number, times in pairwise(lines[:4]):
            if number.isdecimal() and "," in times and TIMES.match(times):
                return Match(score=0.97, reason="It has numbered cues with times from and to.")
        return None


@dataclass(slots=True)
class _Turn:
    """What one speaker says, cue after cue."""

    speaker: str
    begin: timedelta
    raw: str
    end: timedelta = timedelta()
    texts: list[str] = field(default_factory=list)
    _length: int = 0

    def goes_on(self, words: Words, cue: Cue) -> bool:
        """Say whether the next words belong to it."""
        if words.voice not in ("", self.speaker) or cue.begin - self.end > _PAUSE:
            return False
        return self._length < _LONG or not self.texts[-1].endswith(_SENTENCE_ENDS)

    def add(self, words: Words, cue: Cue) -> None:
        """Take the next words. Captions that roll up show their last line again."""
        self.end = max(self.end, cue.end)
        lines = words.text.split("\n")
        last = self.texts[-1].rpartition("\n")[2] if self.texts else ""
        if not self.speaker and len(lines) > 1 and lines[0] == last:
            lines = lines[1:]
        if not self.speaker and lines == [last]:
            return
        self.texts.append("\n".join(lines))
        self._length += len(self.texts[-1])

    def found(self, start: datetime | None) -> TurnFound:
        """Return the turn."""
        return TurnFound(
            draft=TurnDraft(
                role=Role.PERSON,
                author=self.speaker,
                content=Content(text="\n".join(self.texts)),
                at=None if start is None else start + self.begin,
                at_raw=self.raw,
            )
        )


def _start_of(source: Source) -> datetime | None:
    """Return when a recording began, where its name says so, as Zoom has it."""
    named = _RECORDING.search(source.name)
    try:
        return datetime.strptime(named[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if named else None
    except ValueError:
        return None


def _names(source: Source) -> frozenset[str]:
    """Find out who speaks, where names stand before the text: whoever is named several times."""
    counted: Counter[str] = Counter()
    for cue in cues(source):
        for words in words_in(cue) if isinstance(cue, Cue) else ():
            named = None if words.voice else _NAME.match(words.text)
            if named and (len(counted) < _MOST_NAMES or named[1] in counted):
                counted[named[1]] += 1
    often = {name for name, count in counted.items() if count >= _OFTEN}
    # Where nearly everybody is named, one who speaks once is a speaker too.
    return frozenset(counted if sum(counted[n] for n in often) >= 2 * len(counted) else often)


def _spoken(cue: Cue, names: frozenset[str]) -> Iterator[Words]:
    for words in words_in(cue):
        named = None if words.voice else _NAME.match(words.text)
        if named is not None and named[1] in names:
            yield Words(voice=named[1], text=words.text[named.end() :])
        else:
            yield words
