"""Reads an export message by message: a header opens one, and every line up to the next belongs to
it.

The last message stays open, for more lines of it may come, so it stands behind the last checkpoint.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.text.dates import FieldOrder, LocalClock, read_date
from minutebook.sources.formats.text.detecting import count_level_names, sample_lines
from minutebook.sources.formats.text.lines import (
    BEGINNING,
    EXCERPT,
    Passage,
    Place,
    line_range,
    read_lines,
)
from minutebook.sources.formats.whatsapp.header import (
    Header,
    HeaderForm,
    clean_author,
    find_header,
    read_date_text,
    read_time,
    split_author,
)
from minutebook.sources.formats.whatsapp.naming import chat_name
from minutebook.sources.formats.whatsapp.placeholders import read_text
from minutebook.sources.formats.whatsapp.plan import Plan, survey
from minutebook.sources.parsed import Checkpoint, Noted, Parsed, TurnFound, Unreadable
from minutebook.sources.source import Sample, Source

_TURNS_PER_CHECKPOINT = 200
_CACHED = 10_000
_GUESSED = (
    "Its dates can be read in more than one way; they were read {}. "
    "If that is wrong, set sources.date_order before such a file is imported."
)
_ORDERS = {
    FieldOrder.DMY: "day first",
    FieldOrder.MDY: "month first",
    FieldOrder.YMD: "year first",
}
_CLOCK = re.compile(r"\d{1,2}:\d\d")
"""An author who is called so is the end of an appointment."""


class WhatsApp:
    """The text file of WhatsApp's "Export chat"."""

    name = "whatsapp"

    def detect(self, sample: Sample) -> Match | None:
        """Count headers of one form among the first lines."""
        lines = sample_lines(sample)
        headers = [header for line in lines if (header := find_header(line))]
        if not headers:
            return None
        form = max(HeaderForm, key=[header.form for header in headers].count)
        mine = [header for header in headers if header.form is form]
        said = (split_author(header.rest) for header in mine)
        authors = [found[0] for found in said if found and not _CLOCK.match(found[0])]
        share = len(mine) / len(lines)
        is_enough = len(mine) >= 2 or share >= 0.3
        if not is_enough or not authors or count_level_names(authors) * 2 > len(authors):
            return None
        if _is_machines(mine, authors) and not _is_named(sample.source):
            return None
        return Match(
            score=_score(mine, sample.source, share),
            reason=f"{len(mine)} of {len(lines)} lines begin a message: date, time, name",
        )

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """Read an export. Its one conversation is named by the file or by the notices in it."""
        return _Reader(source).read(resume)


def _score(headers: list[Header], source: Source, share: float) -> float:
    """The forms that other programs write too count less, unless the name tells."""
    if _is_named(source):
        return 0.97
    if all(map(_is_plain_iso, headers)):
        has_seconds = headers[0].clock.count(":") == 2
        return (0.8 if "," in headers[0].stamp else 0.5) if has_seconds else 0.3
    return 0.6 if headers[0].form is HeaderForm.COLON else 0.8 + 0.15 * min(share, 1)


def _is_named(source: Source) -> bool:
    return bool(chat_name(source)) or source.name == "_chat.txt"


def _is_machines(headers: list[Header], authors: list[str]) -> bool:
    """Whether these are `[2024-01-01 10:00:00] worker-1: text`, as programs write their logs."""
    programs = sum(author.islower() and " " not in author for author in authors)
    is_log = all(_is_plain_iso(header) and "," not in header.stamp for header in headers)
    return is_log and 2 * programs > len(authors)


def _is_plain_iso(header: Header) -> bool:
    """Whether a header is `[2019-12-24, 12:23]`, as many programs write it."""
    is_dashed = header.date[4:5] == "-" and header.date.isascii()
    return header.form is HeaderForm.BRACKETS and is_dashed and not header.marker


class _Record(NamedTuple):
    """A message, or what stands before the first one."""

    header: Header | None
    reading: datetime | None
    """What the clock of the phone showed."""
    passage: Passage


