"""What of the logs a command is to read: options that `import` has, and what they mean."""

from __future__ import annotations

from typing import Any, TypeVar

import click

from minutebook.cli.moments import moment_of
from minutebook.config import resolve_zone
from minutebook.engine import Choice, Engine

Command = TypeVar("Command", bound=Any)

_OPTIONS = (
    click.option(
        "--format",
        "format_",
        default="",
        metavar="NAME",
        help="Read all files as this format, whatever they look like. A wrong name lists them.",
    ),
    click.option(
        "--zone",
        default="",
        metavar="ZONE",
        help="Time zone of logs that name none. What is not said goes by the watched folder that a"
        " file lies in, and by the settings.",
    ),
    click.option(
        "--title",
        default="",
        metavar="PATTERN",
        help="What new conversations are called: text with {title}, {file}, {folder}, {date} and"
        " {format}.",
    ),
    click.option(
        "--since",
        default="",
        metavar="DATE",
        help="Only turns of this day or moment and later. One without a time goes with the turn"
        " before it, or else with the time of its file.",
    ),
    click.option(
        "--only",
        multiple=True,
        metavar="PATTERN",
        help="Only what fits: a file by its name or path, or a conversation by its title or id."
        " With *, ? and [...], case aside; may be repeated.",
    ),
)


def choice_options(command: Command) -> Command:
    """Let a command say what is wanted."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def choice_of(
    engine: Engine, format_: str, zone: str, title: str, since: str, only: tuple[str, ...]
) -> Choice:
    """Return what was typed as a choice. Raises UsageError."""
    own = resolve_zone(engine.settings.sources.zone)
    at = moment_of(since, own).replace(second=0, microsecond=0) if since else None
    return Choice(format=format_, zone=zone, title=title, since=at, only=only)
