"""Named SQL statements, read once from the `.sql` files of a dialect.

In a file, `-- name: append` begins the statement `turns.append` when the file is `turns.sql`; the
comment lines right after it say what it is for.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def load(dialect: str) -> dict[str, str]:
    """Return every statement of a dialect by its full name."""
    statements: dict[str, str] = {}
    folder = files("minutebook.store") / dialect / "statements"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            statements.update(split(file.name.removesuffix(".sql"), file.read_text("utf-8")))
    return statements


def split(noun: str, text: str) -> dict[str, str]:
    """Return the statements of one file by their full names."""
    pieces = _NAME.split(text)[1:]
    return {
        f"{noun}.{name}": body.strip() for name, body in zip(pieces[::2], pieces[1::2], strict=True)
    }
