"""Globs over files below a folder, in one small language.

Without a slash a glob fits a name: that of a file to be included, and that of a file or of any
folder above it to be excluded. With one it fits the path from the folder on: `*` and `?` stay
within a name, `**` stands for any number of folders, also none, and a slash at the end for all that
lies below. What is excluded takes all that lies below it along. Case counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache

_ANY = "**"


def includes(glob: str, parts: Sequence[str]) -> bool:
    """Say whether a glob fits a file, given by the names on its way from the folder."""
    if "/" not in glob:
        return bool(parts) and fnmatchcase(parts[-1], glob)
    return _fits(tuple(parts), _pieces(glob))


def excludes(glob: str, parts: Sequence[str]) -> bool:
    """Say whether a glob fits a file or a folder that it lies in."""
    if "/" not in glob:
        return any(fnmatchcase(part, glob) for part in parts)
    pieces = _pieces(glob)
    return any(_fits(tuple(parts[:end]), pieces) for end in range(1, len(parts) + 1))


def fault_of(glob: str) -> str:
    """Return what is wrong with a glob, and what comes next to it; empty when nothing is."""
    if not glob.strip() or not glob.isprintable():
        return "is empty, or has characters that cannot be shown. Such as: '*.txt'."
    names = glob.split("/")
    if glob.startswith(("/", "~")):
        nearest = "/".join(name for name in names if name not in {"", "~"}) or "*"
        return f"begins at the top, and globs begin at the folder. Did you mean {nearest!r}?"
    if ".." in names:
        nearest = "/".join(name for name in names if name != "..") or "*"
        return f"leads out of the folder. Did you mean {nearest!r}?"
    if any(_ANY in name and name != _ANY for name in names):
        nearest = glob.replace("**", "**/*", 1) if not glob.startswith("**/") else "**"
        return f"has '**' beside other characters, and it stands alone. Did you mean {nearest!r}?"
    if any("[" in name and "]" not in name.partition("[")[2] for name in names):
        return f"has a '[' without a ']'. Did you mean {glob.replace('[', '[[]')!r}?"
    return ""


@cache
def _pieces(glob: str) -> tuple[str, ...]:
    """Return the names of a glob; `**` behind `**` adds nothing."""
    names = glob.removeprefix("./").split("/")
    if names[-1] == "":
        names[-1] = _ANY
    kept = [name for name in names if name not in {"", "."}]
    return tuple(
        name for at, name in enumerate(kept) if name != _ANY or at == 0 or kept[at - 1] != _ANY
    )


def _fits(parts: tuple[str, ...], pieces: tuple[str, ...]) -> bool:
    """Say whether all parts fit all pieces, in time of the one times the other."""
    places = {0}
    for piece in pieces:
        if piece == _ANY:
            places = set(range(min(places), len(parts) + 1)) if places else places
        else:
            places = {at + 1 for at in places if at < len(parts) and fnmatchcase(parts[at], piece)}
    return len(parts) in places
