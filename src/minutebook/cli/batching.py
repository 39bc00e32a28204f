"""`batches`: what is summarised at half price, what waits for a yes, and what was given up."""

from __future__ import annotations

from collections.abc import Sequence

import click

from minutebook.cli import batch_shapes as shapes
from minutebook.cli.batch_approving import approve, plan, refuse
from minutebook.cli.batch_working import work
from minutebook.cli.columns import key, number, wrapped
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option, limit_option
from minutebook.cli.output import minute, money, print_json, print_table, print_text
from minutebook.domain.batches import Batch, BatchState
from minutebook.engine import Engine
from minutebook.errors import NotFoundError, UsageError
from minutebook.wording import plural

_COLUMNS = (
    key("id"),
    key("provider", leaves=5),
    key("state"),
    number("requests"),
    number("succeeded"),
    number("failed", leaves=1),
    number("tokens in", leaves=3),
    number("tokens out", leaves=4),
    number("cost"),
    number("saved", leaves=2),
    key("made", leaves=6),
    wrapped("reason", leaves=7),
)


@click.group(cls=Family)
def batches() -> None:
    """See batches of summaries, approve what they may cost, and work on them."""


@batches.command("list", epilog="Example: minutebook batches list --state open --json")
@click.option(
    "--state", type=click.Choice([state.value for state in BatchState]), help="Only these."
)
@limit_option(200)
@json_option
@engine_command
async def list_(engine: Engine, state: str | None, limit: int, as_json: bool) -> None:
    """List batches, the newest first, with what they cost and saved against direct calls."""
    wanted = BatchState(state) if state else None
    found = await engine.batches.list(state=wanted, limit=limit)
    if as_json:
        now, cached = engine.clock(), await engine.batches.cache_use(found)
        print_json([shapes.batch(each, now, cached.get(each.id)) for each in found])
        return
    if not found:
        say("No batch is like that." if state else "There are no batches.")
    print_table(_COLUMNS, [_row(each) for each in found])


@batches.command("show", epilog="Example: minutebook batches show bt_92f4 --json")
@click.argument("batch")
@json_option
@engine_command
async def show(engine: Engine, batch: str, as_json: bool) -> None:
    """Print a batch and what became of its requests.

    BATCH is its id, the beginning of it, or the id that the provider gave it.
    """
    found = await engine.batches.show(batch)
    if as_json:
        items = [shapes.item(item) for item in found.items]
        cached = (await engine.batches.cache_use([found.batch])).get(found.batch.id)
        print_json({**shapes.batch(found.batch, engine.clock(), cached), "items": items})
        return
    print_text(_told(found.batch))
    print_table(
        (key("request"), key("page"), key("outcome")),
        [(item.custom_id, item.page, item.outcome or "under way") for item in found.items],
    )


@batches.command("cancel", epilog="Example: minutebook batches cancel bt_92f4")
@click.argument("batch")
@engine_command
async def cancel(engine: Engine, batch: str) -> None:
    """End a BATCH as soon as may be.

    What the provider has done by then is charged and kept; the rest waits for your yes.
    """
    is_wanted = (await engine.batches.show(batch)).batch.is_cancel_wanted
    found = await engine.batches.cancel(batch)
    if is_wanted:
        say(f"Batch {found.id} is to end already; `minutebook batches work` tells its provider.")
        return
    say(f"Batch {found.id} is to end. A worker tells {found.provider}; the rest waits for a yes.")


@batches.command("dead", epilog="Example: minutebook batches dead --json")
@limit_option(200)
@json_option
@engine_command
async def dead(engine: Engine, limit: int, as_json: bool) -> None:
    """List the summaries that were given up, and why; the last one first."""
    found = await engine.batches.dead(limit=limit)
    if as_json:
        print_json([shapes.order(each) for each in found])
        return
    if not found:
        say("No summary was given up.")
    print_table(
        (key("id"), key("page"), key("model", leaves=1), number("attempts"), wrapped("reason")),
        [(each.id, each.page, each.model, each.attempts, each.error) for each in found],
    )
    if found:
        say("`minutebook batches retry ID` tries one again, `minutebook batches retry --all` all.")


