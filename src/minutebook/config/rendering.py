"""Settings written out: as a commented config.toml, and one by one for showing them."""

from __future__ import annotations

from dataclasses import dataclass

from minutebook.config.schema import meanings, schema, sections
from minutebook.config.settings import Origin, Settings
from minutebook.paths import Home, create_private

_WIDTH = 96
_HEAD = """\
# Settings of minutebook.
#
# Each line such as `#name = value` shows a default: take away its `#` to set another value.
# MINUTEBOOK_SECTION__NAME in the environment comes before this file, and a flag before both.
# API keys do not belong here: they come from the environment or from the system keyring.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One setting with its value, for people."""

    key: str
    """`section.name`."""
    variable: str
    """Its name in the environment."""
    value: object
    """The value itself, in plain types: bool, int, float, str or a list of str."""
    origin: Origin
    allowed: str
    meaning: str

    @property
    def toml(self) -> str:
        """The value as it is written in config.toml."""
        return to_toml(self.value)


def entries(settings: Settings) -> tuple[Entry, ...]:
    """Return every setting in the order of the file."""
    return tuple(
        Entry(
            key=key,
            variable=setting.variable,
            value=_plain(getattr(getattr(settings, setting.section), setting.name)),
            origin=settings.origin(key),
            allowed=setting.allowed,
            meaning=meanings().get(key, ""),
        )
        for key, setting in schema().items()
    )


def render_default() -> str:
    """Return a config.toml that changes nothing and explains everything."""
    blocks = [_HEAD]
    for section in sections():
        blocks.append(f"{_comment(meanings().get(section, ''))}[{section}]\n")
        blocks.extend(
            f"{_comment(entry.meaning)}{_comment(f'It must be {entry.allowed}.')}"
            f"#{entry.key.partition('.')[2]} = {entry.toml}\n"
            for entry in entries(Settings())
            if entry.key.startswith(f"{section}.")
        )
    return "\n".join(blocks)


def write_default(home: Home) -> None:
    """Write the commented config.toml into a home whose folders exist.

    Raises ConfigError when there is one already, or it cannot be written.
    """
    create_private(home.config_file, render_default().encode())


def to_toml(value: object) -> str:
    """Write a bool, number, text or sequence of texts as TOML."""
    import json

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(to_toml(item) for item in value)}]"
    if isinstance(value, str):
        # JSON's escapes are TOML's, save that TOML wants DEL escaped as well.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value).removesuffix(".0")


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value


def _comment(text: str) -> str:
    import textwrap

    lines = textwrap.wrap(" ".join(text.split()), _WIDTH)
    return "".join(f"# {line}\n" for line in lines)
