"""Passages of requests as passages of the extractive core, and sentences as lines."""

from __future__ import annotations

from collections.abc import Iterable

from minutebook.domain.display import one_line
from minutebook.domain.turns import HUMAN_ROLES
from minutebook.llm import extractive
from minutebook.llm.protocol import Passage

MAX_QUOTE = 320
"""The longest quote, in characters."""


def to_extract(passages: Iterable[Passage]) -> list[extractive.Passage]:
    """Return passages for extraction; each is named by its place in the input."""
    given = list(passages)
    places = {passage.source: number for number, passage in enumerate(given)}
    return [
        extractive.Passage(
            source=number,
            speaker=passage.speaker,
            text=passage.text,
            by_person=passage.role in HUMAN_ROLES,
            behind=None if passage.behind is None else places.get(passage.behind),
        )
        for number, passage in enumerate(given)
    ]


def quote(text: str) -> str:
    """Return a sentence on one line, harmless, at most `MAX_QUOTE` characters long."""
    line = one_line(text)
    if len(line) <= MAX_QUOTE:
        return line
    short = line[: MAX_QUOTE - 2]
    return f"{short.rpartition(' ')[0] or short} …"


def size(passages: Iterable[Passage]) -> int:
    """Return how many characters the passages hold."""
    return sum(len(passage.text) for passage in passages)
