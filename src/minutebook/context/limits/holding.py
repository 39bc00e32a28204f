"""What holds the room in a prompt that does not get smaller, and the setting that says so."""

from __future__ import annotations

from collections.abc import Sequence

from minutebook.config import Context as ContextSettings
from minutebook.domain.context import Layer, Pass, PassState, PromptSizes, Trigger

_WORDS_OF = {
    Layer.SYSTEM: "instructions and tools",
    Layer.STORY: "the story so far",
    Layer.SUMMARIES: "summaries and what people said",
    Layer.RECENT: "the last exchanges",
    Layer.SLOT: "pages that were brought back",
    Layer.CURRENT: "what was said last",
}
_SETTINGS = {
    Layer.STORY: "context.story_share",
    Layer.SUMMARIES: "context.words_share",
    Layer.RECENT: "context.keep_exchanges",
    Layer.SLOT: "context.slot_share",
}
LOOKED_AT = 8
"""Passes."""
_IN_A_ROW = 2
"""Passes that end above the mark before it is said that it is out of reach."""


def holder(sizes: PromptSizes, settings: ContextSettings) -> str:
    """Return what has most of a prompt, and the setting that keeps it there."""
    most = max(sizes.layers, key=lambda each: each.tokens, default=None)
    if most is None:
        return ""
    told = f"Most of it is {_WORDS_OF[most.layer]} ({most.tokens:,} tokens)"
    if most.layer is Layer.RECENT:
        return f"{told}: context.keep_exchanges is {settings.keep_exchanges}."
    if (name := _SETTINGS.get(most.layer)) is not None:
        return f"{told}: {name} lets it be."
    return f"{told}."


def notice(sizes: PromptSizes, settings: ContextSettings, last: Sequence[Pass]) -> str:
    """Return what passes cannot reach, from the last ones of a conversation, the newest first.

    Empty where nothing has to be said.
    """
    done = [each for each in last if each.trigger not in (Trigger.UNDO, Trigger.GROWTH)]
    if not done or done[0].state is not PassState.STUCK or done[0].to_revision != sizes.revision:
        return ""
    budget, after = sizes.budget, done[0].after
    if min(sizes.used, after) > budget.tokens:
        return (
            f"What cannot leave has {after:,} tokens, more than the {budget.tokens:,} of"
            f" context.tokens: it is sent all the same, as long as the model takes it."
            f" {holder(sizes, settings)}"
        )
    stuck = [each for each in done[:_IN_A_ROW] if each.state is PassState.STUCK]
    if len(stuck) < _IN_A_ROW:
        return ""
    return (
        f"Making room ends at {after / budget.tokens:.0%} of a prompt, above context.low"
        f" ({settings.low:.0%}), and begins again soon. {holder(sizes, settings)} A higher"
        " context.low and context.high, or fewer last exchanges, make room last longer."
    )
