"""`compact`, `context history`, `context undo`: making room in a prompt, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence

import click

from minutebook.cli import shapes
from minutebook.cli.columns import key, number, wrapped
from minutebook.cli.context import context, tell_what_comes
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option
from minutebook.cli.output import print_json, print_table
from minutebook.domain.compactions import runs
from minutebook.domain.context import Left, Pass, PassState, Tier
from minutebook.domain.display import one_line
from minutebook.engine import Engine, Trial

_COLUMNS = (
    key("at", 2),
    key("trigger"),
    key("tiers"),
    number("before"),
    number("after"),
    number("left"),
    key("state", 1),
    wrapped("reason"),
)


@click.command("compact", epilog="Example: minutebook compact cv_3fa9 --dry-run")
@click.argument("conversation", metavar="CONV")
@click.option("--dry-run", is_flag=True, help="Say what would leave, and change nothing.")
@json_option
@engine_command
async def compact(engine: Engine, conversation: str, dry_run: bool, as_json: bool) -> None:
    """Make room in the prompt of a conversation: the oldest pages become summaries.

    Nothing that was said is lost: each page comes back by its id.
    """
    found = await engine.library.conversation(conversation)
    if dry_run:
        _show_trial(await engine.context.plan(found.id), as_json)
        return
    done = await engine.context.compact(found.id)
    if as_json:
        print_json(shapes.context_pass(done))
        return
    _show_left(done.left, done.left_count)
    say(told(done))


@context.command("history", epilog="Example: minutebook context history cv_3fa9")
@click.argument("conversation", metavar="CONV")
@json_option
@engine_command
async def history(engine: Engine, conversation: str, as_json: bool) -> None:
    """List when room was made, what left, and what that cost; the newest first.

    Passes in a row that came to nothing are one row; JSON has each.
    """
    found = await engine.library.conversation(conversation)
    passes = await engine.context.history(found.id)
    if as_json:
        print_json([shapes.context_pass(done) for done in passes])
        return
    print_table(_COLUMNS, [_row(run) for run in runs(passes)])


@context.command("undo", epilog="Example: minutebook context undo cv_3fa9")
@click.argument("conversation", metavar="CONV")
@json_option
@engine_command
async def undo(engine: Engine, conversation: str, as_json: bool) -> None:
    """Show the model again what it was shown before room was last made."""
    found = await engine.library.conversation(conversation)
    done = await engine.context.undo(found.id)
    if as_json:
        print_json(shapes.context_pass(done))
        return
    sizes = await engine.context.show(found.id)
    say(f"{one_line(done.reason)} The prompt has {sizes.used:,} tokens again.")
    tell_what_comes(sizes, engine.settings.context.compaction, found.id)


def told(done: Pass) -> str:
    """Return a line about a pass."""
    reason = f" {one_line(done.reason)}" if done.reason else ""
    if done.after == done.before:
        return f"Nothing left the prompt: it has {done.after:,} tokens.{reason}"
    cost = "" if not done.cost_usd else f", for ${done.cost_usd:.4f}"
    end = "" if done.state is PassState.ENOUGH else " That is less than was wanted."
    return f"The prompt has {done.after:,} tokens, {done.before:,} before{cost}.{end}{reason}"


def _show_trial(trial: Trial, as_json: bool) -> None:
    if as_json:
        print_json(shapes.context_trial(trial))
        return
    _show_left(trial.left, trial.left_count)
    reason = f" {one_line(trial.reason)}" if trial.reason else ""
    say(
        f"The prompt has {trial.before:,} tokens and would have about {trial.after:,};"
        f" a model would be asked {trial.calls:,} times.{reason}"
    )


def _show_left(left: Sequence[Left], count: int) -> None:
    rows = [(each.what, each.reference, f"{each.tokens:,}") for each in left]
    if rows:
        print_table((key("what"), key("reference"), number("tokens")), rows)
    if count > len(left):
        say(f"And {count - len(left):,} more.")


def _row(run: Sequence[Pass]) -> tuple[str, ...]:
    done = run[0]
    times = f"{len(run):,} times: " if len(run) > 1 else ""
    return (
        shapes.moment(done.at) or "",
        done.trigger.value,
        _tiers(done.tiers),
        f"{done.before:,}",
        f"{done.after:,}",
        f"{done.left_count:,}",
        "undone" if done.is_undone else done.state.value,
        f"{times}{one_line(done.reason)}",
    )


def _tiers(tiers: Sequence[Tier]) -> str:
    return ",".join(str(tier.value) for tier in tiers) or "-"
