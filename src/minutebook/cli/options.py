"""Options that many commands share, and how a command gets its engine."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from minutebook.cli.logbook import keep_log
from minutebook.config import Settings, load
from minutebook.errors import ConfigError, UsageError
from minutebook.paths import Home, find_home

P = ParamSpec("P")
T = TypeVar("T")

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, readable=False),  # what cannot be read, we tell better
    metavar="DIR",
    help="Keep everything in this folder. [MINUTEBOOK_HOME, else the platform's data folder]",
)
set_option = click.option(
    "--set",
    "flags",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    help="Change a setting for this run, such as models.chat=offline.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
MOST = 1_000_000_000
"""The largest number that is taken for a limit or a revision."""


def limit_option(default: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return the option that bounds a list."""
    return click.option(
        "--limit",
        type=click.IntRange(1, MOST),
        metavar="N",
        default=default,
        show_default=True,
        help="Show at most so many.",
    )


def engine_command(work: Callable[..., Awaitable[T]]) -> Callable[..., T]:
    """Make a command of a coroutine that takes an engine first: opens it, runs, closes.

    Adds `--home` and `--set`.
    """

    @home_option
    @set_option
    @functools.wraps(work)
    def command(home: Path | None, flags: tuple[str, ...], **options: object) -> T:
        async def run() -> T:
            from minutebook.engine import open_engine

            place = writable_home_of(home)
            typed = {name: _as_text(value) for name, value in options.items()}
            async with open_engine(place, settings_of(place, flags)) as engine:
                with keep_log(place):
                    return await work(engine, **typed)

        return asyncio.run(run())

    return command


def _as_text(value: object) -> object:
    """Return what was typed without bytes that are no text; paths stay as they are."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return tuple(map(_as_text, value)) if isinstance(value, tuple) else value


def home_of(folder: Path | None) -> Home:
    """Return the home. Raises ConfigError when a file is in its place, or it is closed to us."""
    home = find_home(folder)
    if os.path.exists(home.data) and not os.path.isdir(home.data):  # noqa: PTH110, PTH112 - these never raise
        raise ConfigError(
            f"The home {str(home.data)!r} is not a folder.",
            hint="Name a folder with --home or MINUTEBOOK_HOME.",
        )
    _refuse(home, os.R_OK | os.X_OK, "be read")
    return home


def writable_home_of(folder: Path | None) -> Home:
    """Return the home, for what writes to it. Raises ConfigError, also when that is not allowed."""
    home = home_of(folder)
    _refuse(home, os.W_OK, "be written to")
    return home


def _refuse(home: Home, mode: int, what: str) -> None:
    """Raise ConfigError when there is a home and it denies us something."""
    if os.path.isdir(home.data) and not os.access(home.data, mode):  # noqa: PTH112 - never raises
        raise ConfigError(
            f"The home {str(home.data)!r} cannot {what} by you.",
            hint="Have its owner allow it, or name another folder with --home or MINUTEBOOK_HOME.",
        )


def settings_of(home: Home, flags: tuple[str, ...]) -> Settings:
    """Return the settings that hold. Raises ConfigError and UsageError."""
    return load(home, parsed_flags(flags))


def parsed_flags(flags: tuple[str, ...]) -> dict[str, str]:
    """Split `section.key=value`. Raises UsageError."""
    parsed = {}
    for flag in flags:
        key, equals, value = flag.partition("=")
        if not equals:
            raise UsageError(f"--set {flag!r} has no value.", hint="Write SECTION.KEY=VALUE.")
        parsed[key.strip()] = value.strip()
    return parsed
