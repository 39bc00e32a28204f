"""`watch`: which files and folders are read as they grow. Every engine that runs obeys."""

from __future__ import annotations

import os
from pathlib import Path

import click

from minutebook.cli import shapes
from minutebook.cli.columns import key, wrapped
from minutebook.cli.families import Family
from minutebook.cli.folder_options import described, folder_options, with_change
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option
from minutebook.cli.output import minute, print_json, print_table
from minutebook.domain.watched import SettingsChange
from minutebook.engine import Engine
from minutebook.errors import UsageError


@click.group(cls=Family)
def watch() -> None:
    """See and change what is watched; a workbench or worker that runs takes it up at once."""


@watch.command("list", epilog="Example: minutebook watch list --json")
@json_option
@engine_command
async def list_(engine: Engine, as_json: bool) -> None:
    """List what is watched, by path."""
    found = await engine.watching.paths()
    if as_json:
        print_json([shapes.watched(one, exists=_exists(one.path)) for one in found])
        return
    if not found:
        say("Nothing is watched yet. `minutebook watch add PATH` begins.")
    print_table(
        (key("path"), key("since", leaves=1), key("there"), wrapped("read", leaves=2)),
        [
            (
                one.path,
                minute(one.added_at),
                "yes" if _exists(one.path) else "no",
                described(one.settings) or "as usual",
            )
            for one in found
        ],
    )


@watch.command("add", epilog="Example: minutebook watch add ~/chats --exclude 'drafts/**'")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@folder_options
@engine_command
@with_change
async def add(engine: Engine, paths: tuple[Path, ...], change: SettingsChange) -> None:
    """Watch files and folders from now on. They may come later than this.

    Of folders that lie in each other the innermost decides how what is in it is read.
    """
    new = await engine.watching.add(paths, change)
    for path in new:
        later = "" if _exists(path) else ". It is not there yet, and is read when it is"
        say(f"Watching {path}{later}.")
    if not new and change.is_empty:
        say("Nothing new: all of it is watched already.")
    elif len(new) < len(paths) and not change.is_empty:
        say("What was watched already is read so from now on.")


@watch.command("set", epilog="Example: minutebook watch set ~/chats --zone Europe/Berlin")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@folder_options
@engine_command
@with_change
async def set_(engine: Engine, paths: tuple[Path, ...], change: SettingsChange) -> None:
    """Change how what lies in watched paths is read; what is not named stays as it is.

    An empty text, as in --zone '', takes a setting back. It holds for what comes in from now on,
    and for files that were left out until now; files that are read as another format are read anew.
    """
    if change.is_empty:
        raise UsageError("Nothing is to be changed.", hint="`watch set --help` lists what can be.")
    for one in await engine.watching.set(paths, change):
        say(f"{one.path} is read {described(one.settings) or 'as usual'}.")


@watch.command("stop", epilog="Example: minutebook watch stop ~/chats")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@engine_command
async def stop(engine: Engine, paths: tuple[Path, ...]) -> None:
    """Watch these no more. What came in from them stays in the record."""
    await engine.watching.remove(paths)
    for path in paths:
        say(f"No longer watching {path}; what came in stays.")


def _exists(path: str | Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - this never raises
