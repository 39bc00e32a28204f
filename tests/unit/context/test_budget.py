"""The budget of a prompt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.config import Context
from minutebook.context.limits.budget import budget_of, ensure_ordered
from minutebook.errors import ConfigError
from minutebook.llm.protocol import Capabilities


def test_as_the_settings_say() -> None:
    """With a model that can take more, a prompt has as many tokens as the settings say."""
    can = Capabilities(context_window=1_000_000, max_output_tokens=128_000)
    budget = budget_of(Context(tokens=60_000, reply_tokens=8_192, low=0.5), can)
    assert (budget.tokens, budget.reserve, budget.low) == (60_000, 8_192, 0.5)


def test_within_what_a_model_can_take() -> None:
    """A small window is the limit, and most of it is for the prompt."""
    can = Capabilities(context_window=4_096, max_output_tokens=4_096)
    budget = budget_of(Context(), can)
    assert (budget.window, budget.reserve, budget.tokens) == (4_096, 1_024, 3_072)


@given(
    window=st.integers(1, 10_000_000),
    output=st.integers(1, 1_000_000),
    tokens=st.integers(1_000, 10_000_000),
    reply=st.integers(64, 1_000_000),
)
def test_prompt_and_reply_fit(window: int, output: int, tokens: int, reply: int) -> None:
    """Whatever is set, prompt and reply fit into the window, and the prompt into the setting."""
    can = Capabilities(context_window=window, max_output_tokens=output)
    budget = budget_of(Context(tokens=tokens, reply_tokens=reply), can)
    assert 0 <= budget.tokens <= tokens
    assert budget.tokens + budget.reserve <= window
    assert budget.reserve <= min(output, reply)


@pytest.mark.parametrize("wrong", [{"low": 0.8}, {"high": 0.95}, {"emergency": 0.3}])
def test_thresholds_in_order(wrong: dict[str, float]) -> None:
    """Thresholds that are not in order are refused, and named."""
    with pytest.raises(ConfigError, match=r"context\.low"):
        ensure_ordered(Context(**wrong))  # type: ignore[arg-type]
    ensure_ordered(Context())
