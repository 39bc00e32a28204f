"""What would be hidden of a text, told without telling it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from minutebook.domain.privacy import Kind
from minutebook.domain.turns import Content
from minutebook.privacy.finding.patterns import find

_SHOWN = 2
_LEAST_TO_SHOW = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """A value that would be hidden."""

    kind: Kind
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    shown: str
    """Its first two characters, and that it goes on: never the whole."""


def spot(text: str, kinds: Collection[Kind] = frozenset(Kind)) -> tuple[Spotted, ...]:
    """Return what would be hidden of a text, in order."""
    lines = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
    return tuple(
        _spotted(each.kind, text[each.start : each.end], each.start, lines)
        for each in find(text, kinds)
    )


def spot_in(content: Content, kinds: Collection[Kind] = frozenset(Kind)) -> tuple[Spotted, ...]:
    """Return what would be hidden of all that was said in a turn, tool traffic and files too."""
    texts = (
        content.text,
        content.thinking,
        *(call.arguments for call in content.tool_calls),
        *(result.content for result in content.tool_results),
        *(attached.content for attached in content.attachments),
    )
    return tuple(each for text in texts for each in spot(text, kinds))


def count(found: Iterable[Spotted]) -> dict[Kind, int]:
    """Return how many values of each kind there are; those of which there is any."""
    counted = Counter(each.kind for each in found)
    return {kind: counted[kind] for kind in Kind if counted[kind]}


def _spotted(kind: Kind, value: str, start: int, lines: Sequence[int]) -> Spotted:
    line = bisect_right(lines, start)
    beginning = value[:_SHOWN] if len(value) >= _LEAST_TO_SHOW else ""
    return Spotted(kind=kind, line=line, column=start - lines[line - 1] + 1, shown=f"{beginning}…")
