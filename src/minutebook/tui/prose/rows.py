"""Laid-out text: rows of runs, each run with roles instead of colours.

Rows know nothing of themes, so a change of theme lays out nothing: it only paints again what is in
sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from rich.cells import cell_len


class Role(StrEnum):
    """What a run of text is; each has the component class `prose--<role>`."""

    HEADING = "heading"
    TITLE = "title"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    STRIKE = "strike"
    CODE = "code"
    CODE_BLOCK = "code-block"
    CODE_LABEL = "code-label"
    CODE_KEYWORD = "code-keyword"
    CODE_STRING = "code-string"
    CODE_COMMENT = "code-comment"
    CODE_NUMBER = "code-number"
    CODE_NAME = "code-name"
    LINK = "link"
    QUOTE = "quote"
    QUOTE_BAR = "quote-bar"
    MARKER = "marker"
    RULE = "rule"
    TABLE_HEAD = "table-head"
    META = "meta"
    VERBATIM = "verbatim"
    SPEAKER_YOU = "speaker-you"
    SPEAKER_MODEL = "speaker-model"
    SPEAKER_TOOL = "speaker-tool"
    SPEAKER_SYSTEM = "speaker-system"
    SPEAKER_PERSON = "speaker-person"
    THOUGHT = "thought"
    CHOSEN = "chosen"
    CHANGED = "changed"
    CHANGED_FADING = "changed-fading"
    ATTENTION = "attention"
    OWN = "own"
    POINTED = "pointed"
    HIT = "hit"
    HIT_CURRENT = "hit-current"


class Run(NamedTuple):
    """Some characters that look the same."""

    text: str
    roles: tuple[Role, ...] = ()
    link: str = ""


class Join(StrEnum):
    """What stands between a row and the next one in the text they come from."""

    LINE = "\n"
    SPACE = " "
    NOTHING = ""


class CodePlace(NamedTuple):
    """Which part of which line of its code a row shows."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the screen, without the columns to the left of the text."""

    runs: tuple[Run, ...] = ()
    lead: int = 0
    """Characters at the start that are decoration: bullets, bars, padding."""
    join: Join = Join.LINE
    fill: Role | None = None
    """The role of the background, when it reaches over the whole width."""
    code: CodePlace | None = None

    @property
    def text(self) -> str:
        """All characters of the row."""
        return "".join(run.text for run in self.runs)

    @property
    def words(self) -> str:
        """The characters of the row that are not decoration."""
        return self.text[self.lead :]

    @property
    def cells(self) -> int:
        """The width of the row in cells."""
        return sum(cell_len(run.text) for run in self.runs)

    def after(self, prefix: Run) -> Row:
        """Return this row with `prefix` before it, as decoration."""
        if not prefix.text:
            return self
        return Row(
            runs=(prefix, *self.runs),
            lead=self.lead + len(prefix.text),
            join=self.join,
            fill=self.fill,
            code=self.code,
        )


BLANK: Final = Row()
"""A row with nothing on it."""
