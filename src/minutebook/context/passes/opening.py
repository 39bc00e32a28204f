"""A conversation that was long before a model first saw it, brought into a prompt in one go.

It is not worked off page by page: the newest pages stay, three summaries stand before them, and all
that was before goes into the story at once, without a model and free of charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from minutebook.context.passes.tiers import MOST_SUMMARIES, PageInSight, Prospect, without
from minutebook.context.passes.words import with_words_within
from minutebook.context.prompt.sight import SUMMARY_FRAME, words_tokens
from minutebook.domain.context import PlacedSummary, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a conversation that was long before a model first saw it is brought into a prompt."""

    story: tuple[PageInSight, ...]
    """Pages for the story, oldest first."""
    summaries: tuple[PageInSight, ...]
    """The pages behind them, for summaries."""


def opening(prospect: Prospect, story_limit: int) -> Opening:
    """Return what leaves so that the newest pages stand word for word, up to the low mark.

    `story_limit` is what the story may weigh.
    """
    words_room = prospect.room_for_words
    pages = tuple(page for page in prospect.pages if page.rest is None)
    verbatim, words, count = prospect.used, 0, 0
    for count, page in enumerate(pages, 1):
        verbatim -= page.tokens
        words += words_tokens(page.words)
        newest = pages[max(0, count - MOST_SUMMARIES) : count]
        told = sum(each.summary + SUMMARY_FRAME for each in newest)
        story = story_limit + SUMMARY_FRAME if count > MOST_SUMMARIES else 0
        if verbatim + told + story + min(words, words_room) < prospect.mark:
            break
    first = max(0, count - MOST_SUMMARIES)
    return Opening(story=pages[:first], summaries=pages[first:count])


def opened(
    prospect: Prospect, step: Opening, placed: Sequence[PlacedSummary], story: Story | None
) -> Prospect:
    """Return what stands when a conversation has been brought into a prompt."""
    words = {page.page: page.words for page in step.summaries}
    told = tuple(word for page in step.story for word in page.words)
    layout = replace(
        prospect.layout,
        story=None if story is None else replace(story, words=told),
        summaries=tuple(replace(each, words=words[each.page]) for each in placed),
    )
    gone = (*step.story, *step.summaries)
    return replace(
        prospect,
        layout=with_words_within(layout, prospect.room_for_words),
        verbatim=prospect.verbatim - sum(page.tokens for page in gone),
        pages=prospect.pages[len(gone) :],
        thinking=without(prospect.thinking, *gone),
        replies=without(prospect.replies, *gone),
        turns=without(prospect.turns, *gone),
    )
