"""What is learned from prompts that were refused."""

from __future__ import annotations

import pytest

from minutebook.context.limits.relieving import Lesson, lesson
from minutebook.domain.context import Budget, Layer, LayerSize, PromptSizes
from minutebook.errors import PromptTooLongError
from minutebook.llm.remote import lengths

USED, RESERVE = 10_000, 8_000


def learned(tokens: int | None, limit: int | None, used: int = USED) -> Lesson:
    sizes = PromptSizes(
        model="m",
        budget=Budget(window=60_000, reserve=RESERVE),
        layers=(LayerSize(layer=Layer.RECENT, tokens=used),),
        revision=0,
    )
    return lesson(sizes, PromptTooLongError("Too long.", tokens=tokens, limit=limit))


@pytest.mark.parametrize(
    ("tokens", "limit", "expected"),
    [
        (20_000, 16_000, Lesson(reported=20_000, limit=16_000)),
        (18_300, 16_000, Lesson(reported=10_300, limit=16_000)),
        (10_300, 16_000, Lesson(reported=10_300, limit=16_000)),
        (None, 16_000, Lesson(reported=None, limit=16_000)),
        (20_000, 40_000, Lesson(reported=20_000, limit=40_000)),
        (None, None, Lesson(reported=None, limit=13_500, is_guess=True)),
        (None, 60_000, Lesson(reported=None, limit=13_500, is_guess=True)),
    ],
)
def test_lessons(tokens: int | None, limit: int | None, expected: Lesson) -> None:
    """Counts that hold the reply are told apart; where no number helps, less is tried."""
    assert learned(tokens, limit) == expected


def test_guesses_have_an_end() -> None:
    """What is refused again and again is not tried with next to nothing."""
    assert learned(None, None, used=0).limit == 6_000
    sizes = PromptSizes(model="m", budget=Budget(window=2_048, reserve=512), layers=(), revision=0)
    assert lesson(sizes, PromptTooLongError("Too long.")).limit is None


def test_a_refusal_that_names_prompt_and_reply() -> None:
    """The tokens of the prompt are taken, and not those that were asked for the reply."""
    said = (
        "This model's maximum context length is 4096 tokens. However, you requested 1000 output"
        " tokens and your prompt contains at least 3097 input tokens."
    )
    assert lengths.numbers(said) == (3_097, 4_096)
