"""Settings from flags, the environment, config.toml and the defaults, in this order of weight.

Each origin is turned into claims (a known setting, what it is said to be, and where), so that one
piece of code checks them all and every problem is reported together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from minutebook.config.credentials import REFUSAL, is_secret
from minutebook.config.file import read_config
from minutebook.config.problems import Problem, as_error
from minutebook.config.schema import PREFIX, Setting, nearest, schema, sections
from minutebook.config.settings import Origin, Settings
from minutebook.config.values import check, check_text
from minutebook.errors import ConfigError
from minutebook.paths import HOME_VARIABLE, Home

_NOTHING: Mapping[str, object] = MappingProxyType({})
_RESERVED = frozenset({HOME_VARIABLE})
# Kubernetes sets these in every pod beside a service that is called minutebook.
_FOREIGN = (f"{PREFIX}SERVICE_", f"{PREFIX}PORT")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What one origin says of one setting."""

    setting: Setting
    raw: object
    origin: Origin
    place: str


def load(
    home: Home, flags: Mapping[str, object] = _NOTHING, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings that hold: flags, then the environment, then config.toml, then defaults.

    `flags` maps `section.key` to a text or a value; None means that the flag was not given.
    Raises ConfigError that lists everything that is wrong, in all origins together.
    """
    found = [*_in_file(home.config_file), *_in_environment(environ), *_in_flags(flags)]
    judged = [_judge(item) for item in found]
    if problems := [item for item in judged if isinstance(item, Problem)]:
        raise as_error(problems)
    return _build([item for item in judged if isinstance(item, _Claim)])


def validate(path: Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with a settings file by itself; nothing when it is fine."""
    if not path.exists():
        return (Problem(place=str(path), message="There is no such file."),)
    judged = [_judge(item) for item in _in_file(path)]
    return tuple(item for item in judged if isinstance(item, Problem))


def _judge(item: _Claim | Problem) -> _Claim | Problem:
    """Return the claim with its value in place of what was written, or what is wrong with it."""
    if isinstance(item, Problem):
        return item
    try:
        if isinstance(item.raw, str) and item.origin is not Origin.FILE:
            value = check_text(item.setting, item.raw)
        else:
            value = check(item.setting, item.raw)
    except ConfigError as error:
        return Problem(place=item.place, message=str(error))
    return replace(item, raw=value)


def _build(claims: Sequence[_Claim]) -> Settings:
    """Make the settings of checked claims, of which the last about a key wins."""
    last = {claim.setting.key: claim for claim in claims}
    parts: dict[str, Any] = {}
    for section, kind in sections().items():
        own = [claim for claim in last.values() if claim.setting.section == section]
        parts[section] = kind(**{claim.setting.name: claim.raw for claim in own})
    origins = {key: claim.origin for key, claim in last.items()}
    return Settings(**parts, origins=MappingProxyType(origins))


def _in_file(path: Path) -> Iterator[_Claim | Problem]:
    try:
        file = read_config(path)
    except ConfigError as error:
        yield Problem(place=str(path), message=str(error))
        return
    for names, value in _leaves(file.content):
        place = file.place(*names)
        if setting := _setting(names):
            yield _Claim(setting=setting, raw=value, origin=Origin.FILE, place=place)
        elif len(names) > 1 or names[0] not in sections():
            yield _unknown(place, names, value)
        elif value != {}:
            message = f"{names[0]} is a section: write [{names[0]}], and its keys below it."
            yield Problem(place=place, message=message)


def _leaves(
    table: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield names and values of a file, down to known keys and not much deeper than those lie."""
    for name, value in table.items():
        names = (*above, name)
        if isinstance(value, dict) and value and len(names) < 3 and not _setting(names):
            yield from _leaves(value, names)
        else:
            yield names, value


def _setting(names: tuple[str, ...]) -> Setting | None:
    return schema().get(".".join(names)) if len(names) == 2 else None


def _unknown(place: str, names: tuple[str, ...], value: object) -> Problem:
    *above, name = names
    if is_secret(name, value):
        return Problem(place=place, message=REFUSAL)
    message = f"There is no setting {_printable('.'.join(names))}."
    if meant := nearest(above[0] if above else "", name):
        return Problem(place=place, message=f"{message} Did you mean {meant.key}?")
    return Problem(place=place, message=f"{message} {_known(names[0])}")


def _in_environment(environ: Mapping[str, str]) -> Iterator[_Claim | Problem]:
    known = {setting.variable: setting for setting in schema().values()}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in _RESERVED:
            continue
        if setting := known.get(variable):
            yield _Claim(
                setting=setting,
                raw=environ[variable],
                origin=Origin.ENVIRONMENT,
                place=f"{variable} in the environment",
            )
        elif not variable.startswith(_FOREIGN):
            yield _unknown_variable(variable, environ[variable])


def _unknown_variable(variable: str, value: str) -> Problem:
    place = f"{_printable(variable)} in the environment"
    rest = variable.removeprefix(PREFIX).lower()
    if is_secret(rest, value):
        return Problem(place=place, message=REFUSAL)
    section, _, name = rest.partition("__" if "__" in rest else "_")
    if meant := nearest(section, name) or nearest("", rest):
        message = f"There is no such setting. Did you mean {meant.variable}?"
    else:
        message = f"There is no such setting; they are named {PREFIX}SECTION__KEY."
    return Problem(place=place, message=message)


def _in_flags(flags: Mapping[str, object]) -> Iterator[_Claim | Problem]:
    for key, value in flags.items():
        if value is None:
            continue
        place = f"flag {_printable(key)}"
        if setting := schema().get(key):
            yield _Claim(setting=setting, raw=value, origin=Origin.FLAG, place=place)
        else:
            yield _unknown(place, tuple(key.split(".")), value)


def _known(section: str) -> str:
    names = [setting.name for setting in schema().values() if setting.section == section]
    if names:
        return f"[{section}] has {', '.join(names)}."
    return f"The sections are {', '.join(sections())}."


def _printable(name: str) -> str:
    return name if name.isprintable() else repr(name)
