"""`status`, `conversations`, `show`: read the record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import click

from minutebook.cli import shapes
from minutebook.cli.columns import cut, key, number, wrapped
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option, limit_option
from minutebook.cli.output import (
    day,
    minute,
    print_json,
    print_json_stream,
    print_table,
    print_text,
)
from minutebook.domain.batches import OrderState
from minutebook.domain.speakers import speaker
from minutebook.domain.turns import Turn
from minutebook.engine import BEGINNING, BatchStatus, Engine
from minutebook.wording import in_doubt, paused_until, plural, waits_for_yes

_AT_ONCE = 100
_LABELS = {
    "quarantined": "in quarantine",
    "cost_usd": "cost",
    "cost_today_usd": "cost today",
    "unpriced_calls": "calls without a price",
    "summaries": "summaries by models",
    "approvals": "waiting for a yes",
    "calls_in_doubt": "calls in doubt",
    "mirror": "files that stand still",
}
_NOTHING_YET = "There are no conversations yet. `minutebook import PATH` reads some in."


@click.command(epilog="Example: minutebook status --json | jq .turns")
@json_option
@click.option("--prometheus", is_flag=True, help="Print metrics in the text format of Prometheus.")
@engine_command
async def status(engine: Engine, as_json: bool, prometheus: bool) -> None:
    """Say how much there is of everything, and what is still to be done."""
    if prometheus:
        from minutebook.cli.prometheus import exposed

        print_text(await exposed(engine))
        return
    spent, today = await engine.ledger.total(), await engine.ledger.spent_today()
    batches = await engine.batches.status()
    doubts = await engine.batches.doubts(limit=MOST)
    still = [] if engine.mirror is None else await engine.mirror.standing()
    shape = shapes.status(await engine.library.counts(), spent, today, batches)
    shape["calls_in_doubt"] = len(doubts)
    shape["mirror"] = shapes.standing(still)
    if as_json:
        print_json(shape)
        return
    rows = [
        (_LABELS.get(name, name), _flat(name, value))
        for name, value in shape.items()
        if name != "capped"  # it is told below, in words
    ]
    print_table((key("what"), wrapped("how much")), [*rows, ("home", engine.home.data)])
    for line in [*_wanting(batches), *map(str, still)]:
        say(line)
    if doubts:
        say(in_doubt(len(doubts)))


def _wanting(batches: BatchStatus) -> Iterator[str]:
    """Yield what wants a person, and what to do."""
    for each in batches.approvals:
        yield waits_for_yes(each)
    for pause in batches.pauses:
        how_long = paused_until(pause.provider, pause.until)
        yield f"Paused: {pause.provider} {how_long}: {pause.reason}"
    if batches.put_off is not None:
        yield f"Paused: {batches.put_off.reason}"
    if dead := batches.orders[OrderState.DEAD]:
        given_up = plural(dead, "summary was", "summaries were")
        yield f"{given_up} given up: `minutebook batches dead` says why."


def _flat(name: str, value: Any) -> str:
    """Write a number, a sum of money, or the parts of something that are not nothing."""
    if isinstance(value, list):
        return ", ".join(each.get("provider") or each["file"] for each in value) or "none"
    if isinstance(value, dict):
        return (
            ", ".join(f"{n:,} {part.replace('_', ' ')}" for part, n in value.items() if n) or "none"
        )
    return f"${value:,.4f}" if name.endswith("_usd") else f"{value:,}"


@click.command(epilog="Example: minutebook conversations --source whatsapp ferry")
@click.argument("words", nargs=-1)
@click.option("--source", default="", help="Only those of one format, such as whatsapp.")
@limit_option(1_000)
@json_option
@engine_command
async def conversations(
    engine: Engine, words: tuple[str, ...], source: str, limit: int, as_json: bool
) -> None:
    """List conversations, the newest first.

    With WORDS, only those that have them in their title, or come from that source.
    """
    found = await engine.library.conversations(source=source, words=" ".join(words), limit=limit)
    if as_json:
        print_json([shapes.conversation(item) for item in found])
        return
    if not found:
        is_asked = bool(words or source)
        say("No conversation is like that." if is_asked else _NOTHING_YET)
    print_table(
        (
            key("id"),
            key("source", leaves=3),
            cut("title"),
            number("turns", leaves=1),
            number("pages", leaves=2),
            key("last"),
        ),
        [(c.id, c.source, c.title, c.turns, c.pages, day(c.last_at)) for c in found],
    )


@click.command(epilog="Example: minutebook show cv_3fa9 | less")
@click.argument("conversation", metavar="CONV")
@click.option("--all", "is_whole", is_flag=True, help="Also the branches that were left.")
@json_option
@engine_command
async def show(engine: Engine, conversation: str, is_whole: bool, as_json: bool) -> None:
    """Print a conversation, turn by turn.

    CONV is an id or a title, the beginning of one of them, or a native id. In text, ┊ stands before
    thinking, → before calls of tools, ← before what they return. JSON has every turn, with all of
    that, and says of each whether it is on the branch that is read, and how it ended.
    """
    found = await engine.library.conversation(conversation)
    if as_json:
        turns = (shapes.turn(turn) async for turn in _turns(engine, found.id))
        await print_json_stream({"conversation": shapes.conversation(found)}, "turns", turns)
        return
    left = await engine.library.left_turns(found.id)
    size = _size(found.turns, left, is_whole=is_whole)
    print_text(f"{found.title}\n{found.source} · {size} · {found.id}")
    async for turn in _turns(engine, found.id):
        if turn.is_active or is_whole:
            print_text(f"\n{_header(turn, is_live=found.is_live)}\n{_text(turn)}")


async def _turns(engine: Engine, conversation: str) -> AsyncIterator[Turn]:
    behind = BEGINNING
    while batch := await engine.library.turns(conversation, behind=behind, limit=_AT_ONCE):
        for turn in batch:
            yield turn
        behind = (batch[-1].sort_at, batch[-1].seq)


def _size(turns: int, left: int, *, is_whole: bool) -> str:
    """Say how many turns there are, and what of them is not shown."""
    if not left:
        return plural(turns, "turn")
    where = "on a branch that was left" if left == 1 else "on branches that were left"
    if is_whole:
        return f"{plural(turns, 'turn')}, {left:,} of them {where}"
    them = "it" if left == 1 else "them"
    return f"{plural(turns - left, 'turn')}, {left:,} more {where}; --all shows {them}"


def _header(turn: Turn, *, is_live: bool) -> str:
    left = "" if turn.is_active else "  (on a branch that was left)"
    return f"{speaker(turn, is_live=is_live)}  {minute(turn.at)}".rstrip() + left


def _text(turn: Turn) -> str:
    content = turn.content
    calls = [f"→ {call.name} {call.arguments}" for call in content.tool_calls]
    results = [f"← {result.content}" for result in content.tool_results]
    files = [f"[{file.name}]" for file in content.attachments]
    thinking = [f"┊ {line}" for line in content.thinking.split("\n")] if content.thinking else []
    return "\n".join(filter(None, [*thinking, content.text, *calls, *results, *files]))