@batches.command("doubts", epilog="Example: minutebook batches doubts --json")
@limit_option(200)
@json_option
@engine_command
async def doubts(engine: Engine, limit: int, as_json: bool) -> None:
    """List direct calls that may have been paid without an answer; the newest first.

    The process that asked ended in the middle. The page was asked for once more, or will be: no
    summary is lost, and at most the price of the call.
    """
    found = await engine.batches.doubts(limit=limit)
    if as_json:
        print_json([shapes.doubt(each) for each in found])
        return
    if not found:
        say("No call is in doubt.")
        return
    print_table(
        (key("at"), key("page"), key("model", leaves=1), number("tokens in"), number("cost")),
        [
            (minute(d.at), d.page, d.model, d.input_tokens, "" if d.cost is None else money(d.cost))
            for d in found
        ],
    )
    if any(not each.is_on_ledger for each in found):
        say("Some are not on the ledger yet: `minutebook batches work` asks for their pages again.")
    say("Costs are estimates: compare them with the bill of the provider at these times.")


@batches.command("retry", epilog="Example: minutebook batches retry --all")
@click.argument("order", type=click.IntRange(1, MOST), required=False)
@click.option("--all", "every", is_flag=True, help="Retry every summary that was given up.")
@engine_command
async def retry(engine: Engine, order: int | None, every: bool) -> None:
    """Give a summary that was given up another try; ORDER is its id in `batches dead`."""
    if every == (order is not None):
        raise UsageError("Which one?", hint="Give its id from `minutebook batches dead`, or --all.")
    again = await engine.batches.retry(order or 0)
    say(f"Wanted again: {plural(again, 'summary', 'summaries')}.")


@batches.command("resume", epilog="Example: minutebook batches resume anthropic")
@click.argument("provider", default="")
@engine_command
async def resume(engine: Engine, provider: str) -> None:
    """Send to a PROVIDER again that nothing is sent to for a while, or to all."""
    paused = [pause.provider for pause in (await engine.batches.status()).pauses]
    if provider and provider not in paused:
        hint = f"Paused: {', '.join(paused)}." if paused else "No provider is paused."
        raise NotFoundError("paused provider", provider, hint=hint)
    lifted = await engine.batches.resume(provider)
    say(f"Lifted: {plural(lifted, 'pause')}.")


for command in (plan, approve, refuse, work):
    batches.add_command(command)


def _row(batch: Batch) -> Sequence[object]:
    counts = batch.counts
    return (
        batch.id,
        batch.provider,
        "to be cancelled" if batch.is_leaving else batch.state.value,
        batch.requests,
        counts.succeeded,
        counts.errored + counts.canceled + counts.expired + counts.missing,
        f"{batch.input_tokens:,}",
        f"{batch.output_tokens:,}",
        "" if batch.cost is None else money(batch.cost),
        "" if batch.saved is None else money(batch.saved),
        minute(batch.created_at),
        batch.error,
    )


def _told(batch: Batch) -> str:
    """Write a batch in lines."""
    lines = [
        f"{batch.id} · {batch.model} · {batch.state.value}",
        f"made {minute(batch.created_at)}",
        batch.sent_at and f"sent {minute(batch.sent_at)} as {batch.provider_id or '(unknown)'}",
        batch.expires_at and f"expires {minute(batch.expires_at)}",
        batch.ended_at and f"ended {minute(batch.ended_at)}",
        batch.applied_at and f"applied {minute(batch.applied_at)}",
        _costs(batch),
        batch.error,
    ]
    return "\n".join(line for line in lines if line)


def _costs(batch: Batch) -> str:
    if batch.cost is None:
        return ""
    said = f"{batch.input_tokens:,} tokens in, {batch.output_tokens:,} out, {money(batch.cost)}"
    return said if batch.saved is None else f"{said}, {money(batch.saved)} saved"
