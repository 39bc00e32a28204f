"""Styles: how a document is written, as data.

A style is a Markdown file: the first paragraph describes it to people, the rest is put behind the
scribe's instructions. Three ship in this folder; a file of the same form in the user's folder adds
one, or takes the place of one that ships. Files are read when they are wanted, so that a changed
file holds from the next update on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from minutebook.domain.display import one_line, terminal_safe
from minutebook.errors import ConfigError, NotFoundError

DEFAULT = "factual"
MAX_STYLE = 8_000
"""The longest style, in characters: it is sent with every call."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_END = ".md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A way to write."""

    name: str
    description: str
    """One line for people."""
    instructions: str
    """What the model is told."""
    is_own: bool = False
    """Whether it is the user's, not one that ships."""


def names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of all styles, in order."""
    shipped = {file.name.removesuffix(_END) for file in files(__name__).iterdir() if _is(file.name)}
    return tuple(sorted(shipped | {path.stem for path in _own(folder)}))


def every(folder: Path | None = None) -> tuple[Style, ...]:
    """Return all styles, in order of their names. Raises ConfigError."""
    return tuple(get(name, folder) for name in names(folder))


def get(name: str, folder: Path | None = None) -> Style:
    """Return a style by its name: the user's own first.

    Raises NotFoundError, naming the nearest, and ConfigError for a file that cannot be used.
    """
    for path in _own(folder):
        if path.stem == name:
            return _read(name, _text(path), str(path), is_own=True)
    if name not in names():
        raise NotFoundError("style", name, hint=_guess(name, names(folder)))
    text = (files(__name__) / f"{name}{_END}").read_text("utf-8")
    return _read(name, text, name, is_own=False)


def _own(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(path for path in folder.glob(f"*{_END}") if _is(path.name))


def _is(name: str) -> bool:
    return name.endswith(_END) and bool(_NAME.fullmatch(name.removesuffix(_END)))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"The style {path} is not UTF-8 text: byte {error.start}.") from error
    except OSError as error:
        raise ConfigError(f"The style {path} cannot be read: {error.strerror or error}.") from error


def _read(name: str, text: str, place: str, *, is_own: bool) -> Style:
    description, _, instructions = terminal_safe(text).strip().partition("\n\n")
    if not instructions.strip():
        raise ConfigError(
            f"The style {place} has no instructions.",
            hint="Write a line that describes it, an empty line, and the instructions.",
        )
    if len(instructions) > MAX_STYLE:
        raise ConfigError(
            f"The style {place} has {len(instructions):,} characters.",
            hint=f"Shorten it to {MAX_STYLE:,}: it is sent with every update.",
        )
    return Style(
        name=name,
        description=one_line(description.lstrip("# ")),
        instructions=instructions.strip(),
        is_own=is_own,
    )


def _guess(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name.casefold(), known, 1, 0.5)
    guess = f"Did you mean {close[0]!r}? " if close else ""
    return f"{guess}There are {', '.join(known)}."
