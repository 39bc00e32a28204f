"""A prompt that needs room, as a pass is told of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from minutebook.context.passes.surveying import Hold, Terms
from minutebook.domain.context import Left, Pass, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A prompt that needs room."""

    conversation: str
    trigger: Trigger
    model: str
    """That the prompt is for."""
    terms: Terms
    """In tokens as the record estimates them."""
    factor: float
    """How many tokens of the model there are for one of the record."""
    deepest: Hold = Hold.ENDS
    """How far may be gone where the prompt does not fit."""

    def told(self, tokens: int) -> int:
        """Return tokens of the record as tokens of the model."""
        return round(tokens * self.factor)

    def told_left(self, left: Left) -> Left:
        """Return what left, in tokens of the model."""
        return replace(left, tokens=self.told(left.tokens))


MakeRoom = Callable[[Need], Awaitable[Pass | None]]
"""Makes room in a prompt; None when nothing was done. Raises StoreError."""