class _Reader:
    """One reading of one export."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clock = LocalClock(source.options.zone)
        self._plan = Plan(form=HeaderForm.DASH, order=FieldOrder.DMY, chat="")
        self._days: dict[str, date | None] = {}
        self._last: tuple[str, datetime | None] = ("", None)

    def read(self, resume: Checkpoint | None) -> Iterator[Parsed]:
        held: _Record | None = None
        has_begun = False
        turns = 0
        start = self._start(resume)
        if self._plan.is_guess:
            yield Noted(note=_GUESSED.format(_ORDERS[self._plan.order]))
        for record in self._records(start):
            if held is not None:
                yield from self._finish(held)
            if record.header is not None:
                if not has_begun:
                    yield replace(self._plan.conversation(), is_continued=resume is not None)
                elif turns % _TURNS_PER_CHECKPOINT == 0:
                    yield from self._checkpoint(record.passage)
                has_begun = True
                turns += 1
            held = record
        if held is not None:
            if held.header is not None:
                yield from self._checkpoint(held.passage)
            yield from self._finish(held)

    def _records(self, start: Place) -> Iterator[_Record]:
        """Put lines together; only what stands before the first header has none."""
        record: _Record | None = None
        for line in read_lines(self._source, start):
            opening = self._opening(line.text)
            if opening is not None:
                if record is not None:
                    yield record
                header, reading = opening
                record = _Record(header, reading, Passage(line, header.rest))
            elif record is not None:
                record.passage.add(line, line.text)
            elif line.text.strip():
                record = _Record(None, None, Passage(line, line.text))
        if record is not None:
            yield record

    def _start(self, resume: Checkpoint | None) -> Place:
        if resume is None:
            self._plan = survey(self._source)
            return BEGINNING
        state = json.loads(resume.state)
        self._plan = Plan(
            form=HeaderForm(state["form"]), order=FieldOrder(state["order"]), chat=state["chat"]
        )
        last = datetime.fromisoformat(state["last"]) if state["last"] else None
        self._clock = LocalClock(self._source.options.zone, last, state["fold"])
        return Place(resume.offset, state["line"])

    def _checkpoint(self, passage: Passage) -> Iterator[Checkpoint]:
        if not self._plan.is_settled:
            return
        state = {
            "line": passage.number,
            "form": self._plan.form,
            "order": self._plan.order,
            "chat": self._plan.chat,
            "last": self._clock.last.isoformat() if self._clock.last else "",
            "fold": self._clock.fold,
        }
        yield Checkpoint(offset=passage.offset, state=json.dumps(state))

    def _opening(self, text: str) -> tuple[Header, datetime] | None:
        """Find a header of the export's own form, with a day and a time that exist."""
        header = find_header(text)
        if header is None or header.form is not self._plan.form:
            return None
        reading = self._reading(header)
        return None if reading is None else (header, reading)

    def _reading(self, header: Header) -> datetime | None:
        if header.stamp != self._last[0]:
            day = self._day(header.date)
            clock = read_time(header.clock, header.marker)
            reading = datetime.combine(day, clock) if day and clock is not None else None
            self._last = (header.stamp, reading)
        return self._last[1]

    def _finish(self, record: _Record) -> Iterator[Parsed]:
        if record.header is None or record.reading is None:
            yield Unreadable(rejected=_preamble(record.passage))
            return
        at = self._clock.at(record.reading)
        yield TurnFound(draft=_draft(record.header, record.passage, at))
        if (left_out := record.passage.left_out()) is not None:
            yield Unreadable(rejected=left_out)

    def _day(self, written: str) -> date | None:
        if written not in self._days:
            if len(self._days) >= _CACHED:
                self._days.clear()
            self._days[written] = _read_day(written, self._plan.order)
        return self._days[written]


def _draft(header: Header, passage: Passage, at: datetime) -> TurnDraft:
    written = passage.text
    said = split_author(header.rest)
    author = ""
    if said is not None:
        author = clean_author(said[0])
        written = said[1] + written[len(header.rest) :]
    found = read_text(written)
    is_notice = said is None or found.is_notice
    return TurnDraft(
        role=Role.SYSTEM if is_notice else Role.PERSON,
        author="" if is_notice else author,
        content=Content(text=found.text, attachments=found.attachments),
        at=at,
        at_raw=header.stamp,
        zone_known=False,
    )


def _read_day(written: str, order: FieldOrder) -> date | None:
    """Read a date in the order of the file; in another one only if it cannot be read so."""
    found = read_date_text(written)
    if found is None:
        return None
    if found.year_is_first:
        return read_date(found.fields, FieldOrder.YMD)
    orders = [order, FieldOrder.DMY, FieldOrder.MDY]
    days = (read_date(found.fields, each) for each in orders)
    return next((day for day in days if day is not None), None)


def _preamble(passage: Passage) -> Rejected:
    return Rejected(
        place=line_range(passage.number, passage.last_number),
        reason="No date, time and name stand here, and no message is open that it could belong to.",
        excerpt=passage.text[:EXCERPT],
    )
