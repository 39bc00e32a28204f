"""How many tokens a prompt may have, from the settings and from what a model can take."""

from __future__ import annotations

from dataclasses import replace

from minutebook.config import Context as ContextSettings
from minutebook.domain.context import Budget
from minutebook.errors import ConfigError
from minutebook.llm.protocol import Capabilities

_REPLY_SHARE = 0.25
"""Of a model's window, at most, for the reply: a small model must see something, too."""


def ensure_ordered(settings: ContextSettings) -> None:
    """Raise ConfigError for thresholds that are not in order: a pass would never end, or begin."""
    if not settings.low < settings.high <= settings.emergency:
        raise ConfigError(
            f"context.low, context.high and context.emergency ({settings.low:g}, {settings.high:g},"
            f" {settings.emergency:g}) must be in this order.",
            hint="`minutebook config show context` shows who set them.",
        )


def budget_of(settings: ContextSettings, can: Capabilities) -> Budget:
    """Return the budget of a model: what the settings say, within what it can take.

    Where nobody knows its window (0 or less), the settings alone count.
    """
    reserve = min(settings.reply_tokens, can.max_output_tokens)
    window = settings.tokens + reserve
    if can.context_window > 0:
        reserve = min(reserve, int(can.context_window * _REPLY_SHARE))
        window = min(can.context_window, settings.tokens + reserve)
    return Budget(
        window=window,
        reserve=reserve,
        low=settings.low,
        high=settings.high,
        emergency=settings.emergency,
        story_share=settings.story_share,
        words_share=settings.words_share,
        slot_share=settings.slot_share,
        recall_share=settings.recall_share,
    )


def divided(budget: Budget, factor: float) -> Budget:
    """Return a budget in tokens as the record estimates them."""
    return replace(
        budget, window=round(budget.window / factor), reserve=round(budget.reserve / factor)
    )
