"""`snapshot summon|ask|dismiss|summons`: side conversations with a model as it was.

JSON: `summon` and `ask` {summon, number, role, content, at, model, ending, cost_usd}, the answer;
`summon` without a question, and `dismiss`, the side conversation; `summons` a list of them.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from decimal import Decimal

import click

from minutebook.cli import snapshot_shapes
from minutebook.cli.columns import key, number
from minutebook.cli.exits import Exit
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option, limit_option
from minutebook.cli.output import minute, money, print_json, print_table, print_text
from minutebook.domain.display import terminal_safe
from minutebook.domain.snapshots import Summon, SummonMessage
from minutebook.domain.turns import Ending, Role
from minutebook.engine import Engine, ensure_key

_BEGINS = "su_"
_NOT_WHOLE = {
    Ending.STOPPED: "The answer was stopped.",
    Ending.CUT: "The answer broke off.",
    Ending.MAX_TOKENS: "The answer reached the most tokens it may have.",
    Ending.CONTEXT_FULL: "The model's window is full.",
    Ending.REFUSAL: "The model declined.",
}


@click.command(epilog='Example: minutebook snapshot summon sn_92f4 "Why the ferry?"')
@click.argument("id_", metavar="ID")
@click.argument("question", metavar="[QUESTION]", default="")
@json_option
@engine_command
async def summon(engine: Engine, id_: str, question: str, as_json: bool) -> int:
    """Begin a side conversation with the model as it was; nothing of it goes into the record."""
    then = await engine.context.snapshots.get(id_)
    if question:
        await ensure_key(then.model, engine.settings)
    begun = await engine.context.summons.summon(then.id)
    say(f"{begun.id}: {then.model} as it was on {minute(then.at)}, read only.")
    if question:
        return await _ask(engine, begun.id, question, as_json=as_json)
    if as_json:
        print_json(snapshot_shapes.summon(begun))
    say(f'`minutebook snapshot ask {begun.id} "…"` asks it.')
    return Exit.DONE


@click.command(epilog='Example: minutebook snapshot ask su_1d07 "And who said so?"')
@click.argument("id_", metavar="ID")
@click.argument("question", metavar="QUESTION")
@json_option
@engine_command
async def ask(engine: Engine, id_: str, question: str, as_json: bool) -> int:
    """Ask on in a side conversation."""
    aside = await engine.context.summons.get(id_)
    await ensure_key(aside.snapshot.model, engine.settings)
    return await _ask(engine, aside.summon.id, question, as_json=as_json)


@click.command(epilog="Example: minutebook snapshot dismiss su_1d07")
@click.argument("id_", metavar="ID")
@json_option
@engine_command
async def dismiss(engine: Engine, id_: str, as_json: bool) -> None:
    """End a side conversation; it stays to be read."""
    gone = await engine.context.summons.dismiss(id_)
    if as_json:
        print_json(snapshot_shapes.summon(gone))
        return
    say(f"{gone.id} is dismissed. `minutebook snapshot show {gone.id}` shows what was said.")


@click.command(epilog="Example: minutebook snapshot summons cv_3fa9")
@click.argument("conversation", metavar="[CONV]", default="")
@limit_option(20)
@json_option
@engine_command
async def summons(engine: Engine, conversation: str, limit: int, as_json: bool) -> None:
    """List the side conversations about a conversation, or all, the newest first."""
    id_ = (await engine.library.conversation(conversation)).id if conversation else ""
    found = await engine.context.summons.of(id_, limit=limit)
    if as_json:
        print_json([snapshot_shapes.summon(each) for each in found])
        return
    if not found:
        say("No side conversation yet. `minutebook snapshot summon` begins one.")
    print_table(
        (key("id"), key("snapshot"), key("begun"), key("dismissed"), number("said"), key("cost")),
        [_row(each) for each in found],
    )


def is_summon(id_: str) -> bool:
    """Say whether an id is one of a side conversation."""
    return id_.startswith(_BEGINS)


async def show(engine: Engine, id_: str, *, as_json: bool) -> None:
    """Print what was said in a side conversation. Raises NotFoundError."""
    aside = await engine.context.summons.get(id_)
    if as_json:
        said = [snapshot_shapes.message(each) for each in aside.messages]
        print_json(snapshot_shapes.summon(aside.summon) | {"said": said})
        return
    for each in aside.messages:
        who = "you" if each.role is Role.USER else each.model
        print_text(f"{who} ({minute(each.at)})\n{each.text}\n")
        _tell_end(each)


async def _ask(engine: Engine, summon_id: str, question: str, *, as_json: bool) -> int:
    """Ask, and print the answer as it comes; an interrupt stops it. Returns the exit code."""
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGINT, lambda: engine.context.summons.stop(summon_id))
    heard: list[str] = []

    def hear(piece: str) -> None:
        heard.append(piece)
        if not as_json:
            _write(piece)

    said = await engine.context.summons.ask(summon_id, question, hear)
    if as_json:
        print_json({"summon": summon_id} | snapshot_shapes.message(said))
    else:
        _write(said.text.removeprefix("".join(heard)) + "\n")
    _tell_end(said)
    return Exit.INTERRUPTED if said.ending is Ending.STOPPED else Exit.DONE


def _tell_end(said: SummonMessage) -> None:
    if said.ending in _NOT_WHOLE:
        say(f"minutebook: {_NOT_WHOLE[said.ending]}")


def _write(text: str) -> None:
    sys.stdout.write(terminal_safe(text) if sys.stdout.isatty() else text)
    sys.stdout.flush()


def _row(each: Summon) -> tuple[object, ...]:
    cost = None if each.cost_usd is None else Decimal(str(each.cost_usd))
    return (
        each.id,
        each.snapshot,
        minute(each.begun_at),
        minute(each.dismissed_at),
        each.messages,
        money(cost),
    )
