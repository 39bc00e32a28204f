"""Channels of Discord in the plain text of DiscordChatExporter.

It names no ids, and dates as the exporter's own country writes them; day and month are told apart
by all dates of the file. A message begins behind a blank line, so that a header that somebody has
quoted within a paragraph is no message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from minutebook.domain.turns import Attachment, Content, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.json.leaving_out import unreadable
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.text.dates import (
    DateOrderSurvey,
    FieldOrder,
    Fields,
    LocalClock,
    read_date,
)
from minutebook.sources.formats.text.detecting import sample_lines
from minutebook.sources.formats.text.lines import Line, Passage, read_lines
from minutebook.sources.formats.whatsapp.header import read_time
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Noted,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_RULE = re.compile(r"={20,}\s*")
_HEADER = re.compile(r"\[(?P<stamp>[^\]\n]{8,40})\] (?P<who>\S.{0,120}?)(?: \(pinned\))?\s*")
_STAMP = re.compile(
    r"(?P<first>\d{1,4})[-/. ]{1,2}(?P<month>\d{1,2}|[A-Za-z]{3})[-/. ]{1,2}(?P<last>\d{1,4}),?\s"
    r"(?P<clock>\d{1,2}[:.]\d\d(?:[:.]\d\d)?)(?:\s(?P<marker>\S{2,5}))?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OLD_DIGITS = re.compile(r"#\d{4}$")
_SECTIONS = ("{Attachments}", "{Embed}", "{Stickers}", "{Reactions}")
_REACTION = re.compile(r"(?P<name>\S+)(?: \((?P<count>\d{1,9})\))?")
_NOTICE = re.compile(
    r"(?:Joined the server|Pinned a message|Started a thread|Left the group"
    r"|Changed the channel (?:icon|name: .*)|Started a call that lasted .*"
    r"|Added .* to the group|Removed .* from the group)\.?"
)
_DIRECT = "Direct Messages"
_CUT_OFF = "The file ends before its last line: it may have been cut off, or is not whole yet."


class DiscordText:
    """Text files with a guild and a channel between two rules."""

    name = "discord_text"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        lines = sample_lines(sample)[:3]
        if len(lines) < 3 or not _RULE.fullmatch(lines[0].lstrip("\ufeff")):
            return None
        if not (lines[1].startswith("Guild: ") and lines[2].startswith("Channel: ")):
            return None
        return Match(score=0.98, reason="It begins with a guild and a channel of Discord.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        return _Reader(source).read()


class _Reader:
    """Reads one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clock = LocalClock(source.options.zone)
        self._order = FieldOrder.DMY

    def read(self) -> Iterator[Parsed]:
        self._survey()
        members, passage, is_ended = dict[str, str](), None, False
        rules, was_blank = 0, True
        for line in read_lines(self._source):
            if rules < 2:
                key, _, value = line.text.partition(": ")
                members[key] = value
                if _RULE.fullmatch(line.text.lstrip("\ufeff")):
                    rules += 1
                    if rules == 2:
                        yield _conversation(members)
            elif was_blank and self._begins(line):
                yield from self._turn(passage)
                passage = Passage(line, line.text)
            elif was_blank and _RULE.fullmatch(line.text):
                is_ended = True
                break
            elif passage is not None:
                passage.add(line, line.text)
            elif line.text.strip():
                yield unreadable(line.text, f"line {line.number}", "It belongs to no message.")
            was_blank = not line.text.strip()
        yield from self._turn(passage)
        if not is_ended and not self._source.is_growing:
            yield Noted(note=_CUT_OFF)

    def _survey(self) -> None:
        dates, last = DateOrderSurvey(self._source.options.date_order), ""
        for line in read_lines(self._source):
            found = _stamp_in(line.text)
            if found is None or found["month"].isalpha() or found.group() == last:
                continue
            last = found.group()
            dates.look_at(
                _fields(found),
                year_is_first=len(found["first"]) == 4,
                year_is_last=len(found["last"]) == 4,
            )
            if dates.certain:
                break
        self._order = dates.decide()

    def _begins(self, line: Line) -> bool:
        found = _stamp_in(line.text)
        return found is not None and self._reading(found) is not None

    def _reading(self, found: re.Match[str]) -> datetime | None:
        order = FieldOrder.DMY if found["month"].isalpha() else self._order
        day = read_date(_fields(found), order)
        clock = read_time(found["clock"], found["marker"] or "")
        return datetime.combine(day, clock) if day and clock else None

    def _turn(self, passage: Passage | None) -> Iterator[Parsed]:
        if passage is None:
            return
        header, *body = passage.lines
        found, stamp = _HEADER.fullmatch(header), _stamp_in(header)
        reading = self._reading(stamp) if stamp else None
        if found is None or reading is None:
            return
        content, reactions = _content(body)
        yield TurnFound(
            draft=TurnDraft(
                role=Role.SYSTEM if _NOTICE.fullmatch(content.text) else Role.PERSON,
                author=_OLD_DIGITS.sub("", found["who"]),
                content=content,
                at=self._clock.at(reading),
                at_raw=found["stamp"],
                zone_known=False,
                margin=Margin(reactions=reactions),
            )
        )
        if (left_out := passage.left_out()) is not None:
            yield Unreadable(rejected=left_out)


def _stamp_in(line: str) -> re.Match[str] | None:
    header = _HEADER.fullmatch(line) if line.startswith("[") else None
    return _STAMP.fullmatch(header["stamp"]) if header else None


def _fields(found: re.Match[str]) -> Fields:
    month = found["month"].lower()
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdigit() else 0
    return int(found["first"]), number, int(found["last"])


def _conversation(members: dict[str, str]) -> ConversationFound:
    guild, channel = members.get("Guild", "").strip(), members.get("Channel", "").strip()
    where = "" if guild == _DIRECT else guild
    short = channel.rpartition(" / ")[2]
    return ConversationFound(
        identity=Identity.NAMED if channel else Identity.UNKNOWN,
        native_id=f"{guild} / {channel}",
        title=f"{where} / {short}" if where else short,
    )


def _content(body: list[str]) -> tuple[Content, tuple[Reaction, ...]]:
    """Split what stands below a header: the text, and the sections behind it."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in body:
        if line.strip() in _SECTIONS:
            sections.append((line.strip(), []))
        else:
            sections[-1][1].append(line)
    texts, files, reactions = list[str](), list[Attachment](), list[Reaction]()
    for kind, lines in sections:
        said = "\n".join(lines).strip()
        if kind == "{Reactions}":
            reactions += map(_reaction, _REACTION.finditer(said))
        elif kind in ("{Attachments}", "{Stickers}"):
            files += (Attachment(name=_file_name(url)) for url in lines if url.strip())
        elif said:
            texts.append(said)
    content = Content(text="\n\n".join(texts), attachments=tuple(files))
    return content, tuple(reactions)


def _reaction(found: re.Match[str]) -> Reaction:
    return Reaction(name=found["name"], count=int(found["count"] or 1))


def _file_name(url: str) -> str:
    return url.strip().partition("?")[0].replace("\\", "/").rpartition("/")[2] or "file"
