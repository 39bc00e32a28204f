"""Why a prompt is not sent, in numbers, and what to do about it."""

from __future__ import annotations

from minutebook.config import CompactionMode
from minutebook.config import Context as ContextSettings
from minutebook.context.limits.holding import holder
from minutebook.domain.context import Layer, PromptSizes
from minutebook.errors import PromptTooLongError

_SHORTER_INSTRUCTIONS = (
    "Shorten the instructions of the conversation, raise context.tokens, or choose a model with a"
    " larger window."
)
_HINTS = {
    CompactionMode.AUTO: (
        "Say less at once, raise context.tokens, or choose a model with a larger window."
    ),
    CompactionMode.ASK: "`minutebook compact CONVERSATION` makes room.",
    CompactionMode.OFF: (
        '`minutebook compact CONVERSATION` makes room; so does context.compaction = "auto" by'
        " itself."
    ),
}


def too_long(sizes: PromptSizes, limit: int, settings: ContextSettings) -> PromptTooLongError:
    """Return the error for a prompt with more tokens than a model may be shown."""
    what, hint = _told(sizes, limit, settings)
    return PromptTooLongError(
        f"{what} tokens, and {sizes.model!r} may be shown {limit:,}.",
        hint=hint,
        tokens=sizes.used,
        limit=limit,
    )


def _told(sizes: PromptSizes, limit: int, settings: ContextSettings) -> tuple[str, str]:
    """Return what of a prompt is too long, and what to do about it."""
    mode = settings.compaction
    layers = {each.layer: each.tokens for each in sizes.layers}
    system, current = layers.get(Layer.SYSTEM, 0), layers.get(Layer.CURRENT, 0)
    if system > limit:
        return f"The instructions and tools alone have about {system:,}", _SHORTER_INSTRUCTIONS
    if mode is CompactionMode.AUTO and system + current > limit:
        what = f"What was said last has about {current:,} tokens, the instructions {system:,}"
        return f"{what}: together {system + current:,}", _HINTS[mode]
    hint = _HINTS[mode]
    if mode is CompactionMode.AUTO:
        hint = f"{holder(sizes, settings)} {hint}"
    return f"The conversation has about {sizes.used:,}", hint
