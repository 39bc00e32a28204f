"""How many tokens models take: what their servers list, and what was learned from refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """What the list of a server said of a model."""

    model: str
    """`provider:model`."""
    place: str
    """Where the server was: another one may stand behind the same name."""
    at: datetime
    context_window: int | None = None
    """Tokens of prompt and reply together; None when the list does not say."""
    max_output_tokens: int | None = None
    takes_tools: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedLimit:
    """What came of a request that was too long for a model."""

    model: str
    place: str
    at: datetime
    assumed: int
    """Tokens that the model was taken to take then: the limit counts as long as that stays so."""
    tokens: int
    """Of prompt and reply together, at most."""
    is_guess: bool = False
    """Whether nobody said it: so many were tried since more were refused."""
