"""The four tiers as pure functions over values: what leaves next, and what stands there then.

A pass asks for the next step, has done what it needs (a summary, a story), takes the step, and
asks again. What it asks from is sizes and places alone, so that a trial run with estimates goes the
very same way. Every step uses something up (a closed page, summaries in sight, old thinking), so
there is an end to the steps whatever they free.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from minutebook.context.sight import story_tokens, summaries_tokens
from minutebook.context.words import with_words_within
from minutebook.domain.context import (
    Budget,
    KeptWords,
    Layout,
    PassState,
    Place,
    PlacedSummary,
    Story,
    Tier,
)

MOST_SUMMARIES = 3
"""With more of them in sight, the two oldest go into the story."""
LEAST_TURN = 96
"""Tokens that are left of a turn however little room there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInSight:
    """A closed page whose turns stand in the prompt word for word."""

    page: str
    tokens: int
    """What its turns weigh in the prompt."""
    summary: int
    """What its summary weighs, or is expected to weigh."""
    words: tuple[KeptWords, ...] = ()
    """What people said on it or pinned, in order, each with its full weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a turn that can leave."""

    turn: int
    """Row id of the turn."""
    what: str
    """For people: `thinking`, `reply`."""
    page: str | None
    """Id of the closed page that holds it."""
    tokens: int
    """What its leaving frees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimming:
    """Everything of one kind that tier 3 or 4 takes out of sight, in one go."""

    before: Place
    """What stands before this place is meant."""
    pieces: tuple[Piece, ...]
    """Oldest first."""

    @property
    def tokens(self) -> int:
        """What it frees."""
        return sum(piece.tokens for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """The prompt as sizes, and what could leave it."""

    budget: Budget
    layout: Layout
    verbatim: int
    """Tokens of all that is neither story nor summaries nor kept words."""
    pages: tuple[PageInSight, ...] = ()
    """Those that may leave, oldest first: none of them touches the last exchanges."""
    thinking: Trimming | None = None
    replies: Trimming | None = None
    turns: Trimming | None = None
    """All turns that can be cut, with all their tokens."""
    is_emergency: bool = False
    """Whether tiers 3 and 4 work, however full the prompt is."""

    @property
    def used(self) -> int:
        """Tokens of the prompt."""
        return self.verbatim + weight(self.layout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarise:
    """Tier 1: the oldest closed page in sight becomes its summary."""

    page: PageInSight
    tier: Tier = Tier.SUMMARISE


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Tier 2: the oldest summaries go into the story, two and two."""

    summaries: tuple[PlacedSummary, ...]
    tier: Tier = Tier.MERGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim:
    """Tier 3: old thinking goes out of sight."""

    trimming: Trimming
    tier: Tier = Tier.TRIM_THINKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Shorten:
    """Tier 4: old long replies are shortened."""

    trimming: Trimming
    tier: Tier = Tier.SHORTEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """There is no further step."""

    state: PassState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The last resort: turns that are too large are shown at both ends only."""

    longest: int
    """Tokens that a turn has at most."""
    trimming: Trimming
    tier: Tier = Tier.SHORTEN


Step = Summarise | Merge | Trim | Shorten | Cut


def low_mark(budget: Budget) -> int:
    """Return below how many tokens a pass is done."""
    return int(budget.low * budget.tokens)


def is_due(budget: Budget, used: int) -> bool:
    """Say whether a prompt of so many tokens is at the share at which a pass begins."""
    return used >= budget.high * budget.tokens


def is_emergency(budget: Budget, used: int) -> bool:
    """Say whether a prompt of so many tokens is at the share at which tiers 3 and 4 work."""
    return used >= budget.emergency * budget.tokens


def next_step(prospect: Prospect) -> Step | Stop:
    """Return what leaves next.

    Closed pages, oldest first, until the prompt is below the low mark; then summaries into the
    story, as long as there are more than three. What is at the emergency share even then loses old
    thinking, and then the middle of old long replies; and what does not fit even then loses the
    middle of its largest turns.
    """
    is_low = prospect.used < low_mark(prospect.budget)
    if not is_low and prospect.pages:
        return Summarise(page=prospect.pages[0])
    if count := _to_merge(len(prospect.layout.summaries)):
        return Merge(summaries=prospect.layout.summaries[:count])
    if is_low:
        return Stop(state=PassState.ENOUGH, reason="")
    return _in_emergency(prospect) or Stop(state=PassState.STUCK, reason=_why_stuck(prospect))


def _in_emergency(prospect: Prospect) -> Step | None:
    budget, used = prospect.budget, prospect.used
    if not prospect.is_emergency and not is_emergency(budget, used):
        return None
    if prospect.thinking is not None:
        return Trim(trimming=prospect.thinking)
    if prospect.replies is not None:
        return Shorten(trimming=prospect.replies)
    if used > budget.tokens and prospect.turns is not None:
        return _cut(prospect.turns, used - int(budget.high * budget.tokens))
    return None


def _cut(turns: Trimming, excess: int) -> Cut | None:
    """Return how far the largest turns have to be cut to free so many tokens.

    None when no turn is large enough to be cut.
    """
    sizes = sorted((piece.tokens for piece in turns.pieces), reverse=True)
    longest, freed = LEAST_TURN, 0
    for count, (size, smaller) in enumerate(pairwise([*sizes, LEAST_TURN]), 1):
        freed += count * (size - max(smaller, LEAST_TURN))
        if freed >= excess:
            longest = max(smaller, LEAST_TURN) + (freed - excess) // count
            break
    pieces = tuple(
        replace(piece, tokens=piece.tokens - longest)
        for piece in turns.pieces
        if piece.tokens > longest
    )
    return Cut(longest=longest, trimming=replace(turns, pieces=pieces)) if pieces else None


def _to_merge(summaries: int) -> int:
    """Return how many of the oldest summaries go: two, and two more, down to three at most."""
    excess = summaries - MOST_SUMMARIES
    return 0 if excess <= 0 else excess + excess % 2


def _why_stuck(prospect: Prospect) -> str:
    budget, used = prospect.budget, prospect.used
    share = used / budget.tokens if budget.tokens else 1.0
    told = f"{used:,} of {budget.tokens:,} tokens ({share:.0%})"
    if used > budget.tokens:
        return f"Everything that may leave has left, and {told} do not fit."
    return f"Everything that may leave has left; {told} remain, above the mark of {budget.low:.0%}."


def summarised(prospect: Prospect, page: PageInSight, placed: PlacedSummary) -> Prospect:
    """Return what stands when the oldest page has left for its summary."""
    new = replace(placed, words=page.words)
    layout = replace(prospect.layout, summaries=(*prospect.layout.summaries, new))
    return replace(
        prospect,
        layout=with_words_within(layout, prospect.budget),
        verbatim=prospect.verbatim - page.tokens,
        pages=prospect.pages[1:],
        thinking=without(prospect.thinking, page),
        replies=without(prospect.replies, page),
        turns=without(prospect.turns, page),
    )


def merged(prospect: Prospect, step: Merge, story: Story) -> Prospect:
    """Return what stands when the oldest summaries have gone into the story.

    The story has the words of the one before it and of the summaries that went into it.
    """
    layout = prospect.layout
    before = layout.story.words if layout.story else ()
    words = (*before, *(word for each in step.summaries for word in each.words))
    moved = replace(
        layout,
        story=replace(story, words=words),
        summaries=layout.summaries[len(step.summaries) :],
    )
    return replace(prospect, layout=with_words_within(moved, prospect.budget))


def trimmed(prospect: Prospect, step: Trim) -> Prospect:
    """Return what stands when old thinking has gone."""
    return replace(
        prospect,
        layout=replace(prospect.layout, thinking_from=step.trimming.before),
        verbatim=prospect.verbatim - step.trimming.tokens,
        thinking=None,
        turns=_less(prospect.turns, step.trimming),
        is_emergency=True,
    )


def shortened(prospect: Prospect, step: Shorten) -> Prospect:
    """Return what stands when old long replies are shortened."""
    return replace(
        prospect,
        layout=replace(prospect.layout, whole_from=step.trimming.before),
        verbatim=prospect.verbatim - step.trimming.tokens,
        replies=None,
        turns=_less(prospect.turns, step.trimming),
        is_emergency=True,
    )


def cut(prospect: Prospect, step: Cut) -> Prospect:
    """Return what stands when the largest turns are shown at both ends only."""
    layout = replace(prospect.layout, longest=step.longest, cut_before=step.trimming.before)
    return replace(
        prospect,
        layout=layout,
        verbatim=prospect.verbatim - step.trimming.tokens,
        turns=None,
        is_emergency=True,
    )


def weight(layout: Layout) -> int:
    """Return what story, summaries and kept words of a layout weigh."""
    return story_tokens(layout) + summaries_tokens(layout)


def without(trimming: Trimming | None, *gone: PageInSight) -> Trimming | None:
    """Return what is left of a trimming when pages have left as a whole."""
    if trimming is None:
        return None
    pages = {page.page for page in gone}
    pieces = tuple(piece for piece in trimming.pieces if piece.page not in pages)
    return replace(trimming, pieces=pieces) if pieces else None


def _less(turns: Trimming | None, gone: Trimming) -> Trimming | None:
    """Return what the turns weigh when something of them has left."""
    if turns is None:
        return None
    freed = {piece.turn: piece.tokens for piece in gone.pieces}
    pieces = tuple(
        replace(piece, tokens=piece.tokens - freed.get(piece.turn, 0)) for piece in turns.pieces
    )
    return replace(turns, pieces=pieces)
