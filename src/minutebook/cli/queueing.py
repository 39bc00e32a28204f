"""`queue`: what is to be done, what failed, and trying again."""

from __future__ import annotations

from datetime import timedelta

import click

from minutebook.cli import batch_shapes, shapes
from minutebook.cli.columns import key, number, wrapped
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option, limit_option
from minutebook.cli.output import minute, print_json, print_table
from minutebook.domain.batches import OrderState
from minutebook.domain.jobs import JobKind, JobState
from minutebook.engine import Engine
from minutebook.errors import UsageError
from minutebook.wording import plural


@click.group(cls=Family)
def queue() -> None:
    """See background work, and retry what failed."""


@queue.command("status", epilog="Example: minutebook queue status --json")
@json_option
@engine_command
async def status(engine: Engine, as_json: bool) -> None:
    """Say how the work goes: how much there is, since when, how fast it is done, and how well."""
    found = await engine.queue.measures()
    if as_json:
        print_json(batch_shapes.measures(found))
        return
    done, rate = found.throughput.done, found.success_rate
    said = "" if rate is None else f"; {rate:.1%} of summaries by models succeeded"
    say(f"{plural(sum(done), 'job')} done in {_took(found.throughput.width * len(done))}{said}.")
    for latency in found.latencies:
        times = ", ".join(f"{share:.0%} in {_took(t)}" for share, t in latency.quantiles.items())
        say(f"Summaries by {latency.route.value}: {times}.")
    print_table(
        (key("kind"), key("state"), number("jobs"), key("since")),
        [(d.kind.value, d.state.value, d.jobs, minute(d.since)) for d in found.depths],
    )


@queue.command("list", epilog="Example: minutebook queue list --state dead")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only these.")
@click.option("--kind", type=click.Choice([kind.value for kind in JobKind]), help="Only these.")
@limit_option(200)
@json_option
@engine_command
async def list_(
    engine: Engine, state: str | None, kind: str | None, limit: int, as_json: bool
) -> None:
    """List jobs, the one that changed last first.

    Summaries that a model did not give are no failed jobs: `minutebook batches dead` lists them.
    """
    found = await engine.queue.list(limit=limit, state=state or "", kind=kind or "")
    if as_json:
        print_json([shapes.job(job) for job in found])
        return
    if not found:
        say("No job is like that." if state or kind else "There are no jobs.")
    if dead := (await engine.batches.status()).orders[OrderState.DEAD]:
        given_up = plural(dead, "summary was", "summaries were")
        say(f"{given_up} given up, too: `minutebook batches dead` says why.")
    print_table(
        (
            number("id"),
            key("kind"),
            key("about", leaves=2),
            key("state"),
            number("attempts", leaves=1),
            wrapped("error"),
        ),
        [(j.id, j.kind.value, j.payload, j.state.value, j.attempts, j.error) for j in found],
    )


@queue.command("retry", epilog="Example: minutebook queue retry --all")
@click.argument("job", type=click.IntRange(1, MOST), required=False)
@click.option("--all", "every", is_flag=True, help="Retry every failed and dead job.")
@engine_command
async def retry(engine: Engine, job: int | None, every: bool) -> None:
    """Queue a failed or dead JOB again."""
    if every:
        number = await engine.queue.retry_all()
        say(f"Queued again: {plural(number, 'job')}.")
    elif job is not None:
        again = await engine.queue.retry(job)
        say(f"Job {again.id} is {again.state.value}.")
    else:
        raise UsageError("Which job?", hint="Give its id from `minutebook queue list`, or --all.")


def _took(time: timedelta) -> str:
    """Write how long something took, to the second."""
    return str(timedelta(seconds=round(time.total_seconds())))
