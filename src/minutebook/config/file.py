"""config.toml: read, and every key in it found again with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minutebook.errors import ConfigError

_HEADER = r"\s*\[\[?\s*([^\[\]#]+?)\s*\]\]?\s*(#.*)?$"
_KEY = r"\s*([^=#\[]+?)\s*="


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """A settings file as it was read."""

    path: Path
    text: str
    content: Mapping[str, Any]
    """What TOML makes of the text: sections of keys, when all is well."""

    def place(self, *names: str) -> str:
        """Say where a key or section stands, for people: the file, and the line if it is found."""
        line = self.line(*names)
        return f"{self.path}, line {line}" if line else str(self.path)

    def line(self, *names: str) -> int:
        """Return the line that sets a key, or else opens its section; 0 when none is found."""
        return _line_of(self.text, names) or 0


def read_config(path: Path) -> ConfigFile:
    """Read a settings file; one that does not exist is empty.

    Raises ConfigError when it cannot be read or is not TOML, with line and column; the message
    is meant to stand behind the path.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return ConfigFile(path=path, text="", content={})
    except UnicodeDecodeError as error:
        raise ConfigError(f"Not UTF-8 text: byte {error.start} is wrong.") from error
    except OSError as error:
        raise ConfigError(f"Cannot be read: {error.strerror or error}.") from error
    return ConfigFile(path=path, text=text, content=_parse(text))


def _parse(text: str) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"Not valid TOML: {error}.") from error
    except RecursionError as error:
        raise ConfigError("Not usable: its values are nested too deeply.") from error


def _line_of(text: str, names: tuple[str, ...]) -> int | None:
    """Return the number of the line that sets a dotted name, or else of a line that opens it."""
    lines = text.split("\n")
    for length in range(len(names), 0, -1):
        for number in _lines_naming(lines, names[:length]):
            if _is_statement(lines, number):
                return number
    return None


def _lines_naming(lines: list[str], names: tuple[str, ...]) -> Iterator[int]:
    section: tuple[str, ...] = ()
    for number, line in enumerate(lines, start=1):
        if header := re.match(_HEADER, line):
            section = _split(header[1])
            named = section
        elif key := re.match(_KEY, line):
            named = section + _split(key[1])
        else:
            continue
        if named[: len(names)] == names:
            yield number


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _is_statement(lines: list[str], number: int) -> bool:
    """Tell a key from a look-alike inside a long text: what comes before a key is whole TOML."""
    import tomllib

    try:
        tomllib.loads("\n".join(lines[: number - 1]))
    except tomllib.TOMLDecodeError:
        return False
    return True
