"""What `offline` makes of a page: a label, and a few of its sentences with their speakers.

The form is that of every summary, see `llm.summaries`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from minutebook.domain.display import one_line, shortened
from minutebook.domain.turns import HUMAN_ROLES, Role
from minutebook.llm import extractive
from minutebook.llm.offline import calendar
from minutebook.llm.offline.quoting import quote, size, to_extract
from minutebook.llm.protocol import Material, Passage
from minutebook.llm.summaries import PageSummary, Point, written

BULLETS = 8
ENTITIES = 12
SHARE = 0.25
"""The share of a page that its summary may take, within limits."""
_LEAST, _MOST = 480, 1_600
_OVERHEAD = 16
_READ, _SHORT = 400, 40
_TRAFFIC = "Tool output"
_ID = re.compile(r"\b[a-z]{2}_[0-9a-f]+\b")
_SPOKEN = HUMAN_ROLES | {Role.ASSISTANT}


def summarise(material: Material) -> str:
    """Return the summary of the passages in the form that `llm.summaries` reads."""
    passages = [p for p in material.passages if p.role in _SPOKEN] or material.passages
    limit = max(_LEAST, min(_MOST, int(SHARE * size(passages))))
    budget = extractive.Budget(limit=limit, sentences=BULLETS, overhead=_OVERHEAD)
    found = extractive.summarise(to_extract(passages), budget)
    points = [_point(passages[s.passage], s.text) for s in found.sentences]
    named = tuple(one_line(e.text) for e in extractive.entities(to_extract(passages)))
    summary = PageSummary(
        label=_label(found.label, passages, material.title),
        points=tuple(points) or _wordless(passages),
        entities=tuple(name for name in named if ";" not in name)[:ENTITIES],
    )
    return written(summary)


def _label(found: str, passages: Sequence[Passage], title: str) -> str:
    """Return a label, at the worst of what there is and when; ids name nothing to people."""
    when = next((day.heading for p in passages if (day := calendar.day(p.when))), "")
    spoken = [p for p in passages if p.role in _SPOKEN]
    if spoken and (label := one_line(found)):
        return label
    words = next((line for p in spoken if (line := _first_words(p.text))), "")
    kind = words or (_TRAFFIC if any(p.role is Role.TOOL for p in passages) else "")
    named = "" if _ID.search(title) else one_line(title)
    return ", ".join(part for part in (kind or named or "No words", when) if part)


def _first_words(text: str) -> str:
    lines = one_line(text[:_READ])
    return shortened(lines, _SHORT) if any(char.isalnum() for char in lines) else ""


def _point(passage: Passage, text: str) -> Point:
    turns = (passage.number,) if passage.number else ()
    return Point(text=f"- {one_line(passage.speaker)}: {quote(text)}", turns=turns)


def _wordless(passages: Sequence[Passage]) -> tuple[Point, ...]:
    """Say what a page holds that holds no sentence worth quoting."""
    first = next((p for p in passages if quote(p.text)), None)
    if first is not None:
        return (_point(first, first.text),)
    return (Point(text="- Nothing was said in words here."),)
