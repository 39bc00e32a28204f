"""Reads a transcript turn by turn: a label opens one, and every line up to the next belongs to it.

What stands before the first label is the title and what was written about the talk; the latter is
kept as a turn of the system's.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.text.dates import LocalClock
from minutebook.sources.formats.text.detecting import LOOKED_AT
from minutebook.sources.formats.text.lines import OPEN_RECORDS, Line, Passage, Place, read_lines
from minutebook.sources.formats.transcript.labels import (
    Family,
    Fences,
    Label,
    Style,
    family_of,
    find_label,
    is_generic,
    reads_as_name,
)
from minutebook.sources.formats.transcript.plan import Plan, make_plan
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
_SURVEYED = 20_000
"""Lines from which the speakers are known; a shorter file is read again whole when it has grown."""

_TITLE = re.compile(r"# +(\S.{0,199})")
_BESIDE = re.compile(r"\s*(?:<!--.*-->|-{3,}|\*{3,}|_{3,})\s*$")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,}|\* \* \*)\s*$")
_NO_TITLE = frozenset({"chat", "index", "messages", "transcript", "conversation"})
_SCORES = {Style.SPECSTORY: 0.95, Style.HEADING: 0.75, Style.BOLD: 0.75, Style.PLAIN: 0.7}
_SCORES |= {Style.LINE: 0.7, Style.SENT: 0.85}
_FAMILY_ROLES = {
    Family.USER: Role.USER,
    Family.MODEL: Role.ASSISTANT,
    Family.SYSTEM: Role.SYSTEM,
    Family.TOOL: Role.TOOL,
    Family.NAME: Role.USER,
}


class Transcript:
    """Speaker-labelled Markdown and plain text."""

    name = "transcript"

    def detect(self, sample: Sample) -> Match | None:
        """Find labels of speakers who take turns among the first lines."""
        plan = make_plan(sample.lines(LOOKED_AT))
        if plan is None:
            return None
        who = "a user and a model" if plan.has_model else "people"
        return Match(
            score=_score(plan, sample),
            reason=f"{plan.hits} labels of {who} who take turns, in {plan.style} style",
        )

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """Read a transcript: one conversation, titled by its heading or its file."""
        return _Reader(source).read(resume)


def _score(plan: Plan, sample: Sample) -> float:
    if plan.style is Style.STAMPED:
        label = next(
            label
            for line in sample.lines(LOOKED_AT)
            if (label := find_label(line, Style.STAMPED)) is not None
        )
        return 0.55 if label.stamp.count(":") > 1 else 0.85
    if plan.has_model or plan.style is Style.SENT:
        return _SCORES[plan.style]
    return 0.45 + 0.1 * min(plan.share, 1)


class _Record(NamedTuple):
    """A turn, or what stands before the first one."""

    label: Label | None
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    plan: Plan
    title: str
    is_settled: bool = True


class _Reader:
    """One reading of one transcript."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clock = LocalClock(source.options.zone)

    def read(self, resume: Checkpoint | None) -> Iterator[Parsed]:
        survey, start = self._start(resume)
        found = ConversationFound(identity=Identity.UNKNOWN, title=survey.title)
        yield replace(found, is_continued=resume is not None)
        held: deque[_Record] = deque()
        for count, record in enumerate(self._records(survey.plan, start), start=1):
            held.append(record)
            if len(held) <= OPEN_RECORDS:
                continue
            if count % _TURNS_PER_CHECKPOINT == 0:
                yield from self._checkpoint(held[0], survey)
            yield from self._finish(held.popleft(), survey)
        if held:
            yield from self._checkpoint(held[0], survey)
        for record in held:
            yield from self._finish(record, survey)

    def _records(self, plan: Plan, start: Place) -> Iterator[_Record]:
        fences = Fences()
        record: _Record | None = None
        for line in read_lines(self._source, start):
            label = _label(line, plan, fences)
            if label is not None:
                if record is not None:
                    yield record
                record = _Record(label, Passage(line, label.rest))
            elif record is not None:
                is_indented = plan.style is Style.SENT
                text = line.text.removeprefix("\t") if is_indented else line.text
                record.passage.add(line, text)
            elif line.text.strip():
                record = _Record(None, Passage(line, line.text))
        if record is not None:
            yield record

    def _finish(self, record: _Record, survey: _Survey) -> Iterator[Parsed]:
        if record.label is None:
            text = _preamble(record.passage.lines, survey.title)
            if text:
                yield TurnFound(draft=TurnDraft(role=Role.SYSTEM, content=Content(text=text)))
            return
        text = _trimmed(record.passage.lines)
        if text:
            yield TurnFound(draft=self._draft(record.label, text, survey.plan))
        if (left_out := record.passage.left_out()) is not None:
            yield Unreadable(rejected=left_out)

    def _draft(self, label: Label, text: str, plan: Plan) -> TurnDraft:
        at, zone_known = self._at(label.stamp)
        family = family_of(label.speaker)
        role = _FAMILY_ROLES[family]
        if not plan.has_model and role is not Role.SYSTEM and role is not Role.TOOL:
            role = Role.PERSON
        name = label.speaker.partition(": ")[2] or label.speaker
        is_role_alone = role is not Role.PERSON and is_generic(name)
        return TurnDraft(
            role=role,
            author="" if is_role_alone else name,
            content=Content(text=text),
            at=at,
            at_raw=label.stamp,
            zone_known=zone_known,
        )

    def _at(self, stamp: str) -> tuple[datetime | None, bool]:
        """Read the time of a label. Offsets into a recording are no times."""
        if len(stamp) < len("2019-12-24 1:23"):
            return None, False
        try:
            reading = datetime.fromisoformat(_iso(stamp))
        except ValueError:
            return None, False
        if reading.tzinfo is not None:
            return reading, True
        return self._clock.at(reading), False

    def _checkpoint(self, record: _Record, survey: _Survey) -> Iterator[Checkpoint]:
        if not survey.is_settled or record.label is None:
            return
        state = {
            "line": record.passage.number,
            "style": survey.plan.style,
            "speakers": sorted(survey.plan.speakers),
            "has_model": survey.plan.has_model,
            "title": survey.title,
            "fold": self._clock.fold,
            "last": self._clock.last.isoformat() if self._clock.last else "",
        }
        yield Checkpoint(offset=record.passage.offset, state=json.dumps(state))

    def _start(self, resume: Checkpoint | None) -> tuple[_Survey, Place]:
        if resume is None:
            return _look_ahead(self._source), Place()
        state = json.loads(resume.state)
        last = datetime.fromisoformat(state["last"]) if state["last"] else None
        self._clock = LocalClock(self._source.options.zone, last, state["fold"])
        plan = Plan(
            style=Style(state["style"]),
            speakers=frozenset(state["speakers"]),
            has_model=state["has_model"],
            hits=0,
            share=0,
        )
        return _Survey(plan=plan, title=state["title"]), Place(resume.offset, state["line"])


