"""How a watched folder is read: the options of `watch add` and `watch set`, and their words."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import click

from minutebook.domain.watched import FolderSettings, SettingsChange

Command = TypeVar("Command", bound=Any)
T = TypeVar("T")

_OPTIONS = (
    click.option(
        "--include",
        multiple=True,
        metavar="GLOB",
        help="Read only files that fit, instead of those of `sources.include`; may be repeated."
        " A glob without a slash fits a name. With one it fits the path from the folder on: *"
        " stays within a name, ** stands for any folders, as in 'work/**/*.txt'.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Leave out files that fit, and all in folders that fit, also when they are included;"
        " beside `sources.exclude` and our own home, which stay out. May be repeated.",
    ),
    click.option("--zone", metavar="ZONE", help="Time zone of logs that name none."),
    click.option("--format", "format_", metavar="NAME", help="Read all files as this format."),
    click.option(
        "--title",
        metavar="PATTERN",
        help="What conversations that come in are called: text with {title} (what their log says),"
        " {file}, {folder}, {date} (their first day) and {format}.",
    ),
    click.option(
        "--scribe/--no-scribe",
        default=None,
        help="Whether documents are told what comes in. Turned on later, they are told what came"
        " in meanwhile.",
    ),
)


def folder_options(command: Command) -> Command:
    """Let a command say how a folder is read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def with_change(work: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    """Hand what was typed to a command as one `change`; an empty text takes a setting back."""

    @functools.wraps(work)
    def command(
        *args: object,
        include: tuple[str, ...],
        exclude: tuple[str, ...],
        format_: str | None,
        zone: str | None,
        title: str | None,
        scribe: bool | None,
        **others: object,
    ) -> Awaitable[T]:
        change = SettingsChange(
            include=_globs(include),
            exclude=_globs(exclude),
            zone=zone,
            format=format_,
            title=title,
            scribe=scribe,
        )
        return work(*args, change=change, **others)

    return command


def _globs(typed: tuple[str, ...]) -> tuple[str, ...] | None:
    if typed == ("",):
        return ()
    return typed or None


def described(settings: FolderSettings) -> str:
    """Return what is not as usual, in words; empty when all is."""
    return ", ".join(_words(settings))


def _words(settings: FolderSettings) -> Iterator[str]:
    if settings.include:
        yield f"only {' '.join(settings.include)}"
    if settings.exclude:
        yield f"not {' '.join(settings.exclude)}"
    if settings.zone:
        yield f"zone {settings.zone}"
    if settings.format:
        yield f"as {settings.format}"
    if settings.title:
        yield f"titled {settings.title!r}"
    if not settings.scribe:
        yield "scribe off"
