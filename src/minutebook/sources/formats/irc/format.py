"""Reads a log line by line: every line is a turn, or says which day it is.

Lines that go on in the same minute are turns of their own; nothing is merged. What people did
(`/me`) keeps that mark, and what only happened is the system's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.irc.codes import LineDecoder, strip_formatting, unescape
from minutebook.sources.formats.irc.days import DayClock, DayState
from minutebook.sources.formats.irc.epochs import Block, is_block, read_block, read_blocks
from minutebook.sources.formats.irc.grammar import Kind, LogLine, read_line
from minutebook.sources.formats.irc.naming import (
    Channel,
    bare_stem,
    channel_in_line,
    channel_in_names,
    day_in_names,
    group_in_names,
    year_in_names,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.text.dates import LocalClock
from minutebook.sources.formats.text.detecting import LOOKED_AT, sample_lines
from minutebook.sources.formats.text.lines import EXCERPT, Line, Place, read_lines
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_TURNS_PER_CHECKPOINT = 200
_LOOKED_AT_FOR_NAME = 200
_SPOKEN = frozenset({Kind.MESSAGE, Kind.ACTION, Kind.NOTICE})
_TELLING = _SPOKEN | {Kind.EVENT}
_UNTIMED = frozenset({Kind.EVENT, Kind.DAY})
_BYTES_LITERAL = ("b'", 'b"')
_LITERAL_ENDS = frozenset({"'", '"'})


class IRC:
    """Logs of IRC channels."""

    name = "irc"

    def detect(self, sample: Sample) -> Match | None:
        """Count the lines that somebody said, and those that say what happened."""
        lines = [strip_formatting(line) for line in sample_lines(sample)]
        if is_block(lines):
            return _detect_blocks(sample.lines(LOOKED_AT))
        found = [line for text in lines if (line := read_line(_without_literal(text)))]
        timed = [line.kind for line in found if line.stamp and line.kind in _TELLING]
        known = len(timed) + sum(not line.stamp and line.kind in _UNTIMED for line in found)
        share = known / len(lines) if lines else 0
        if not timed or share < 0.3 or (known < 2 and share < 1):
            return None
        is_spoken = not _SPOKEN.isdisjoint(timed)
        return Match(
            score=0.5 + 0.45 * share if is_spoken else 0.4 + 0.3 * share,
            reason=f"{known} of {len(lines)} lines are of an IRC log: time, <nick>, text",
        )

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """Read a log. Its one conversation is the channel, by file, folders or the log itself."""
        return _Reader(source).read(resume)


def _detect_blocks(lines: list[str]) -> Match | None:
    blocks = "\n".join(lines).strip("\n").split("\n\n")
    good = sum(is_block(block.split("\n")) for block in blocks)
    if good < len(blocks) * 0.6:
        return None
    return Match(score=0.85, reason=f"{good} blocks of seconds since 1970, nick and text")


def _without_literal(line: str) -> str:
    return line[2:] if line.startswith(_BYTES_LITERAL) else line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the names and the first lines tell."""

    channel: Channel | None
    has_blocks: bool = False
    is_settled: bool = True
    """Whether nothing that may be appended could change it."""

    def conversation(self, source: Source) -> ConversationFound:
        if self.channel is None:
            return ConversationFound(
                identity=Identity.UNKNOWN, title=bare_stem(source), is_written_on=True
            )
        return ConversationFound(
            identity=Identity.NAMED, native_id=self.channel.native_id, title=self.channel.name
        )


def _survey(source: Source) -> _Plan:
    channel = channel_in_names(source)
    named_by_day = group_in_names(source)
    head: list[str] = []
    for line in read_lines(source, decode=LineDecoder()):
        if len(head) >= _LOOKED_AT_FOR_NAME:
            break
        head.append(strip_formatting(line.text))
    is_named = channel is not None or named_by_day is not None
    return _Plan(
        channel=channel or named_by_day or _first_mention(head),
        has_blocks=is_block([line for line in head[:6] if line.strip()]),
        is_settled=len(head) >= (6 if is_named else _LOOKED_AT_FOR_NAME),
    )


def _first_mention(head: list[str]) -> Channel | None:
    for text in head:
        line = read_line(_without_literal(text))
        if line is not None and line.kind not in _SPOKEN:
            found = channel_in_line(line.text)
            if found is not None:
                return found
    return None


