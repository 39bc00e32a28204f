"""What calls cost."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.config.prices import Price, parse_prices, price_problems
from minutebook.errors import ConfigError
from minutebook.llm.pricing import PriceBook, shipped
from minutebook.llm.protocol import Usage

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HAIKU, SONNET = "anthropic:claude-haiku-5-5", "anthropic:claude-sonnet-5-5"
MILLION = 1_000_000
OWN = """
[[price]]
model = "local:*"
from = 2020-01-01
input = 0
output = 0

[[price]]
model = "shop:plain"
from = 2026-01-01
input = 1.0
output = 3.25
batch_share = 0.25

[[price]]
model = "shop:plain"
from = 2026-06-01
input = 2.0
output = 4.0

[[price.long]]
above = 1_000
input = 20.0
output = 40.0

[[price.long]]
above = 100
input = 5.0
output = 10.0
"""
BOOK = PriceBook(parse_prices(OWN, "prices.toml"))
TOKENS = st.integers(0, 10**9)


def dollars(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (Usage(input_tokens=90_000), "0.009"),
        (Usage(input_tokens=100_000), "0.01"),
        (Usage(input_tokens=100_001), "0.0500005"),
        (Usage(input_tokens=1, cache_read_tokens=100_000), "0.0050005"),
        (Usage(output_tokens=MILLION), "0.5"),
        (Usage(cache_read_tokens=10_000), "0.0001"),
        (Usage(cache_write_tokens=10_000), "0.00125"),
        (Usage(cache_write_tokens=10_000, cache_write_1h_tokens=10_000), "0.002"),
        (Usage(cache_write_tokens=10_000, cache_write_1h_tokens=4_000), "0.00155"),
        (Usage(), "0"),
    ],
)
def test_each_kind_of_token_has_its_price(usage: Usage, cost: str) -> None:
    """A prompt above the limit, caches included, makes the whole call dearer."""
    assert PriceBook().price(HAIKU, usage, NOW) == dollars(cost)


def test_a_batch_costs_half_caches_included() -> None:
    """Half a price is exact, too."""
    usage = Usage(input_tokens=1, output_tokens=1, cache_read_tokens=1)
    whole = PriceBook().price(HAIKU, usage, NOW)
    assert whole == dollars("0.00000061")
    assert PriceBook().price(HAIKU, usage, NOW, batch=True) == whole / 2


def test_a_price_holds_from_its_day_on() -> None:
    """What was used before a change is priced as it was then."""
    read = Usage(cache_read_tokens=MILLION)
    before = datetime(2026, 10, 6, 23, 59, tzinfo=UTC)
    assert PriceBook().price(SONNET, read, before) == dollars("0.2")
    assert PriceBook().price(SONNET, read, NOW) == dollars("0.1")
    assert PriceBook().price(HAIKU, read, before) is None


@pytest.mark.parametrize("model", ["offline", "shop:unheard-of", "anthropic:claude-haiku-5-5x", ""])
def test_what_is_not_known_is_unpriced(model: str) -> None:
    """Nothing is guessed from a name that is nearly right."""
    assert BOOK.price(model, Usage(input_tokens=MILLION), NOW) is None


@pytest.mark.parametrize("version", ["20261007", "2026-10-07"])
def test_a_dated_version_costs_what_its_model_costs(version: str) -> None:
    """Providers answer with the version of a model that was named without one."""
    usage = Usage(input_tokens=1_000)
    found = PriceBook().price(f"{HAIKU}-{version}", usage, NOW)
    assert found == PriceBook().price(HAIKU, usage, NOW)


@pytest.mark.parametrize(
    ("tokens", "at", "cost"),
    [
        (10, NOW, "0.00002"),
        (101, NOW, "0.000505"),
        (1_001, NOW, "0.02002"),
        (1_001, datetime(2026, 3, 1, tzinfo=UTC), "0.001001"),
        (1_001, datetime(2025, 3, 1, tzinfo=UTC), None),
    ],
)
def test_the_users_prices_hold(tokens: int, at: datetime, cost: str | None) -> None:
    """With dates, limits, and several limits."""
    expected = None if cost is None else dollars(cost)
    assert BOOK.price("shop:plain", Usage(input_tokens=tokens), at) == expected


def test_the_users_prices_take_the_place_of_ours() -> None:
    """Of the same model; the others stay. A star stands for any end."""
    cheaper = OWN.replace("shop:plain", HAIKU)
    book, usage = PriceBook(parse_prices(cheaper, "p")), Usage(output_tokens=MILLION)
    assert book.price(HAIKU, usage, NOW) == 4
    assert book.price(SONNET, usage, NOW) == 10
    assert book.price("local:llama-3:8b", usage, NOW) == 0


@settings(max_examples=200, deadline=None)
@given(st.tuples(TOKENS, TOKENS, TOKENS, TOKENS), st.tuples(TOKENS, TOKENS, TOKENS, TOKENS))
def test_the_sum_of_costs_is_the_cost_of_the_sum(
    one: tuple[int, int, int, int], other: tuple[int, int, int, int]
) -> None:
    """To the last digit: no call is off by a rounding."""
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    both = tuple(a + b for a, b in zip(one, other, strict=True))
    costs = [
        PriceBook().price(SONNET, Usage(**dict(zip(names, numbers, strict=True))), NOW, batch=True)
        for numbers in (one, other, both)
    ]
    assert costs[0] is not None
    assert costs[1] is not None
    assert costs[0] + costs[1] == costs[2]


def test_the_shipped_prices_are_sound() -> None:
    """Each model has one price a day, reading a cache is cheapest, and long prompts are dearer."""
    prices = shipped()
    assert len({(price.model, price.since) for price in prices}) == len(prices) > 30
    assert all(_is_sound(price) for price in prices)


def _is_sound(price: Price) -> bool:
    rates = price.rates
    longer = all(long.rates.input > rates.input for long in price.long)
    return rates.cache_read <= rates.input <= rates.cache_write <= rates.output and longer


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("input = 1.0\noutput = ", "Not valid TOML"),
        ("[prices]", "written below [[price]]"),
        ("price = 3", "write [[price]]"),
        ('[[price]]\nmodel = "x"', "line 2: model must be provider:model"),
        ('[[price]]\nmodel = "a:b"\nfrom = "today"', "line 3: from must be a day"),
        ('[[price]]\nmodel = "a:b"\nfrom = 2026-10-07\n', "line 1: input is missing"),
        ("[[price]]\ninput = nan", "line 2: input must be a number from 0"),
        ("[[price]]\ninput = -1", "line 2: input must be"),
        ("[[price]]\ninput = true", "line 2: input must be"),
        ("[[price]]\ninput = 0.0000001", "at most six decimals"),
        ("[[price]]\nout = 1", "line 2: There is no 'out' in a price. Did you mean output?"),
        ("[[price]]\n\n[[price]]\nbatch_share = 2", "line 4: batch_share must be"),
        ("[[price]]\nlong = 1", "line 2: long is a list"),
        ("[[price]]\n[[price.long]]\nabove = 1.5", "line 3: above must be a whole number"),
        ("[[price]]\ninput = 1\n[[price.long]]\n[[ price.long ]]\ninput = -1", "line 5: input"),
        ("[[price]]\noutput = 1\n[[price.long]]\noutput = 1", "line 3: input is missing"),
        ("[[price]]\noutput = 1\n[[price.long]]\ninput = 1", "line 1: input is missing"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, written: str, complaint: str) -> None:
    """The file, the line, and what to write instead."""
    file = tmp_path / "prices.toml"
    file.write_text(written)
    problems = price_problems(file)
    assert any(complaint in str(problem) for problem in problems)
    assert all(problem.place.startswith(str(file)) for problem in problems)
    with pytest.raises(ConfigError, match=re.escape(str(problems[-1]))):
        PriceBook.load(file)


def test_a_file_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    """And one that is fine has no complaints."""
    assert price_problems(tmp_path / "prices.toml") == ()
    (tmp_path / "prices.toml").write_text(OWN)
    assert price_problems(tmp_path / "prices.toml") == ()


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes of another encoding are told by their place."""
    (tmp_path / "prices.toml").write_bytes(b"\xff\xfe")
    (problem,) = price_problems(tmp_path / "prices.toml")
    assert "Cannot be read" in problem.message
