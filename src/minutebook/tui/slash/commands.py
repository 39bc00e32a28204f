"""What a command is: a name, a line of help, what its argument can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

from minutebook.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from minutebook.tui.slash.scene import Scene


class Kind(StrEnum):
    """What can stand behind a command; choices of it are offered while it is typed."""

    NOTHING = "nothing"
    TEXT = "text"
    MODEL = "model"
    PAGE = "page"
    HELD = "held"
    """A page that was brought back."""
    STYLE = "style"
    FILE = "file"
    SCRIBE = "scribe"
    SNAPSHOT = "snapshot"
    """A verb of `/snapshot`, and behind it one."""
    THEN = "then"
    """A snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command."""

    name: str
    help: str
    """One line."""
    run: Callable[[Scene, str], Awaitable[None]] = field(repr=False)
    usage: str = ""
    """What stands behind the name, as `[NAME]`; empty when nothing does."""
    kind: Kind = Kind.NOTHING

    @property
    def title(self) -> str:
        """The command as one types it."""
        return f"/{self.name} {self.usage}".rstrip()


def find(commands: Mapping[str, Command], name: str) -> Command:
    """Return a command by its name. Raises UsageError, naming the nearest."""
    if name in commands:
        return commands[name]
    close = get_close_matches(name, commands, 1, 0.5) or _begun(commands, name)
    guess = f"Did you mean /{close[0]}? " if close else ""
    raise UsageError(
        f"There is no command /{name}.",
        hint=f"{guess}Type // to say something that begins with a slash.",
    )


def _begun(commands: Mapping[str, Command], name: str) -> Sequence[str]:
    return [each for each in commands if each.startswith(name)]
