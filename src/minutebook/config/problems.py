"""What is wrong with the settings, all of it at once, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minutebook.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong."""

    place: str
    """A file with its line, a variable of the environment, or a flag; for people."""
    message: str
    """What is wrong and what is allowed, as sentences. Never holds an API key."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def as_error(problems: Sequence[Problem], what: str = "settings") -> ConfigError:
    """Make one error of one or more problems with things that are called `what`."""
    if len(problems) == 1:
        return ConfigError(str(problems[0]))
    lines = "".join(f"\n  {problem}" for problem in problems)
    return ConfigError(f"{len(problems)} {what} are wrong:{lines}")
