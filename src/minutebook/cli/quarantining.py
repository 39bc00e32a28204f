"""`quarantine`: what of the logs could not be read, and why."""

from __future__ import annotations

import click

from minutebook.cli import shapes
from minutebook.cli.columns import key, wrapped
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option, limit_option
from minutebook.cli.output import day, print_json, print_table
from minutebook.engine import Engine


@click.group(cls=Family)
def quarantine() -> None:
    """See what could not be read."""


@quarantine.command("list", epilog="Example: minutebook quarantine list --json")
@limit_option(1_000)
@json_option
@engine_command
async def list_(engine: Engine, limit: int, as_json: bool) -> None:
    """List the pieces of input that could not be read, the newest first.

    Each has its file, its place there, and the reason. A file is read again when it changes; what
    can be read then leaves the quarantine.
    """
    found = await engine.library.quarantine(limit=limit)
    if as_json:
        print_json([shapes.quarantined(item) for item in found])
        return
    if not found:
        say("Nothing is in quarantine: all of what was given could be read.")
    print_table(
        (key("since", leaves=1), wrapped("file"), key("place"), wrapped("reason")),
        [(day(item.at), item.path, item.place, item.reason) for item in found],
    )
