"""The steps of one pass, one after the other, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from minutebook.context.passes import pressing, tiers
from minutebook.context.passes.making import Maker
from minutebook.context.passes.opening import opened, opening
from minutebook.context.passes.pressing import Cut, Retell, Squeeze, Step
from minutebook.context.passes.tiers import (
    Merge,
    PageInSight,
    Prospect,
    Shorten,
    Stop,
    Summarise,
    Trim,
    Trimming,
)
from minutebook.domain.context import Left, PassState, Tier

MOST_SHOWN = 50
"""How many of the things that left a pass names."""
_OF_A_KIND = 5
"""So many of each kind are named in any case: words that left show behind however many pages."""


@dataclass(slots=True, kw_only=True)
class Walk:
    """What the steps of a pass have led to."""

    begun: Prospect
    now: Prospect
    tiers: list[Tier] = field(default_factory=list)
    """In order of first use."""
    left: list[Left] = field(default_factory=list)
    left_count: int = 0
    told: list[str] = field(default_factory=list)
    """Ids of the pages that went into the story, oldest first."""
    stop: Stop = field(default_factory=lambda: Stop(state=PassState.ENOUGH, reason=""))

    @property
    def has_freed(self) -> bool:
        """Whether there is less in the prompt than before."""
        return self.now.used < self.begun.used

    def note(self, tier: Tier, left: Iterable[Left]) -> None:
        """Take note of what left."""
        if tier not in self.tiers:
            self.tiers.append(tier)
        for each in left:
            self.left_count += 1
            if len(self.left) < MOST_SHOWN or self._is_rare(each):
                self.left.append(each)

    def _is_rare(self, each: Left) -> bool:
        return sum(other.what == each.what for other in self.left) < _OF_A_KIND


async def walk(done: Walk, maker: Maker, tell: Callable[[int], None]) -> None:
    """Take steps until there are no more; `tell` hears how many were taken."""
    taken = 0
    while not isinstance(step := pressing.next_step(done.now), Stop):
        await _take(done, step, maker)
        taken += 1
        tell(taken)
    done.stop = step


async def walk_in(done: Walk, maker: Maker, story_limit: int) -> None:
    """Bring a conversation into a prompt that was long before a model first saw it."""
    step = opening(done.now, story_limit)
    story = await maker.opening(step.story) if step.story else None
    placed = [await maker.summary(page) for page in step.summaries]
    done.now = opened(done.now, step, placed, story)
    done.told += [page.page for page in step.story]
    if step.story:
        done.note(Tier.MERGE, map(_page_left, step.story))
    if step.summaries:
        done.note(Tier.SUMMARISE, map(_page_left, step.summaries))


async def _take(done: Walk, step: Step, maker: Maker) -> None:
    match step:
        case Summarise(page=page):
            told = [each for each in done.now.layout.summaries if each.page == page.page]
            placed = told[0] if told else await maker.summary(page)
            done.now = tiers.summarised(done.now, page, placed)
            done.note(step.tier, [_page_left(page)])
        case Merge(summaries=summaries):
            story = await maker.story(done.now.layout.story, summaries)
            done.now = tiers.merged(done.now, step, story)
            done.told += [each.page for each in summaries]
            gone = (Left(what="summary", reference=s.page, tokens=s.tokens) for s in summaries)
            done.note(step.tier, gone)
        case Trim():
            done.now = tiers.trimmed(done.now, step)
            done.note(step.tier, _left(step.trimming))
        case Shorten():
            done.now = tiers.shortened(done.now, step)
            done.note(step.tier, _left(step.trimming))
        case Cut():
            done.now = pressing.cut(done.now, step)
            done.note(step.tier, _left(step.trimming))
        case Squeeze():
            before, done.now = done.now, pressing.squeezed(done.now, step)
            done.note(step.tier, pressing.words_left(before, done.now))
        case Retell():
            await _retell(done, step, maker)


async def _retell(done: Walk, step: Retell, maker: Maker) -> None:
    story = done.now.layout.story
    if story is not None:
        done.now = pressing.retold(done.now, await maker.retold(story, step.limit))
        done.note(step.tier, ())


def _page_left(page: PageInSight) -> Left:
    return Left(what="page", reference=page.page, tokens=page.tokens)


def _left(trimming: Trimming) -> Iterable[Left]:
    return (
        Left(what=piece.what, reference=piece.page or "", tokens=piece.tokens)
        for piece in trimming.pieces
    )
