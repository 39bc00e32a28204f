"""One setting written into config.toml, with every other line left as the person wrote it.

The file is changed by lines, because a TOML writer would drop comments. Whether the right line was
changed is not left to the search for it: the new text is parsed, and kept only if it says what the
old one said but for this one setting.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from minutebook.config.file import ConfigFile, read_config
from minutebook.errors import ConfigError
from minutebook.paths import create_private

_VALUE = r"""("[^"]*"|'[^']*'|[^#\s]+)"""


def write_setting(path: Path, section: str, name: str, value: str | bool) -> None:
    """Set a text, or a yes or no, in a settings file, which is made if there is none.

    Raises ConfigError when the file is no TOML, cannot be written, or says it in a way that is not
    understood here, such as an inline table; then it stays as it is.
    """
    place = path.resolve()
    file = read_config(place)
    expected = _with(file.content, section, name, value)
    text = _changed(file, section, name, f"{json.dumps(value)}")
    try:
        is_right = tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        hint = f'Write {name} = "{value}" under [{section}] yourself.'
        raise ConfigError(f"{file.place(section, name)} cannot be changed from here.", hint=hint)
    _replace(place, text)


def _with(content: Any, section: str, name: str, value: str | bool) -> dict[str, Any]:
    """Return the settings with one changed."""
    part = content.get(section, {})
    return {**content, section: {**(part if isinstance(part, dict) else {}), name: value}}


def _changed(file: ConfigFile, section: str, name: str, value: str) -> str:
    lines = file.text.split("\n")
    part = file.content.get(section)
    if isinstance(part, dict) and name in part:
        number = file.line(section, name)
        lines[number - 1] = _with_value(lines[number - 1], value)
    elif (number := _header(lines, section)) > 0:
        lines.insert(number, f"{name} = {value}")
    else:
        above = [""] if file.text.strip() else []
        lines = [*_stripped(lines), *above, f"[{section}]", f"{name} = {value}", ""]
    return "\n".join(lines)


def _with_value(line: str, value: str) -> str:
    """Return a line that sets a key with another value; a comment behind it stays."""
    return re.sub(rf"(=\s*){_VALUE}", lambda found: found[1] + value, line, count=1)


def _header(lines: list[str], section: str) -> int:
    """Return the number of the line that opens a section; 0 when there is none."""
    header = re.compile(rf"\s*\[\s*{re.escape(section)}\s*\]\s*(#.*)?$")
    return next((number for number, line in enumerate(lines, 1) if header.match(line)), 0)


def _stripped(lines: list[str]) -> list[str]:
    """Return lines without the blank ones at their end."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def _replace(path: Path, text: str) -> None:
    """Put a file in the place of another, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    create_private(fresh, text.encode())
    try:
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        reason = error.strerror or error
        raise ConfigError(f"{path} cannot be written: {reason}.") from error
