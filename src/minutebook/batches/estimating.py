"""What orders come to before they are done: tokens, price, and price without batching.

Tokens of pages are estimates of the record, corrected by what the model's provider has reported so
far; a page costs what the average page of the work costs. It is an estimate, and says so.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from minutebook.domain.batches import Estimate
from minutebook.domain.tokens import estimate
from minutebook.llm import prompts
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import Task, Usage
from minutebook.llm.tokens.counter import ESTIMATE, TokenCounter

OUTPUT_TOKENS = 350
"""What a summary takes, as models write them."""
_DIME = Decimal("0.10")
_FRAME = 1.15
"""Tags, names and times around what was said."""


class Estimating:
    """Says what work comes to."""

    def __init__(self, prices: PriceBook, counter: TokenCounter) -> None:
        self._prices = prices
        self._counter = counter

    def of(self, model: str, pages: int, tokens: int, at: datetime, *, batch: bool) -> Estimate:
        """Return what the summaries of so many pages with so many tokens come to."""
        each = estimate(prompts.system(Task.SUMMARISE)) * pages
        prompt = round((tokens * _FRAME + each) * self._counter.factor(model, ESTIMATE))
        direct = self._cost(model, pages, prompt, at, batch=False)
        return Estimate(
            pages=pages,
            input_tokens=prompt,
            output_tokens=pages * OUTPUT_TOKENS,
            cost=self._cost(model, pages, prompt, at, batch=True) if batch else direct,
            direct_cost=direct,
        )

    def _cost(
        self, model: str, pages: int, prompt: int, at: datetime, *, batch: bool
    ) -> Decimal | None:
        """Return the price; of the average page, since long prompts have prices of their own."""
        if pages == 0:
            return Decimal(0)
        average = Usage(input_tokens=prompt // pages, output_tokens=OUTPUT_TOKENS)
        price = self._prices.price(model, average, at, batch=batch)
        return None if price is None else price * pages


def plus(one: Estimate, other: Estimate) -> Estimate:
    """Return the sum of two estimates; without a price when one has none."""
    return Estimate(
        pages=one.pages + other.pages,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cost=_sum(one.cost, other.cost),
        direct_cost=_sum(one.direct_cost, other.direct_cost),
    )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def told(estimate_: Estimate, model: str) -> str:
    """Return an estimate in words."""
    pages = f"{estimate_.pages:,} page{'' if estimate_.pages == 1 else 's'}"
    what = f"{pages} for {model}, about {estimate_.input_tokens:,} tokens"
    if estimate_.cost is None or estimate_.direct_cost is None:
        return f"{what}; the model has no price"
    if estimate_.cost == estimate_.direct_cost:
        return f"{what}, about {_dollars(estimate_.cost)}"
    direct = _dollars(estimate_.direct_cost)
    return f"{what}, about {_dollars(estimate_.cost)} ({direct} without batches)"


def _dollars(amount: Decimal) -> str:
    """Write dollars with cents, and small amounts so that half of one can be told from it."""
    return f"${amount:.4f}" if 0 < amount < _DIME else f"${amount:.2f}"
