"""Chat histories of aider: `.aider.chat.history.md`.

    # aider chat started at 2024-08-05 19:33:02
    #### what the user typed, every line of it
    > what aider and the commands it ran put out
    anything else is the model's answer

Answers are Markdown and hold headings and quotations too. What aider itself writes ends in two
blanks (a line break in Markdown), and stands behind a blank line or another line of its own; that
tells it apart. The file only grows, session after session; most sessions are empty.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.text.dates import LocalClock
from minutebook.sources.formats.text.detecting import sample_lines
from minutebook.sources.formats.text.lines import OPEN_RECORDS, Line, Passage, Place, read_lines
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
_LOOKED_AT = 400
"""Lines among which one that ends in two blanks is looked for."""

_SESSION = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$")
_OPENING = "# aider chat started at "
_CUT_SESSION = re.compile(r"# aider chat started at [\d :-]{1,18}$")
_EDITOR_LINE = re.compile(r"-\*- .* -\*-\s*$")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_OPENS_OUTPUT = re.compile(r"> (?:Tokens: |Commit [0-9a-f]{7} |Add |Model|Aider v|Traceback )")
"""How output of several lines begins behind an answer; only its last line ends in two blanks."""


_ENDS_OUTPUT = re.compile(r"\S[ \t]*  $|^> *$")


class Aider:
    """Markdown histories of the aider command line."""

    name = "aider"

    def detect(self, sample: Sample) -> Match | None:
        """Look for the header of a session, or for lines as only aider ends them."""
        lines = sample_lines(sample)
        headers = sum(bool(_SESSION.match(line)) for line in lines)
        if headers:
            return Match(score=0.98, reason=f"{headers} lines say that an aider chat started")
        typed = sum(line.startswith("#### ") and line.endswith("  ") for line in lines)
        put_out = sum(line.startswith("> ") and line.endswith("  ") for line in lines)
        if typed + put_out < max(3, 0.3 * len(lines)):
            return None
        return Match(score=0.6, reason=f"{typed + put_out} lines are prompts or output of aider")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """Read a history: every session that is not empty is a conversation."""
        return _Reader(source).read(resume)


class _Part(StrEnum):
    """Whose a line is."""

    SESSION = "session"
    USER = "user"
    TOOL = "tool"
    ANSWER = "answer"
    BLANK = "blank"


_ROLES = {_Part.USER: Role.USER, _Part.TOOL: Role.TOOL, _Part.ANSWER: Role.ASSISTANT}


class _Classifier:
    """Says whose each line is, by the line and the one before."""

    def __init__(self, *, has_line_breaks: bool) -> None:
        self._has_line_breaks = has_line_breaks
        self._before = _Part.BLANK
        self._run = _Part.BLANK
        """Whose the lines before were, blank ones apart."""
        self._is_open = False
        """Within output of several lines, whose end is still to come."""
        self._in_fence = False
        self.is_inside = False
        """Whether the last line was within output that had begun before it."""

    def part(self, text: str) -> _Part:
        """Classify the next line."""
        self.is_inside = self._is_open
        part = self._part(text)
        if part is _Part.SESSION or part is _Part.USER:
            self._is_open = self._in_fence = False
        elif part is _Part.TOOL:
            self._is_open = self._has_line_breaks and not _ENDS_OUTPUT.search(text)
        elif part is _Part.ANSWER and _FENCE.match(text):
            self._in_fence = not self._in_fence
        self._before = part
        if part is not _Part.BLANK:
            self._run = part
        return part

    def _part(self, text: str) -> _Part:
        if text.startswith("# ") and _SESSION.match(text):
            return _Part.SESSION
        if text.startswith("####") and self._is_typed(text):
            return _Part.USER
        if self._is_open and not (text.startswith("> ") and _ENDS_OUTPUT.search(text)):
            return _Part.TOOL
        self.is_inside = False
        if text.startswith(">") and text[1:2] in {"", " "} and self._is_put_out(text):
            return _Part.TOOL
        return _Part.ANSWER if text.strip() else _Part.BLANK

    def _is_typed(self, text: str) -> bool:
        if text[4:5] not in {"", " "}:
            return False
        if self._before is _Part.USER:
            return True
        if self._has_line_breaks:
            return text.endswith("  ") and (self._is_open or self._before is not _Part.ANSWER)
        return not self._in_fence and self._before is not _Part.ANSWER

    def _is_put_out(self, text: str) -> bool:
        if not self._has_line_breaks:
            return not self._in_fence and self._before is not _Part.ANSWER
        if text.endswith("  "):
            return True
        return self._run is not _Part.ANSWER or bool(_OPENS_OUTPUT.match(text))


@dataclass(slots=True)
class _Session:
    """The session that is being read."""

    header: str = ""
    """Its time, as written; empty for what stands before the first header."""
    ordinal: int = -1
    """Number of its conversation in the file; empty sessions do not count."""
    at: datetime | None = None
    is_found: bool = False
    """Whether its conversation has been announced."""

    def conversation(self, *, is_continued: bool) -> ConversationFound:
        return ConversationFound(
            identity=Identity.UNKNOWN,
            ordinal=self.ordinal,
            began_raw=self.header,
            is_continued=is_continued,
        )


class _Reader:
    """One reading of one history."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clock = LocalClock(source.options.zone)
        self._session = _Session()
        self._has_line_breaks = True
        self._is_settled = True
        self._banner: tuple[Role, Passage] | None = None
        """Output at the start of a session, which counts only when somebody says something."""

    def read(self, resume: Checkpoint | None) -> Iterator[Parsed]:
        start = self._start(resume)
        if self._session.is_found:
            yield self._session.conversation(is_continued=True)
        held: deque[tuple[_Part, Passage]] = deque()
        for count, item in enumerate(self._passages(start), start=1):
            held.append(item)
            if len(held) <= OPEN_RECORDS:
                continue
            if count % _TURNS_PER_CHECKPOINT == 0:
                yield from self._checkpoint(held[0][1])
            yield from self._finish(*held.popleft())
        if held:
            yield from self._checkpoint(held[0][1])
        for part, passage in held:
            yield from self._finish(part, passage)

    def _passages(self, start: Place) -> Iterator[tuple[_Part, Passage]]:
        """Put lines together to prompts, outputs and answers."""
        classifier = _Classifier(has_line_breaks=self._has_line_breaks)
        part, passage = _Part.BLANK, None
        blanks: list[Line] = []
        for line in self._lines(start):
            found = classifier.part(line.text)
            if found is _Part.BLANK:
                blanks.append(line)
                continue
            text = _bare(found, line.text, is_inside=classifier.is_inside)
            if passage is not None and _goes_on(part, found, has_gap=bool(blanks)):
                for blank in blanks:
                    passage.add(blank, "")
                passage.add(line, text)
            else:
                if passage is not None:
                    yield part, passage
                part, passage = found, Passage(line, text)
            blanks = []
        if passage is not None:
            yield part, passage

    def _lines(self, start: Place) -> Iterator[Line]:
        held: Line | None = None
        for line in read_lines(self._source, start):
            if held is not None:
                yield held
            held = line if line.number > 1 or not _EDITOR_LINE.match(line.text) else None
        if held is not None and not _is_cut_header(held.text):
            yield held

    def _finish(self, part: _Part, passage: Passage) -> Iterator[Parsed]:
        if part is _Part.SESSION:
            self._begin_session(passage.text)
            return
        if part is _Part.TOOL and not self._session.is_found and self._banner is None:
            self._banner = (Role.TOOL, passage)
            return
        if not self._session.is_found:
            self._session.is_found = True
            self._session.ordinal += 1
            yield self._session.conversation(is_continued=False)
        if self._banner is not None:
            yield from self._turn(*self._banner)
            self._banner = None
        yield from self._turn(_ROLES[part], passage)

    def _begin_session(self, header: str) -> None:
        self._banner = None
        self._session = _Session(
            header=header, ordinal=self._session.ordinal, at=self._time(header)
        )

    def _time(self, header: str) -> datetime | None:
        try:
            return self._clock.at(datetime.fromisoformat(header))
        except ValueError:
            return None

    def _turn(self, role: Role, passage: Passage) -> Iterator[Parsed]:
        draft = TurnDraft(
            role=role,
            content=Content(text=passage.text.strip("\n")),
            at=self._session.at,
            at_raw=self._session.header,
            zone_known=False,
        )
        yield TurnFound(draft=draft)
        if (left_out := passage.left_out()) is not None:
            yield Unreadable(rejected=left_out)

    def _checkpoint(self, passage: Passage) -> Iterator[Checkpoint]:
        if not self._is_settled:
            return
        first = self._banner[1] if self._banner is not None else passage
        session = self._session
        state = {
            "line": first.number,
            "has_line_breaks": self._has_line_breaks,
            "header": session.header,
            "ordinal": session.ordinal,
            "is_found": session.is_found,
            "fold": self._clock.fold,
            "last": self._clock.last.isoformat() if self._clock.last else "",
        }
        yield Checkpoint(offset=first.offset, state=json.dumps(state))

    def _start(self, resume: Checkpoint | None) -> Place:
        if resume is None:
            self._has_line_breaks, self._is_settled = _survey(self._source)
            return Place()
        state = json.loads(resume.state)
        self._has_line_breaks = state["has_line_breaks"]
        last = datetime.fromisoformat(state["last"]) if state["last"] else None
        self._clock = LocalClock(self._source.options.zone, last, state["fold"])
        self._session = _Session(
            header=state["header"],
            ordinal=state["ordinal"],
            at=self._time(state["header"]),
            is_found=state["is_found"],
        )
        return Place(resume.offset, state["line"])


