"""What a model that spoke here thinks of its own lines: that they matter, or do not.

It is an opinion: what a person pinned is left as it is. What logs hold is data, and the answers of
`offline` are quotations, so that markers in either say nothing.
"""

from __future__ import annotations

from typing import Final

from minutebook.batches.page_reading import PageReading
from minutebook.domain.display import one_line, shortened
from minutebook.domain.markers import MarkerKind, markers
from minutebook.domain.turns import OFFLINE, Role, Turn

_MATTERS: Final = 0.7
"""A line that is at least so important stays."""
_LINES: Final = 12
"""Of a page, that stay because a model says so."""
_LENGTH: Final = 400


def has_opinions(turn: Turn, reading: PageReading) -> bool:
    """Say whether the markers in a turn are those of a model that spoke here."""
    is_reply = turn.role is Role.ASSISTANT and turn.author != OFFLINE
    return is_reply and reading.is_live and turn.key not in reading.pinned


def remembered(turn: Turn, start: int, end: int) -> str:
    """Return the text of a reply between two places, without the lines that it calls ephemeral."""
    text = turn.content.text
    if "@@" not in text:
        return text[start:end]
    kept, at = [], start
    for first, last in _lines(text, MarkerKind.EPHEMERAL):
        kept.append(text[at : max(at, min(first, end))])
        at = max(at, min(last + 1, end))
    return "".join([*kept, text[at:end]])


def important(reading: PageReading) -> list[tuple[Turn, str]]:
    """Return the lines that replies on a page call important, without the markers, in order."""
    found = [
        (turn, line)
        for turn in reading.turns
        if has_opinions(turn, reading)
        for line in _important(turn.content.text)
    ]
    return found[:_LINES]


def _important(text: str) -> list[str]:
    if "@@" not in text:
        return []
    ephemeral = set(_lines(text, MarkerKind.EPHEMERAL))
    kinds = (MarkerKind.IMPORTANT, MarkerKind.IMPORTANCE)
    spans = [span for span in _lines(text, *kinds) if span not in ephemeral]
    lines = [shortened(one_line(_bare(text, span)), _LENGTH) for span in spans]
    return [line for line in lines if line]


def _lines(text: str, *kinds: MarkerKind) -> list[tuple[int, int]]:
    """Return where the lines with markers of some kinds begin and end, in order."""
    found = [each for each in markers(text) if each.kind in kinds and each.importance >= _MATTERS]
    spans = ((text.rfind("\n", 0, e.start) + 1, text.find("\n", e.end)) for e in found)
    return list(dict.fromkeys((first, len(text) if end < 0 else end) for first, end in spans))


def _bare(text: str, span: tuple[int, int]) -> str:
    """Return a line without its markers."""
    first, last = span
    kept, at = [], first
    for marker in markers(text):
        if first <= marker.start < last:
            kept.append(text[at : marker.start])
            at = marker.end
    return "".join([*kept, text[at:last]])
