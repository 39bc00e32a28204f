"""prices.toml: what models cost, read and checked like the settings, and as exact decimals.

A file is a list of prices rather than a table by model, since a model has as many prices as it had
changes of price.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeGuard

from minutebook.config.problems import Problem, as_error

_RATES = ("input", "output", "cache_read", "cache_write", "cache_write_1h")
_REQUIRED = ("input", "output")
_KEYS = ("model", "from", *_RATES, "batch_share", "long")
_LONG_KEYS = ("above", *_RATES)
_MODEL = re.compile(r"[a-z][a-z0-9_-]*:[!-~]{1,200}")
_MOST = Decimal(1_000_000)
_FINEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """US dollars for a million tokens of each kind."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal
    cache_write_1h: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRates:
    """Rates of a call whose prompt has more tokens than `above`."""

    above: int
    rates: Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs from a day on."""

    model: str
    """`provider:model`; a `*` at its end stands for anything."""
    since: datetime
    rates: Rates
    batch_share: Decimal = Decimal(1)
    """What part of the rates a batch costs."""
    long: tuple[LongRates, ...] = ()
    """The highest limit first."""


def read_prices(path: Path) -> tuple[Price, ...]:
    """Read a file of prices; one that does not exist has none.

    Raises ConfigError that lists everything that is wrong.
    """
    return _all_sound(_read(path))


def parse_prices(text: str, place: str) -> tuple[Price, ...]:
    """Read the text of a file of prices. Raises as `read_prices` does."""
    return _all_sound(_parsed(text, place))


def price_problems(path: Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with a file of prices; nothing when there is none."""
    return tuple(item for item in _read(path) if isinstance(item, Problem))


def _all_sound(found: Iterable[Price | Problem]) -> tuple[Price, ...]:
    judged = list(found)
    if problems := [item for item in judged if isinstance(item, Problem)]:
        raise as_error(problems, "prices")
    return tuple(item for item in judged if isinstance(item, Price))


def _read(path: Path) -> Iterator[Price | Problem]:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        yield Problem(place=str(path), message=f"Cannot be read: {error}.")
        return
    yield from _parsed(text, str(path))


