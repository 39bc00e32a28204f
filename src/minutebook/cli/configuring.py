"""`config`: see, write and check the settings."""

from __future__ import annotations

from pathlib import Path

import click

from minutebook.cli.columns import key, wrapped
from minutebook.cli.exits import Exit
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import (
    home_of,
    home_option,
    json_option,
    set_option,
    settings_of,
    writable_home_of,
)
from minutebook.cli.output import print_json, print_table, print_text
from minutebook.config import entries, validate, write_default
from minutebook.config.prices import price_problems


@click.group(cls=Family)
def config() -> None:
    """See, write and check the settings."""


@config.command("show", epilog="Example: minutebook config show --json")
@home_option
@set_option
@json_option
def show(home: Path | None, flags: tuple[str, ...], as_json: bool) -> None:
    """List every setting: its value, who set it, and what it means."""
    found = entries(settings_of(home_of(home), flags))
    if as_json:
        print_json(
            [
                {"key": e.key, "value": e.value, "origin": e.origin.value, "meaning": e.meaning}
                for e in found
            ]
        )
        return
    print_table(
        (key("setting"), wrapped("value"), key("set by"), wrapped("meaning", leaves=1)),
        [(e.key, e.value, e.origin.value, e.meaning) for e in found],
    )


@config.command("path", epilog="Example: $EDITOR $(minutebook config path)")
@home_option
@json_option
def path(home: Path | None, as_json: bool) -> None:
    """Print where the settings file is, or would be."""
    place = home_of(home).config_file
    if as_json:
        print_json({"path": str(place), "exists": place.is_file()})
    else:
        print_text(str(place))


@config.command("init", epilog="Example: minutebook config init")
@home_option
def init(home: Path | None) -> None:
    """Write a settings file with every default and its meaning."""
    place = writable_home_of(home)
    place.ensure()
    write_default(place)
    say(f"Written: {place.config_file}")


@config.command("validate", epilog="Example: minutebook config validate draft.toml")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@home_option
@json_option
def check(file: Path | None, home: Path | None, as_json: bool) -> int:
    """Check a settings FILE, or the one that is used and the prices.toml beside it."""
    wanted = file or home_of(home).config_file
    problems = [*validate(wanted), *([] if file else price_problems(home_of(home).prices_file))]
    if as_json:
        found = [{"place": problem.place, "message": problem.message} for problem in problems]
        print_json({"path": str(wanted), "valid": not problems, "problems": found})
    else:
        for problem in problems:
            say(str(problem))
        if not problems:
            say(f"{wanted} is fine.")
    return Exit.USAGE if problems else Exit.DONE
