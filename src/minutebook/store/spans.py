"""Spans of turns as JSON: a part of every layout, and of what a snapshot remembers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from minutebook.domain.context import Moment, Place, Ranges, Span


def to_span(member: dict[str, Any]) -> Span:
    """Return a span from its members."""
    through, then = member["through"], member.get("then")
    return Span(
        conversation=member["conversation"],
        behind=to_place(member["behind"]),
        through=None if through is None else to_place(through),
        then=None if then is None else Moment(**{**then, "left": to_ranges(then["left"])}),
    )


def to_place(pair: Sequence[int]) -> Place:
    """Return a place from its two numbers."""
    return (pair[0], pair[1])


def to_ranges(pairs: Iterable[Sequence[int]]) -> Ranges:
    """Return ranges from their pairs."""
    return tuple((first, last) for first, last in pairs)


def ranges_of(numbers: Iterable[int]) -> Ranges:
    """Return numbers as ranges, each as long as it can be."""
    return tuple(_joined(sorted(set(numbers))))


def ranges_column(ranges: Ranges) -> str:
    """Return ranges as JSON."""
    return json.dumps(ranges, separators=(",", ":"))


def _joined(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    first: int | None = None
    for at, number in enumerate(numbers):
        first = number if first is None else first
        if at + 1 == len(numbers) or numbers[at + 1] != number + 1:
            yield first, number
            first = None
