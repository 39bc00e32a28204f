"""Files and folders that a command names: whether they are there.

What is not there cannot be read later either, so it is an error of who named it. Only where
something else was named too does the rest come in.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from minutebook.errors import UsageError


def missing(paths: Sequence[Path]) -> list[Path]:
    """Return those paths at which nothing is; a link that leads nowhere is something."""
    return [path for path in paths if not _is_there(path)]


def refuse_missing(paths: Sequence[Path]) -> None:
    """Raise UsageError for a path that is not there."""
    for path in missing(paths):
        raise UsageError(f"There is no file or folder {str(path)!r}.", hint="Check the spelling.")


def refuse_when_all_are_missing(paths: Sequence[Path]) -> None:
    """Raise UsageError when paths were named, and none of them is there."""
    gone = missing(paths)
    if not gone or len(gone) < len(paths):
        return
    named = ", ".join(repr(str(path)) for path in gone)
    raise UsageError(f"There is no file or folder {named}.", hint="Check the spelling.")


def _is_there(path: Path) -> bool:
    try:
        return os.path.lexists(path.expanduser())
    except RuntimeError:  # the tilde of nobody's home
        return os.path.lexists(path)
