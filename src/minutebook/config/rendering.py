"""Settings written out: as a commented config.toml, and one by one for showing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from minutebook.config.schema import (
    PROVIDERS,
    Setting,
    meanings,
    provider_meanings,
    provider_settings,
    schema,
    sections,
)
from minutebook.config.settings import Origin, Settings
from minutebook.paths import Home, create_private

_WIDTH = 96
_EXAMPLE = {"base_url": "http://localhost:11434/v1"}
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
    """Return every setting in the order of the file; those of providers that are listed, last."""
    plain = [
        _entry(
            setting, getattr(getattr(settings, setting.section), setting.name), settings, meanings()
        )
        for setting in schema().values()
    ]
    return (*plain, *_provider_entries(settings))


def _provider_entries(settings: Settings) -> Iterator[Entry]:
    said = provider_meanings() if settings.providers else {}
    for name, provider in settings.providers.items():
        for setting in provider_settings(name).values():
            meaning = said.get(f"{PROVIDERS}.{setting.name}", "")
            value = getattr(provider, setting.name)
            yield _entry(setting, value, settings, {setting.key: meaning})


def _entry(
    setting: Setting, value: object, settings: Settings, meanings: Mapping[str, str]
) -> Entry:
    return Entry(
        key=setting.key,
        variable=setting.variable,
        value=_plain(value),
        origin=settings.origin(setting.key),
        allowed=setting.allowed,
        meaning=" ".join(meanings.get(setting.key, "").split()),
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
        if section == "models":
            blocks.append(_provider_example())
    return "\n".join(blocks)


def _provider_example() -> str:
    """Return a server of models as a comment: there may be none, and there may be many."""
    meaning = provider_meanings()
    lines = [_comment(meaning.get(PROVIDERS, "")), "# [providers.local]\n"]
    for setting in provider_settings("local").values():
        said = meaning.get(f"{PROVIDERS}.{setting.name}", "")
        value = _EXAMPLE.get(setting.name, setting.default)
        lines.append(_comment(f"{said} It must be {setting.allowed}."))
        lines.append(f"# {setting.name} = {to_toml(_plain(value))}\n")
    return "".join(lines)


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
