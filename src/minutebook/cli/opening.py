"""`open`, which is what `minutebook` does without a command: the workbench, or the engine alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from minutebook.cli.named import refuse_missing, refuse_when_all_are_missing
from minutebook.cli.options import home_option, set_option, settings_of, writable_home_of
from minutebook.errors import UsageError


@click.command("open", epilog="Examples: minutebook ~/chats    minutebook --no-ui --once ~/chats")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, readable=False))
@click.option("--no-ui", is_flag=True, help="Run the engine alone, until stopped.")
@click.option("--once", is_flag=True, help="With --no-ui: do what can be done now, then exit.")
@click.option("--wait", is_flag=True, help="With --once: stay for batches in flight.")
@click.option("--log-json", is_flag=True, help="With --no-ui: narrate in JSON lines.")
@click.option("--verbose", is_flag=True, help="With --no-ui: tell of every job that is done.")
@home_option
@set_option
def open_(
    paths: tuple[Path, ...],
    no_ui: bool,
    once: bool,
    wait: bool,
    log_json: bool,
    verbose: bool,
    home: Path | None,
    flags: tuple[str, ...],
) -> int:
    """Open the workbench; the PATHS are watched, and what is written to them comes in.

    With --no-ui the same engine imports, watches and works without a screen. SIGTERM and SIGINT
    let running work end; a second one stops at once.
    """
    if (once or wait or log_json or verbose) and not no_ui:
        raise UsageError(
            "--once, --wait, --log-json and --verbose go with --no-ui.", hint="Add --no-ui."
        )
    place = writable_home_of(home)
    settings = settings_of(place, flags)
    if not no_ui:
        _refuse_without_terminal()
        refuse_missing(paths)
        from minutebook.tui.app import run

        return run(place, settings, paths)
    if once:
        refuse_when_all_are_missing(paths)
    from minutebook.cli.headless import Run, run_engine

    run_ = Run(paths=paths, once=once, wait=wait, as_json=log_json, is_verbose=verbose)
    return run_engine(place, settings, run_)


def _refuse_without_terminal() -> None:
    """Raise UsageError where nobody could see or use the workbench."""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    if not is_terminal:
        raise UsageError(
            "The workbench needs a terminal, and this is none.",
            hint="Use --no-ui for the engine alone, or a command: minutebook --help.",
        )