def _parsed(text: str, place: str) -> Iterator[Price | Problem]:
    import tomllib

    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        yield Problem(place=place, message=f"Not valid TOML: {error}.")
    except RecursionError:
        yield Problem(place=place, message="Not usable: its values are nested too deeply.")
    else:
        yield from _judged(content, _Places(place, text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What is wrong with a key of a price."""

    key: str
    message: str
    long: int | None = None
    """Which [[price.long]] the key stands in, from 0; None when in the price itself."""


class _Places:
    """Finds the line of a price, or of a key in it."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.split("\n")

    def of(self, nth: int, fault: _Fault | None = None) -> str:
        """Name the file with the line of a key of the nth price, or where that price begins."""
        found = self._part(0, len(self._lines), "price", nth)
        if found is None:
            return self._path
        start, end = found
        if fault is not None:
            start = self._line(start, end, fault)
        return f"{self._path}, line {start + 1}"

    def _line(self, start: int, end: int, fault: _Fault) -> int:
        """Return the line of a key, or the one that opens what the key is missing in."""
        if fault.long is not None:
            start, end = self._part(start, end, "price.long", fault.long) or (start, end)
        else:
            end = self._headers(start, end, "price.long")[0]
        named = rf"\s*{re.escape(fault.key)}\s*="
        return next((n for n in range(start, end) if re.match(named, self._lines[n])), start)

    def _part(self, start: int, end: int, name: str, nth: int) -> tuple[int, int] | None:
        """Return where the nth table of a list begins and ends; None when it is not found."""
        headers = self._headers(start, end, name)
        return (headers[nth], headers[nth + 1]) if nth + 1 < len(headers) else None

    def _headers(self, start: int, end: int, name: str) -> list[int]:
        """Return the lines that open a table of a list, and the end behind the last one."""
        dotted = r"\s*[.]\s*".join(name.split("."))
        header = re.compile(rf"\s*\[\[\s*{dotted}\s*\]\]")
        return [*(n for n in range(start, end) if header.match(self._lines[n])), end]


def _judged(content: Mapping[str, object], places: _Places) -> Iterator[Price | Problem]:
    for key in content:
        if key != "price":
            message = f"There is no {key!r} here: prices are written below [[price]]."
            yield Problem(place=places.of(len(content)), message=message)
    prices = content.get("price", [])
    if not isinstance(prices, list) or not all(map(_is_table, prices)):
        message = "price is a list: write [[price]], and its keys below it."
        yield Problem(place=places.of(0), message=message)
        return
    for nth, entry in enumerate(prices):
        problems = [
            Problem(place=places.of(nth, fault), message=fault.message) for fault in _faults(entry)
        ]
        if problems:
            yield from problems
        else:
            yield _price(entry)


def _faults(entry: Mapping[str, object]) -> Iterator[_Fault]:
    """Yield everything that is wrong with a price."""
    yield from _unknown(entry, _KEYS)
    model = entry.get("model")
    if not isinstance(model, str) or not _MODEL.fullmatch(model):
        message = 'model must be provider:model, such as "anthropic:claude-haiku-5-5".'
        yield _Fault(key="model", message=message)
    day = entry.get("from")
    if not isinstance(day, date) or isinstance(day, datetime):
        yield _Fault(key="from", message="from must be a day without quotes, such as 2026-10-07.")
    yield from _wrong_rates(entry)
    share = entry.get("batch_share", 1)
    if not _is_number(share) or not 0 <= share <= 1:
        message = "batch_share must be a number from 0 to 1, such as 0.5."
        yield _Fault(key="batch_share", message=message)
    yield from _wrong_longs(entry.get("long", []))


def _wrong_longs(longs: object) -> Iterator[_Fault]:
    if not isinstance(longs, list) or not all(map(_is_table, longs)):
        message = "long is a list: write [[price.long]], and its keys below it."
        yield _Fault(key="long", message=message)
        return
    for nth, each in enumerate(longs):
        above = each.get("above")
        if type(above) is not int or above <= 0:
            message = "above must be a whole number of tokens, such as 100_000."
            yield _Fault(key="above", message=message, long=nth)
        for fault in (*_unknown(each, _LONG_KEYS), *_wrong_rates(each)):
            yield replace(fault, long=nth)


def _wrong_rates(entry: Mapping[str, object]) -> Iterator[_Fault]:
    for key in _RATES:
        value = entry.get(key)
        if value is None and key in _REQUIRED:
            message = f"{key} is missing: write US dollars for a million tokens, such as 0.50."
            yield _Fault(key=key, message=message)
        elif value is not None and not _is_rate(value):
            message = f"{key} must be a number from 0 to {_MOST:,} with at most six decimals."
            yield _Fault(key=key, message=message)


def _unknown(entry: Mapping[str, object], known: tuple[str, ...]) -> Iterator[_Fault]:
    from difflib import get_close_matches

    for key in entry:
        if key not in known:
            close = get_close_matches(key, known, 1)
            hint = f"Did you mean {close[0]}?" if close else f"It has {', '.join(known)}."
            yield _Fault(key=key, message=f"There is no {key!r} in a price. {hint}")


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    """Whether a value is a number, and neither infinite nor none."""
    return type(value) is int or (isinstance(value, Decimal) and value.is_finite())


def _is_rate(value: object) -> bool:
    return _is_number(value) and 0 <= value <= _MOST and Decimal(value) % _FINEST == 0


def _price(entry: Mapping[str, object]) -> Price:
    """Make a price of an entry that has no faults."""
    day, longs, share = entry["from"], entry.get("long", []), entry.get("batch_share", 1)
    assert isinstance(day, date)  # noqa: S101 - checked, as all below
    assert isinstance(longs, list)  # noqa: S101
    long = [LongRates(above=int(each["above"]), rates=_rates(each)) for each in longs]
    return Price(
        model=str(entry["model"]),
        since=datetime(day.year, day.month, day.day, tzinfo=UTC),
        rates=_rates(entry),
        batch_share=Decimal(str(share)),
        long=tuple(sorted(long, key=lambda each: each.above, reverse=True)),
    )


def _rates(entry: Mapping[str, object]) -> Rates:
    written = {key: Decimal(str(entry[key])) for key in _RATES if key in entry}
    cache_write = written.get("cache_write", written["input"])
    return Rates(
        input=written["input"],
        output=written["output"],
        cache_read=written.get("cache_read", written["input"]),
        cache_write=cache_write,
        cache_write_1h=written.get("cache_write_1h", cache_write),
    )
