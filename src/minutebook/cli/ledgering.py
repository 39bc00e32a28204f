"""`ledger`: what models have cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import tzinfo

import click

from minutebook.cli import shapes
from minutebook.cli.columns import Column, cut, key, number
from minutebook.cli.moments import moment_of
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option, limit_option
from minutebook.cli.output import money, print_json, print_table
from minutebook.clock import EPOCH
from minutebook.domain.spending import Charge, Grouping, Tally
from minutebook.engine import Engine
from minutebook.errors import NotFoundError, UsageError

_COLUMNS = (
    number("in"),
    number("out"),
    number("cache read", leaves=2),
    number("cache written", leaves=3),
    number("cost"),
)
_NOTHING = "No model that could cost anything has been called."


@click.command(epilog="Example: minutebook ledger --by model --since 2026-11-01")
@click.option(
    "--by", type=click.Choice([by.value for by in Grouping]), help="Sum up by one of these."
)
@click.option("--since", metavar="TIME", help="From this day or moment on, such as 2026-11-01.")
@click.option("--until", metavar="TIME", help="Up to this moment, or to the end of this day.")
@limit_option(100_000)
@json_option
@engine_command
async def ledger(
    engine: Engine,
    by: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the calls of models and what they cost, the newest first; or sums of them.

    Days and times are those of the zone in the settings, or of this machine. In JSON they are UTC.
    """
    zone = engine.ledger.zone
    begin = moment_of(since, zone) if since else EPOCH
    end = moment_of(until, zone, is_end=True) if until else None
    if end is not None and end <= begin:
        raise UsageError(
            f"--until {until} does not lie behind --since {since}.", hint="Turn them round."
        )
    total = await engine.ledger.total(since=begin, until=end)
    if not (total.calls or as_json) and (since or until):
        say("No model that could cost anything was called in that time.")
        return
    if by is None:
        calls = await engine.ledger.calls(since=begin, until=end, limit=limit)
        _print_calls(calls, total, zone, as_json=as_json)
    else:
        sums = (await engine.ledger.report(Grouping(by), since=begin, until=end))[:limit]
        titles = await _titles(engine, sums) if by == Grouping.CONVERSATION else {}
        _print_sums(Grouping(by), sums, total, None if as_json else titles)


def _print_calls(calls: Sequence[Charge], total: Tally, zone: tzinfo, *, as_json: bool) -> None:
    if as_json:
        print_json([shapes.charge(call) for call in calls])
        return
    rows = [
        (
            f"{call.at.astimezone(zone):%Y-%m-%d %H:%M}",
            call.task,
            call.model + (" (batch)" if call.is_batch else ""),
            _about(call.input_tokens, is_estimate=call.is_estimated),
            _about(call.output_tokens, is_estimate=call.is_estimated),
            f"{call.cache_read_tokens:,}",
            f"{call.cache_write_tokens:,}",
            money(call.cost),
        )
        for call in calls
    ]
    _print(
        (key("when"), key("for", leaves=1), key("model"), *_COLUMNS),
        rows,
        ("total", "", *_cells(total)),
        total,
    )


async def _titles(engine: Engine, sums: Sequence[Tally]) -> dict[str, str]:
    """Return the titles of conversations by their ids, as far as they are in the record."""
    found = {}
    for each in sums:
        with suppress(NotFoundError):
            found[each.name] = (await engine.library.conversation(each.name)).title
    return found


def _print_sums(
    by: Grouping, sums: Sequence[Tally], total: Tally, titles: Mapping[str, str] | None
) -> None:
    """Print sums; conversations by id and title, as JSON where there are no titles to print."""
    if titles is None:
        print_json([shapes.tally(each, by) for each in sums])
        return
    named = (cut("title", leaves=1),) if titles else ()
    rows = [
        (each.name or "(none)", *([titles.get(each.name, "")] if titles else []), *_cells(each))
        for each in sums
    ]
    last = ("total", *([""] if titles else []), *_cells(total))
    _print((key(by.value), *named, number("calls"), *_COLUMNS), rows, last, total)


def _print(
    columns: tuple[Column, ...],
    rows: Sequence[tuple[str, ...]],
    last: tuple[str, ...],
    total: Tally,
) -> None:
    if not rows:
        say(_NOTHING)
        return
    print_table(columns, [*rows, last])
    if total.unpriced:
        say(
            f"{total.unpriced} of {total.calls} calls have no price: they are not in the sum, and"
            " no cap holds their models. Write prices.toml beside config.toml to price them."
        )
    if total.estimated:
        say(
            f"{total.estimated} of {total.calls} calls are estimated (~): they were broken off, or"
            " their server does not say what it counted."
        )


def _cells(total: Tally) -> tuple[str, ...]:
    cost = None if total.unpriced and total.unpriced == total.calls else total.cost
    return (
        f"{total.calls:,}",
        f"{total.input_tokens:,}",
        f"{total.output_tokens:,}",
        f"{total.cache_read_tokens:,}",
        f"{total.cache_write_tokens:,}",
        money(cost) + (f" + {total.unpriced} unpriced" if cost and total.unpriced else ""),
    )


def _about(tokens: int, *, is_estimate: bool) -> str:
    return f"~{tokens:,}" if is_estimate else f"{tokens:,}"
