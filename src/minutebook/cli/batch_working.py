"""`batches work`: a worker for summaries alone, which watches and imports nothing."""

from __future__ import annotations

from pathlib import Path

import click

from minutebook.cli.options import home_option, set_option, settings_of, writable_home_of
from minutebook.config import BatchMode
from minutebook.domain.jobs import JobKind
from minutebook.errors import UsageError

_KINDS = (JobKind.SUMMARISE, JobKind.ASK, JobKind.DISPATCH, JobKind.BATCH)


@click.command("work", epilog="Example: minutebook batches work --once --wait --mode batch")
@click.option("--once", is_flag=True, help="Do what can be done now, then exit.")
@click.option("--wait", is_flag=True, help="With --once: stay for batches in flight.")
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in BatchMode]),
    help="How pages go to their model in this run. [batches.mode]",
)
@click.option("--log-json", is_flag=True, help="Narrate in JSON lines.")
@click.option("--verbose", is_flag=True, help="Tell of every job that is done.")
@home_option
@set_option
def work(
    once: bool,
    wait: bool,
    mode: str | None,
    log_json: bool,
    verbose: bool,
    home: Path | None,
    flags: tuple[str, ...],
) -> int:
    """Summarise pages and see batches through, until stopped; nothing is watched or imported.

    Several workers may share a home: each batch is held by one at a time. SIGTERM and SIGINT let
    running work end; a second one stops at once.
    """
    if wait and not once:
        raise UsageError("--wait goes with --once.", hint="Without --once it stays anyway.")
    place = writable_home_of(home)
    settings = settings_of(place, (*flags, f"batches.mode={mode}") if mode else flags)
    from minutebook.cli.headless import Run, run_engine

    run_ = Run(once=once, wait=wait, as_json=log_json, is_verbose=verbose, kinds=_KINDS)
    return run_engine(place, settings, run_)
