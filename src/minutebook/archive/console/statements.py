"""The statements of the console's process, from `console.sql`.

What is put into them are names and paths of ours, quoted; never text of the record or of a person.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)


def statement(name: str) -> str:
    """Return a statement by its name."""
    return _all()[name]


def quoted(name: str) -> str:
    """Write a name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


@cache
def _all() -> dict[str, str]:
    text = (files("minutebook.archive.console") / "console.sql").read_text("utf-8")
    pieces = _NAME.split(text)[1:]
    pairs = zip(pieces[::2], pieces[1::2], strict=True)
    return {name: _COMMENT.sub("", body).strip() for name, body in pairs}