def _is_cut_header(text: str) -> bool:
    """Whether the last line of a file may be the beginning of a session: then nobody said it."""
    bare = text.rstrip()
    return bool(bare) and (_OPENING.startswith(bare) or bool(_CUT_SESSION.match(bare)))


def _survey(source: Source) -> tuple[bool, bool]:
    """Find out whether line breaks still end the lines of aider, and whether that is certain."""
    marked = 0
    for seen, line in enumerate(read_lines(source), start=1):
        if line.text.startswith(("#### ", "> ")):
            if line.text.endswith("  "):
                return True, True
            marked += 1
        if seen >= _LOOKED_AT:
            return False, True
    return marked == 0, False


def _goes_on(part: _Part, found: _Part, *, has_gap: bool) -> bool:
    """Whether a line belongs to the passage before it. Prompts are parted by blank lines."""
    if found is not part or part is _Part.SESSION:
        return False
    return part is not _Part.USER or not has_gap


def _bare(part: _Part, text: str, *, is_inside: bool) -> str:
    """Take the marks of aider off a line."""
    if part is _Part.SESSION:
        return text[len(_OPENING) :].strip()
    if part is _Part.USER:
        return text[5:].removesuffix("  ")
    if part is _Part.TOOL:
        bare = text.removesuffix("  ") if text.strip() else text
        return bare if is_inside else bare[2:]
    return text
