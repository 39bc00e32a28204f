"""Whether what was typed is a command, and which.

A command is one word behind a slash at the very start. Two slashes are one that is meant; a path
such as `/etc/hosts` is no word; and several lines that were pasted are text, whatever they begin
with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMAND = re.compile(r"/(?P<name>[A-Za-z][A-Za-z-]*)(?P<gap>\s+|\Z)")
_ESCAPED = "//"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the composer."""

    text: str
    is_pasted: bool = False
    """Whether it begins with several lines that were pasted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something for the model."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A command, known or not."""

    name: str
    """In small letters, without the slash."""
    argument: str = ""


def parse(typed: Typed) -> Said | Called:
    """Return what was meant."""
    text = typed.text
    if text.startswith(_ESCAPED):
        return Said(text=text[1:])
    found = None if typed.is_pasted else _COMMAND.match(text)
    if found is None:
        return Said(text=text)
    return Called(name=found["name"].lower(), argument=text[found.end() :].strip())