class _Reader:
    """One reading of one log."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._decode = LineDecoder()
        self._in_literal = False
        self._plan = _Plan(channel=None)
        self._days = DayClock(source.options.zone, _day_by_names(source))

    def read(self, resume: Checkpoint | None) -> Iterator[Parsed]:
        start = self._start(resume)
        yield replace(self._plan.conversation(self._source), is_continued=resume is not None)
        lines = read_lines(self._source, start, self._decode_line)
        found = self._blocks(lines) if self._plan.has_blocks else self._lines(lines)
        yield from found

    def _lines(self, lines: Iterator[Line]) -> Iterator[Parsed]:
        turns = 0
        held: Line | None = None
        for line in lines:
            if held is not None and (parsed := self._parsed(held)) is not None:
                turns += 1
                yield parsed
                if turns % _TURNS_PER_CHECKPOINT == 0:
                    yield from self._checkpoint(line)
            held = line
        if held is not None:
            yield from self._checkpoint(held)
            if (parsed := self._parsed(held)) is not None:
                yield parsed

    def _blocks(self, lines: Iterator[Line]) -> Iterator[Parsed]:
        held: Parsed | None = None
        last: Line | None = None
        for count, block in enumerate(read_blocks(lines)):
            if held is not None:
                yield held
                if count % _TURNS_PER_CHECKPOINT == 0:
                    yield from self._checkpoint(block.first)
            held, last = _block_found(block), block.first
        if held is not None and last is not None:
            yield from self._checkpoint(last)
            yield held

    def _start(self, resume: Checkpoint | None) -> Place:
        if resume is None:
            self._plan = _survey(self._source)
            return Place()
        state = json.loads(resume.state)
        channel = Channel(name=state["channel"], network=state["network"])
        self._plan = _Plan(
            channel=channel if channel.name else None, has_blocks=state["has_blocks"]
        )
        self._decode = LineDecoder(is_japanese=state["is_japanese"])
        self._in_literal = state["in_literal"]
        self._days = _days_from(state["days"], self._source.options.zone)
        return Place(resume.offset, state["line"])

    def _checkpoint(self, line: Line) -> Iterator[Checkpoint]:
        if not self._plan.is_settled:
            return
        channel = self._plan.channel or Channel(name="")
        state = {
            "line": line.number,
            "channel": channel.name,
            "network": channel.network,
            "has_blocks": self._plan.has_blocks,
            "is_japanese": self._decode.is_japanese,
            "in_literal": self._in_literal,
            "days": _days_to(self._days),
        }
        yield Checkpoint(offset=line.offset, state=json.dumps(state))

    def _decode_line(self, raw: bytes) -> str:
        return self._decode(raw)

    def _parsed(self, line: Line) -> TurnFound | Unreadable | None:
        text = line.text if line.text.isprintable() else strip_formatting(line.text)
        if self._in_literal or text.startswith(_BYTES_LITERAL):
            text = self._literal(text)
        found = read_line(text)
        if found is None:
            return _unreadable(line, text) if text.strip() else None
        if found.kind is Kind.DAY:
            if found.stamp:
                self._days.turn_to(text)
            else:
                self._days.announce(text)
            return None
        if found.kind is Kind.OTHER and not found.text.strip():
            return None
        return TurnFound(draft=self._draft(found))

    def _literal(self, text: str) -> str:
        """Read a line of a dump that was written as a Python literal of bytes, ends and all."""
        if text in _LITERAL_ENDS:
            self._in_literal = False
            return ""
        if text.startswith(_BYTES_LITERAL):
            self._in_literal = True
            text = text[2:]
        return unescape(text)

    def _draft(self, line: LogLine) -> TurnDraft:
        if line.stamp:
            at = self._days.at(line.stamp, line.date, line.clock, line.zone)
            zone_known = bool(line.zone)
        else:
            at, zone_known = self._days.last
        is_said = line.kind is Kind.MESSAGE or line.kind is Kind.ACTION
        text = f"/me {line.text}" if line.kind is Kind.ACTION else line.text
        return TurnDraft(
            role=Role.PERSON if is_said else Role.SYSTEM,
            author=line.nick,
            content=Content(text=text),
            at=at,
            at_raw=line.stamp,
            zone_known=zone_known,
        )


def _block_found(block: Block) -> Parsed:
    found = read_block(block)
    return TurnFound(draft=found) if isinstance(found, TurnDraft) else Unreadable(rejected=found)


def _unreadable(line: Line, text: str) -> Unreadable:
    return Unreadable(
        rejected=Rejected(
            place=f"line {line.number}",
            reason="It is not a line of an IRC log: no time, nick or event.",
            excerpt=text[:EXCERPT],
        )
    )


def _day_by_names(source: Source) -> DayState:
    day = day_in_names(source)
    year = day.year if day else year_in_names(source)
    return DayState(day=day, year=year, is_daily=day is not None)


def _days_to(days: DayClock) -> dict[str, object]:
    at, zone_known = days.last
    state = days.state
    return {
        "day": state.day.isoformat() if state.day else "",
        "year": state.year,
        "is_daily": state.is_daily,
        "is_announced": state.is_announced,
        "reading": days.local.last.isoformat() if days.local.last else "",
        "fold": days.local.fold,
        "at": at.isoformat() if at else "",
        "zone_known": zone_known,
    }


def _days_from(state: dict[str, Any], zone: ZoneInfo) -> DayClock:
    reading = datetime.fromisoformat(state["reading"]) if state["reading"] else None
    day = DayState(
        day=date.fromisoformat(state["day"]) if state["day"] else None,
        year=state["year"],
        is_daily=state["is_daily"],
        is_announced=state["is_announced"],
    )
    days = DayClock(zone, day, LocalClock(zone, reading, state["fold"]))
    if state["at"]:
        at = datetime.fromisoformat(state["at"])
        days.last = (at if state["zone_known"] else at.astimezone(zone), state["zone_known"])
    return days
