"""What leaves a prompt when the tiers alone do not make it fit.

A reply is not refused while something can be shown by reference instead. So what the tiers leave
alone goes here, dearest last: turns larger than half of the window lose their middle, then the last
exchanges go page by page, then the last summaries go into the story, then kept words and the story
itself get shorter, and then every turn is shown at its ends. At the emergency share kept words have
half of their room: among people they weigh as much as what they stand for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from minutebook.context.passes import tiers
from minutebook.context.passes.tiers import (
    Merge,
    Prospect,
    Stop,
    Summarise,
    Trimming,
    is_due,
    is_emergency,
    lighter,
    low_mark,
)
from minutebook.context.passes.words import all_words, with_words_within
from minutebook.context.prompt.sight import WORDS_FRAME
from minutebook.domain.context import KeptWords, Left, PassState, Story, Tier

LEAST_TURN = 96
"""Tokens that are left of a turn however little room there is."""
_GIANT_SHARE = 0.5
"""Of the budget: a turn with more is cut before others leave for it."""
_LEAST_RETOLD = 32
"""Tokens that a shorter story frees at least."""
_WORDS_LEFT = 0.5
"""Of the room for kept words: what stays of it as long as the prompt fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Squeeze:
    """Kept words get less room."""

    room: int
    """Tokens."""
    tier: Tier = Tier.SHORTEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Retell:
    """The story gets shorter."""

    limit: int
    """Tokens it may have."""
    tier: Tier = Tier.MERGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Turns that are too large are shown at both ends only."""

    longest: int
    """Tokens that a turn has at most."""
    freed: int
    """Tokens."""
    trimming: Trimming
    """What leaves of which turns."""
    tier: Tier = Tier.SHORTEN


Step = tiers.Step | Squeeze | Retell | Cut


def next_step(prospect: Prospect) -> Step | Stop:
    """Return what leaves next: by the tiers, and where they are stuck, to make the prompt fit."""
    step = tiers.next_step(prospect)
    if not isinstance(step, Stop) or step.state is not PassState.STUCK:
        return step
    budget, used = prospect.budget, prospect.used
    if used > budget.tokens:
        return _to_fit(prospect) or step
    if not is_due(budget, used):
        return step
    if prospect.is_pressed and prospect.held:
        return Summarise(page=prospect.held[0])
    if not is_emergency(budget, used):
        return step
    half = int(_WORDS_LEFT * budget.words_share * budget.tokens)
    return _squeeze(prospect, used - low_mark(budget), half) or step


def cut(prospect: Prospect, step: Cut) -> Prospect:
    """Return what stands when the largest turns are shown at both ends only."""
    layout = replace(prospect.layout, longest=step.longest, cut_before=step.trimming.before)
    turns = prospect.turns
    if turns is not None:
        pieces = (replace(p, tokens=min(p.size, step.longest)) for p in turns.pieces)
        turns = replace(turns, pieces=tuple(pieces))
    return replace(
        prospect,
        layout=layout,
        verbatim=prospect.verbatim - step.freed,
        turns=turns,
        held=lighter(prospect.held, step.trimming),
        is_emergency=True,
    )


def squeezed(prospect: Prospect, step: Squeeze) -> Prospect:
    """Return what stands when kept words have less room."""
    layout = with_words_within(prospect.layout, step.room)
    return replace(prospect, layout=layout, words_room=step.room)


def retold(prospect: Prospect, story: Story) -> Prospect:
    """Return what stands when the story is shorter."""
    return replace(prospect, layout=replace(prospect.layout, story=story))


def words_left(before: Prospect, now: Prospect) -> list[Left]:
    """Return which kept words are shorter now, or gone, and the pages that hold them."""
    stay = {word.turn: word.tokens for word in all_words(now.layout)}
    gone = [(word, word.tokens - stay.get(word.turn, 0)) for word in all_words(before.layout)]
    return [
        Left(what="words", reference=before.homes.get(word.turn, ""), tokens=tokens)
        for word, tokens in gone
        if tokens > 0
    ]


def _to_fit(prospect: Prospect) -> Step | None:
    budget, layout = prospect.budget, prospect.layout
    excess = prospect.used - int(budget.high * budget.tokens)
    giant = int(_GIANT_SHARE * budget.tokens)
    if giants := _cut(prospect, excess, max(giant, LEAST_TURN)):
        return giants
    if prospect.held:
        return Summarise(page=prospect.held[0])
    if whole := tuple(each for each in layout.summaries if each.rest is None):
        return Merge(summaries=whole)
    if squeeze := _squeeze(prospect, excess, 0):
        return squeeze
    if layout.story is not None and layout.story.tokens:
        return Retell(limit=max(0, layout.story.tokens - max(excess, _LEAST_RETOLD)))
    return _cut(prospect, excess, LEAST_TURN)


def _squeeze(prospect: Prospect, excess: int, least: int) -> Squeeze | None:
    """Return how much room kept words keep when they free so many tokens, but for the least."""
    words = _weight(all_words(prospect.layout))
    room = max(words - excess, least)
    return Squeeze(room=max(0, room)) if room < words else None


def _weight(words: tuple[KeptWords, ...]) -> int:
    return sum(word.tokens + WORDS_FRAME for word in words)


def _cut(prospect: Prospect, excess: int, least: int) -> Cut | None:
    """Return how far the largest turns have to be cut to free so many tokens.

    Nothing is cut below the least. What is cut already has the same measure from then on. None when
    that frees nothing.
    """
    turns = prospect.turns
    if turns is None:
        return None
    shown = sum(piece.tokens for piece in turns.pieces)
    excess += sum(piece.size for piece in turns.pieces) - shown
    longest = _longest([piece.size for piece in turns.pieces], excess, least)
    freed = shown - sum(min(piece.size, longest) for piece in turns.pieces)
    pieces = tuple(
        replace(piece, tokens=piece.tokens - longest)
        for piece in turns.pieces
        if piece.tokens > longest
    )
    if freed <= 0:
        return None
    return Cut(longest=longest, freed=freed, trimming=replace(turns, pieces=pieces))


def _longest(sizes: Sequence[int], excess: int, least: int) -> int:
    """Return what turns of these sizes may have at most, so that so many tokens go."""
    large = sorted((size for size in sizes if size > least), reverse=True)
    freed = 0
    for count, (size, smaller) in enumerate(pairwise([*large, least]), 1):
        freed += count * (size - smaller)
        if freed >= excess:
            return smaller + (freed - excess) // count
    return least