def _look_ahead(source: Source) -> _Survey:
    """Find out who speaks, and the title, from the beginning of the file."""
    seen = 0

    def texts() -> Iterator[str]:
        nonlocal seen
        for line in islice(read_lines(source), _SURVEYED):
            seen = line.number
            yield line.text

    plan = make_plan(texts()) or _NOBODY
    title = _title_before_talk(source, plan) or _title_of_file(source)
    return _Survey(plan=plan, title=title, is_settled=seen >= _SURVEYED)


def _title_before_talk(source: Source, plan: Plan) -> str:
    fences = Fences()
    for line in islice(read_lines(source), LOOKED_AT):
        if _label(line, plan, fences) is not None:
            break
        found = _TITLE.match(line.text)
        if found is not None:
            return found[1].strip()
    return ""


_NOBODY = Plan(style=Style.SPECSTORY, speakers=frozenset({""}), has_model=False, hits=0, share=0)


def _title_of_file(source: Source) -> str:
    if source.stem.lower() in _NO_TITLE and source.folders:
        return source.folders[-1]
    return source.stem


def _label(line: Line, plan: Plan, fences: Fences) -> Label | None:
    """Find the label that begins a turn, outside code."""
    if fences.covers(line.text) and plan.style is not Style.SPECSTORY:
        return None
    label = find_label(line.text, plan.style)
    if label is None or not plan.accepts(label):
        return None
    family = family_of(label.speaker)
    if plan.style is Style.SPECSTORY and family is Family.NAME:
        return None
    if not plan.speakers and plan.style in {Style.BOLD, Style.PLAIN}:
        return label if family is not Family.NAME or reads_as_name(label.speaker) else None
    fences.open_behind(label)
    return label


def _preamble(lines: list[str], title: str) -> str:
    kept = [line for line in lines if not _BESIDE.match(line) and line[2:].strip() != title]
    return "\n".join(kept).strip("\n")


def _trimmed(lines: list[str]) -> str:
    """Drop blank lines around a turn, and the rule that parts it from the next."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _RULE.match(lines[end - 1])):
        end -= 1
    start = 0
    while start < end and not lines[start].strip():
        start += 1
    return "\n".join(lines[start:end])


def _iso(stamp: str) -> str:
    """Write `2019-12-24, 9:23` as ISO 8601 has it."""
    day, clock = stamp[:10], stamp[10:].lstrip(",T ")
    return f"{day}T{clock if clock[1:2] != ':' else '0' + clock}"
