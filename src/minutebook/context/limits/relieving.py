"""What a refused prompt teaches: how much a model takes, and how its provider counts.

Some say both numbers, some one, some none; some count the room for the reply along with the prompt.
Where nothing can be learned from the words, less is tried, step by step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from minutebook.domain.context import PromptSizes
from minutebook.errors import PromptTooLongError

_TRIED_NEXT: Final = 0.75
"""Of what was refused, reply included, where nobody says how much would fit."""
_LEAST_TRIED: Final = 2_048
"""Tokens below which nothing is guessed: so much every model takes."""
_ABOUT: Final = 0.05
"""A count of prompt and reply together is nearer to ours than this share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What came of a prompt that was refused."""

    reported: int | None
    """Tokens of the prompt alone, as the provider counts; None when it did not say."""
    limit: int | None
    """Tokens of prompt and reply that fit; None when nothing new is known."""
    is_guess: bool = False


def lesson(sizes: PromptSizes, error: PromptTooLongError) -> Lesson:
    """Return what is learned from a refusal of a prompt of these sizes."""
    reported, reserve = error.tokens, sizes.budget.reserve
    if reported is not None and _is_with_reply(reported, sizes):
        reported -= reserve
    sent = (sizes.used if reported is None else reported) + reserve
    if error.limit is not None and (reported is not None or error.limit < sent):
        return Lesson(reported=reported, limit=error.limit)
    guess = max(_LEAST_TRIED, int(_TRIED_NEXT * sent))
    if guess >= sent:
        return Lesson(reported=reported, limit=None)
    return Lesson(reported=reported, limit=guess, is_guess=True)


def _is_with_reply(reported: int, sizes: PromptSizes) -> bool:
    whole = sizes.used + sizes.budget.reserve
    is_near = abs(reported - whole) <= _ABOUT * reported
    return is_near and abs(reported - whole) < abs(reported - sizes.used)
