"""The four tiers as pure functions over values: what leaves next, and what stands there then.

A pass asks for the next step, has done what it needs (a summary, a story), takes the step, and
asks again. What it asks from is sizes and places alone, so that a trial run with estimates goes the
very same way. Every step uses something up (a closed page, summaries in sight, old thinking), so
there is an end to the steps whatever they free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from minutebook.context.passes.words import with_words_within
from minutebook.context.prompt.sight import story_tokens, summaries_tokens
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
    turns: frozenset[int] = frozenset()
    """Row ids of the turns that leave with it."""
    rest: Place | None = None
    """From this place on its turns stay; None when all of them leave."""


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
    whole: int = 0
    """What it would weigh if nothing of it were cut; 0 when nothing is."""

    @property
    def size(self) -> int:
        """Tokens, with what is cut of it."""
        return self.whole or self.tokens


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
    held: tuple[PageInSight, ...] = ()
    """Pages behind those: they leave only where the prompt does not fit otherwise."""
    is_pressed: bool = False
    """Whether some of them have left."""
    words_room: int | None = None
    """Tokens for kept words; None for their share of the budget."""
    target: int | None = None
    """Tokens that tiers 1 and 2 stop below; None for the low mark."""
    homes: Mapping[int, str] = field(default_factory=dict)
    """Page of what is kept word for word, or would be, by row id of the turn."""

    @property
    def room_for_words(self) -> int:
        """Tokens for what people said and pinned on pages that have left."""
        share = int(self.budget.words_share * self.budget.tokens)
        return share if self.words_room is None else self.words_room

    @property
    def mark(self) -> int:
        """Tokens that pages leave for until the prompt is below."""
        return low_mark(self.budget) if self.target is None else self.target

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


Step = Summarise | Merge | Trim | Shorten


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
    thinking, and then the middle of old long replies. For what does not fit even then, see
    `pressing`.
    """
    is_low = prospect.used < low_mark(prospect.budget)
    if prospect.used >= prospect.mark and prospect.pages:
        return Summarise(page=prospect.pages[0])
    if count := _to_merge(len(prospect.layout.summaries)):
        return Merge(summaries=prospect.layout.summaries[:count])
    if is_low:
        return Stop(state=PassState.ENOUGH, reason="")
    return _in_emergency(prospect) or Stop(state=PassState.STUCK, reason=_why_stuck(prospect))


def _in_emergency(prospect: Prospect) -> Step | None:
    if not prospect.is_emergency and not is_emergency(prospect.budget, prospect.used):
        return None
    if prospect.thinking is not None:
        return Trim(trimming=prospect.thinking)
    if prospect.replies is not None:
        return Shorten(trimming=prospect.replies)
    return None


def _to_merge(summaries: int) -> int:
    """Return how many of the oldest summaries go: two, and two more, down to three at most."""
    excess = summaries - MOST_SUMMARIES
    return 0 if excess <= 0 else excess + excess % 2


def _why_stuck(prospect: Prospect) -> str:
    budget, used = prospect.budget, prospect.used
    share = used / budget.tokens if budget.tokens else 1.0
    gone = "Everything that may leave has left"  # shares: tokens here are not those of the model
    if used > budget.tokens:
        return f"{gone}, and what remains does not fit: {share:.0%} of the budget."
    return f"{gone}; {share:.0%} of the budget remain, above the mark of {budget.low:.0%}."


def summarised(prospect: Prospect, page: PageInSight, placed: PlacedSummary) -> Prospect:
    """Return what stands when a page has left for its summary."""
    told = prospect.layout.summaries
    before = [word for each in told if each.page == page.page for word in each.words]
    new = replace(placed, words=(*before, *page.words), rest=page.rest)
    others = tuple(each for each in told if each.page != page.page)
    layout = replace(prospect.layout, summaries=(*others, new))
    return replace(
        prospect,
        layout=with_words_within(layout, prospect.room_for_words),
        verbatim=prospect.verbatim - page.tokens,
        pages=tuple(each for each in prospect.pages if each != page),
        held=tuple(each for each in prospect.held if each != page),
        is_pressed=prospect.is_pressed or page in prospect.held,
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
    return replace(prospect, layout=with_words_within(moved, prospect.room_for_words))


def trimmed(prospect: Prospect, step: Trim) -> Prospect:
    """Return what stands when old thinking has gone."""
    return replace(
        prospect,
        layout=replace(prospect.layout, thinking_from=step.trimming.before),
        verbatim=prospect.verbatim - step.trimming.tokens,
        thinking=None,
        held=lighter(prospect.held, step.trimming),
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
        held=lighter(prospect.held, step.trimming),
        turns=_less(prospect.turns, step.trimming),
        is_emergency=True,
    )


def weight(layout: Layout) -> int:
    """Return what story, summaries and kept words of a layout weigh."""
    return story_tokens(layout) + summaries_tokens(layout)


def without(trimming: Trimming | None, *gone: PageInSight) -> Trimming | None:
    """Return what is left of a trimming when pages have left as a whole."""
    if trimming is None:
        return None
    away = frozenset[int]().union(*(page.turns for page in gone))
    pieces = tuple(piece for piece in trimming.pieces if piece.turn not in away)
    return replace(trimming, pieces=pieces) if pieces else None


def lighter(pages: tuple[PageInSight, ...], gone: Trimming) -> tuple[PageInSight, ...]:
    """Return what pages weigh when something of their turns has left."""
    freed = {piece.turn: piece.tokens for piece in gone.pieces}
    return tuple(
        replace(each, tokens=each.tokens - sum(freed.get(turn, 0) for turn in each.turns))
        for each in pages
    )


def _less(turns: Trimming | None, gone: Trimming) -> Trimming | None:
    """Return what the turns weigh when something of them has left."""
    if turns is None:
        return None
    freed = {piece.turn: piece.tokens for piece in gone.pieces}
    pieces = tuple(
        replace(
            piece,
            tokens=piece.tokens - freed.get(piece.turn, 0),
            whole=max(0, piece.whole - freed.get(piece.turn, 0)),
        )
        for piece in turns.pieces
    )
    return replace(turns, pieces=pieces)
