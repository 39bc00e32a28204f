"""Spending: what one call of a model used, and sums of that.

Money is a `Decimal` of US dollars, exact to a million millionth: prices are per million tokens, so
that no sum of calls is ever off by a rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Outcome(StrEnum):
    """How a call ended when no reply came of it; else the ledger has the reply's stop reason."""

    CANCELLED = "cancelled"
    """Whoever asked stopped listening."""
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    """The process that asked ended before it could say what came of it."""


class Grouping(StrEnum):
    """What the ledger can be summed by."""

    DAY = "day"
    MODEL = "model"
    JOB = "job"
    """What the calls were for: chat, summaries, documents."""
    CONVERSATION = "conversation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One call of a model, as the ledger has it."""

    at: datetime
    task: str
    """What it was for."""
    model: str
    """The one that answered: `provider:model`."""
    outcome: str
    is_batch: bool = False
    input_tokens: int = 0
    """Of the prompt, neither read from nor written to a cache."""
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    """Of the former, those that are kept for an hour."""
    cost: Decimal | None = None
    """US dollars; None when there is no price."""
    is_estimated: bool = False
    """Whether the provider did not say how many tokens there were."""
    conversation: str = ""
    subject: str = ""
    job: int | None = None
    correlation: str = ""
    counted_tokens: int = 0
    """Of the prompt as we counted it; 0 when we did not."""
    counted_by: str = ""
    """What counted them."""
    key: str | None = None
    """Names a call that may be reported twice, such as an item of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The sum of some calls."""

    name: str = ""
    """What they have in common: a day as ISO 8601, a model, a task, a conversation's id."""
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost: Decimal = Decimal(0)
    """US dollars of those that have a price."""
    unpriced: int = 0
    """How many have none."""
    estimated: int = 0

    def plus(self, other: Tally) -> Tally:
        """Return the sum of both, under this name."""
        return Tally(
            name=self.name,
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            cost=self.cost + other.cost,
            unpriced=self.unpriced + other.unpriced,
            estimated=self.estimated + other.estimated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSample:
    """How many tokens a prompt had by our count and by the provider's."""

    model: str
    counted_by: str
    counted: int
    reported: int
