"""A document as its sections: Markdown in, sections, the same Markdown out.

    prologue      what stands before the title
    title         the first `# ` heading, when no section comes before it
    preamble      what stands before the first section
    sections      each begins at a `#` or `##` heading; `###` and deeper belong to a body

The one decision: an outline holds the text itself, cut into pieces, so `render(parse(text))` is
`text` for any text there is. A heading inside of a code fence is no heading.

An anchor is made from the heading as slugs are, and made unique by a number; `top` is the opening,
before the first section. Anchors follow from the text alone, so a version has the same anchors
whenever it is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from minutebook.llm.markdown import unescape
from minutebook.store.documents import slugify

TOP = "top"
"""The anchor of the opening."""

_MARKS = re.compile(
    r"^ {0,3}(?:(?P<level>#{1,2})(?:[ \t][^\n]*)?\r?$|(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)$)\n?",
    re.MULTILINE,
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands below it, as they were written."""

    anchor: str
    heading_line: str
    """With its line end."""
    body: str
    """Everything up to the next section."""

    @property
    def heading(self) -> str:
        """The heading as plain text."""
        return heading_text(self.heading_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A document, cut into pieces."""

    prologue: str = ""
    title_line: str = ""
    """With its line end; empty when there is no title."""
    preamble: str = ""
    sections: tuple[Section, ...] = ()

    @property
    def title(self) -> str:
        """The title as plain text; empty when there is none."""
        return heading_text(self.title_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A heading that divides the text."""

    level: int
    start: int
    end: int


def parse(text: str) -> Outline:
    """Return the outline of a text. Never fails."""
    marks = list(_headings(text))
    title = marks.pop(0) if marks and marks[0].level == 1 else None
    opening_end = marks[0].start if marks else len(text)
    if title is None:
        return Outline(preamble=text[:opening_end], sections=_sections(text, marks))
    return Outline(
        prologue=text[: title.start],
        title_line=text[title.start : title.end],
        preamble=text[title.end : opening_end],
        sections=_sections(text, marks),
    )


def render(outline: Outline) -> str:
    """Return the text of an outline."""
    pieces = [outline.prologue, outline.title_line, outline.preamble]
    for section in outline.sections:
        pieces += (section.heading_line, section.body)
    return "".join(pieces)


def heading_text(line: str) -> str:
    """Return what a heading line says, as plain text."""
    text = line.strip(" \t\r\n").lstrip("#").strip(" \t")
    without = text.rstrip("#")
    closes = not without or without[-1] in " \t"
    return unescape(without.rstrip(" \t") if closes else text)


def free_anchor(heading: str, taken: dict[str, int]) -> str:
    """Return an anchor for a heading that is none of those taken, and note that it is taken.

    `taken` holds for each anchor the last number that was tried to make another of it.
    """
    plain = anchor = slugify(heading)
    while anchor in taken:
        taken[plain] += 1
        anchor = f"{plain}-{taken[plain]}"
    taken[anchor] = 1
    return anchor


def next_fence(line: str, fence: str) -> str:
    """Return the fence that is open behind a line, given the one before it; empty for none."""
    found = _FENCE.match(line)
    if not found:
        return fence
    return _fence_behind(found[1], found[2], fence)


def _fence_behind(marks: str, info: str, fence: str) -> str:
    if fence:
        closes = marks[0] == fence[0] and len(marks) >= len(fence) and not info.strip()
        return "" if closes else fence
    return "" if marks[0] == "`" and "`" in info else marks


def _headings(text: str) -> Iterator[_Mark]:
    fence = ""
    for found in _MARKS.finditer(text):
        if found["fence"]:
            fence = _fence_behind(found["fence"], found["info"], fence)
        elif not fence:
            yield _Mark(level=len(found["level"]), start=found.start(), end=found.end())


def _sections(text: str, marks: list[_Mark]) -> tuple[Section, ...]:
    taken = {TOP: 1}
    sections = []
    for number, mark in enumerate(marks, 1):
        end = marks[number].start if number < len(marks) else len(text)
        line = text[mark.start : mark.end]
        anchor = free_anchor(heading_text(line), taken)
        sections.append(Section(anchor=anchor, heading_line=line, body=text[mark.end : end]))
    return tuple(sections)
