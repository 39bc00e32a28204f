"""Pages that are too long: halved, again and again, and their summaries made one.

A page is halved between turns, where the halves weigh about the same; a single turn is halved by
its text, at the end of a line if one is near. Turns keep their numbers on the page, so that what a
summary of a part refers to is still found when the summaries become one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from minutebook.batches.page_reading import PageReading
from minutebook.domain.batches import Order, OrderDraft, OrderState, Part
from minutebook.domain.tokens import estimate, estimate_turn
from minutebook.domain.turns import Turn
from minutebook.domain.whole_words import head_end
from minutebook.llm.summaries import MAX_ENTITIES, PageSummary, Point

MAX_DEPTH = 5
JOINED_POINTS = 12
"""How many lines a summary has that is joined without a model."""
_SMALLEST_TEXT = 200
_NEAR = 0.1


def halves(order: Order, reading: PageReading) -> tuple[OrderDraft, ...]:
    """Return the orders for the two halves of one; nothing when it cannot be halved."""
    inside = reading.within(order.part)
    if order.depth >= MAX_DEPTH or not inside:
        return ()
    if len(inside) > 1:
        return _by_turns(order, inside)
    return _by_text(order, inside[0])


def joined(parts: Sequence[PageSummary]) -> PageSummary:
    """Make one summary of those of parts without a model: lines of each, in order."""
    share = max(1, JOINED_POINTS // max(1, len(parts)))
    points = [point for part in parts for point in _spread(part.points, share)]
    names = dict.fromkeys(name for part in parts for name in part.entities)
    return PageSummary(
        label=parts[0].label, points=tuple(points), entities=tuple(names)[:MAX_ENTITIES]
    )


def _spread(points: Sequence[Point], most: int) -> list[Point]:
    """Return so many lines, evenly chosen; each takes over the references of those around it."""
    if len(points) <= most:
        return list(points)
    bounds = [round(n * len(points) / most) for n in range(most + 1)]
    groups = [points[a:b] for a, b in pairwise(bounds)]
    return [
        replace(group[0], turns=tuple(dict.fromkeys(n for p in group for n in p.turns)))
        for group in groups
    ]


def _by_turns(order: Order, inside: Sequence[Turn]) -> tuple[OrderDraft, ...]:
    weights = [max(1, turn.tokens) for turn in inside]
    half, passed, cut = sum(weights) / 2, 0, 1
    for number, weight in enumerate(weights[:-1], 1):
        passed += weight
        cut = number
        if passed >= half:
            break
    first, second = inside[:cut], inside[cut:]
    return tuple(
        _part(order, Part(first_seq=run[0].seq, last_seq=run[-1].seq), _weight(run))
        for run in (first, second)
    )


def _by_text(order: Order, turn: Turn) -> tuple[OrderDraft, ...]:
    text, start = turn.content.text, order.part.start
    if len(text) < 2 * _SMALLEST_TEXT:
        return ()
    middle = _line_end(text)
    return tuple(
        _part(
            order,
            Part(first_seq=turn.seq, last_seq=turn.seq, start=start + a, end=start + b),
            estimate(text[a:b]),
        )
        for a, b in ((0, middle), (middle, len(text)))
    )


def _line_end(text: str) -> int:
    """Return a place near the middle, behind a line or a word if there is one."""
    middle, near = len(text) // 2, max(1, int(len(text) * _NEAR))
    line = text.rfind("\n", middle - near, middle) + 1
    return head_end(text, line or middle) or middle


def _weight(run: Sequence[Turn]) -> int:
    return sum(estimate_turn(turn.content) for turn in run)


def _part(order: Order, part: Part, tokens: int) -> OrderDraft:
    place = f"{part.first_seq}-{part.last_seq}.{part.start}-{part.end}"
    return OrderDraft(
        key=f"{order.key.partition('#')[0]}#{place}",
        page=order.page,
        conversation=order.conversation,
        content_hash=order.content_hash,
        prompt=order.prompt,
        model=order.model,
        tokens=tokens,
        is_urgent=order.is_urgent,
        state=OrderState.READY,
        route=order.route,
        part=part,
        parent=order.id,
        depth=order.depth + 1,
        job=order.job,
        correlation=order.correlation,
    )
