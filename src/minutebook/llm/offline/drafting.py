"""Sections while `offline` works on them, and the operations that lead from the document there.

Work is done on whole sections; only the difference is sent. Inserted sections are sent first and in
reverse, each behind a section that the document has, and deletions last, so that every anchor that
is named is one that was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minutebook.llm.offline import calendar
from minutebook.llm.offline.calendar import Period
from minutebook.llm.protocol import SectionView

TOP = "top"
"""The anchor of the opening."""
BULLET = re.compile(r"- \*\*(.+?)\*\* (.+)")
"""A line of ours: the speaker and the quote, both escaped."""
_FRAME = 8
"""What a section takes beside its heading and body: marks and empty lines."""

Operation = dict[str, str]
"""An operation as a model sends it: members of a JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A section that is worked on."""

    heading: str
    lines: tuple[str, ...]
    anchor: str = ""
    """Empty for a section that the document does not have."""
    period: Period | None = None
    """None for a section that is not ours."""

    @property
    def size(self) -> int:
        """Characters it takes in the document."""
        return len(self.heading) + sum(len(line) + 1 for line in self.lines) + _FRAME


def drafts(sections: Sequence[SectionView]) -> tuple[Draft, ...]:
    """Return the sections of a document to work on."""
    return tuple(
        Draft(
            anchor=section.anchor,
            heading=section.heading,
            lines=_lines(section),
            period=calendar.read(section.heading),
        )
        for section in sections
    )


def operations(before: Sequence[SectionView], after: Sequence[Draft]) -> list[Operation]:
    """Return what turns the sections of a document into the drafts."""
    kept = {draft.anchor for draft in after}
    return [
        *reversed(list(_insertions(after))),
        *_changes({section.anchor: _lines(section) for section in before}, after),
        *(
            {"op": "delete_section", "anchor": section.anchor}
            for section in before
            if section.anchor not in kept
        ),
    ]


def _insertions(after: Sequence[Draft]) -> Iterator[Operation]:
    behind = TOP
    for draft in after:
        if draft.anchor:
            behind = draft.anchor
            continue
        yield {
            "op": "insert_section_after",
            "anchor": behind,
            "heading": draft.heading,
            "body": "\n".join(draft.lines),
        }


def _changes(before: dict[str, tuple[str, ...]], after: Sequence[Draft]) -> Iterator[Operation]:
    for draft in after:
        if not draft.anchor or draft.lines == before[draft.anchor]:
            continue
        old = len(before[draft.anchor])
        grows = draft.lines[:old] == before[draft.anchor]
        yield {
            "op": "append_to_section" if grows else "replace_section",
            "anchor": draft.anchor,
            "body": "\n".join(draft.lines[old:] if grows else draft.lines),
        }


def _lines(section: SectionView) -> tuple[str, ...]:
    body = section.body.strip("\n")
    return tuple(body.split("\n")) if body else ()
