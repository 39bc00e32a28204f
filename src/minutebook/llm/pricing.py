"""What a call costs: the prices that ship here, and the user's own in front of them.

A model that neither knows is unpriced; nothing is guessed. Amounts are exact decimals, so that the
sum of calls is the cost of their sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

from minutebook.config.prices import Price, Rates, parse_prices, read_prices
from minutebook.llm.naming import unversioned
from minutebook.llm.protocol import Usage

_MILLION = Decimal(1_000_000)
_SMALLEST = Decimal("0.000000000001")
"""What the ledger can hold."""


@cache
def shipped() -> tuple[Price, ...]:
    """Return the prices that ship with the package."""
    text = (files("minutebook.llm") / "prices.toml").read_text("utf-8")
    return parse_prices(text, "prices.toml of minutebook")


class PriceBook:
    """The prices that hold."""

    def __init__(self, own: Iterable[Price] = ()) -> None:
        self._own = tuple(own)

    @classmethod
    def load(cls, path: Path) -> PriceBook:
        """Return the shipped prices with those of the user's file, if there is one, in front.

        Raises ConfigError that names the file, the line and what to write instead.
        """
        return cls(read_prices(path))

    def price(
        self, model: str, usage: Usage, at: datetime, *, batch: bool = False
    ) -> Decimal | None:
        """Return what a call cost in US dollars; None when its model has no price."""
        price = self.find(model, at)
        if price is None:
            return None
        rates, share = _rates_for(price, usage), price.batch_share if batch else Decimal(1)
        return (_at(rates, usage) * share / _MILLION).quantize(_SMALLEST, ROUND_HALF_EVEN)

    def find(self, model: str, at: datetime) -> Price | None:
        """Return the price of a model at a moment, the user's first; None when there is none."""
        for name in _names(model):
            for book in (self._own, shipped()):
                if known := [price for price in book if price.model == name]:
                    return _newest(known, at)
        return None


def _names(model: str) -> list[str]:
    """Return what the price of a model may stand under, the most special first."""
    patterns = [f"{model[:end]}*" for end in range(len(model), 0, -1)]
    return list(dict.fromkeys([model, unversioned(model), *patterns]))


def _newest(prices: Iterable[Price], at: datetime) -> Price | None:
    held = [price for price in prices if price.since <= at]
    return max(held, key=lambda price: price.since, default=None)


def _rates_for(price: Price, usage: Usage) -> Rates:
    return next((x.rates for x in price.long if usage.prompt_tokens > x.above), price.rates)


def _at(rates: Rates, usage: Usage) -> Decimal:
    """Return what the tokens cost, in millionths of a dollar."""
    short_writes = usage.cache_write_tokens - usage.cache_write_1h_tokens
    return (
        rates.input * usage.input_tokens
        + rates.output * usage.output_tokens
        + rates.cache_read * usage.cache_read_tokens
        + rates.cache_write * short_writes
        + rates.cache_write_1h * usage.cache_write_1h_tokens
    )
