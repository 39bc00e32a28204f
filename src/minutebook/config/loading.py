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

from minutebook.config.credentials import PRIVACY_KEY_VARIABLE, REFUSAL, is_secret
from minutebook.config.file import read_config
from minutebook.config.problems import Problem, as_error
from minutebook.config.schema import (
    PREFIX,
    PROVIDER_NAME_RULE,
    PROVIDERS,
    Setting,
    find,
    nearest,
    provider_settings,
    schema,
    sections,
)
from minutebook.config.settings import Origin, Protocol, Provider, Settings
from minutebook.config.values import check, check_text
from minutebook.errors import ConfigError
from minutebook.paths import HOME_VARIABLE, Home

_NOTHING: Mapping[str, object] = MappingProxyType({})
_RESERVED = frozenset({HOME_VARIABLE, PRIVACY_KEY_VARIABLE})
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
    claims = [item for item in judged if isinstance(item, _Claim)]
    if problems := [*_problems(judged), *_incomplete(claims)]:
        raise as_error(problems)
    return _build(claims)


def validate(path: Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with a settings file by itself; nothing when it is fine."""
    if not path.exists():
        return (Problem(place=str(path), message="There is no such file."),)
    judged = [_judge(item) for item in _in_file(path)]
    claims = [item for item in judged if isinstance(item, _Claim)]
    return (*_problems(judged), *_incomplete(claims))


def _problems(judged: Sequence[_Claim | Problem]) -> Iterator[Problem]:
    return (item for item in judged if isinstance(item, Problem))


def _incomplete(claims: Sequence[_Claim]) -> Iterator[Problem]:
    """Yield what is wrong with a provider as a whole: no address, or a protocol not its own."""
    own = {protocol.value for protocol in Protocol}
    for name, said in _providers(claims).items():
        place = next(c.place for c in claims if c.setting.section == f"{PROVIDERS}.{name}")
        if name not in own and not said.get("base_url"):
            message = f"{PROVIDERS}.{name} needs a base_url: where the server is."
            yield Problem(place=place, message=message)
        if name in own and said.get("protocol", name) != name:
            message = f"{name} speaks its own protocol. Give the server another name."
            yield Problem(place=place, message=message)


def _providers(claims: Sequence[_Claim]) -> dict[str, dict[str, Any]]:
    """Return what is said of each provider, by its name and key."""
    said: dict[str, dict[str, Any]] = {}
    for claim in claims:
        table, _, name = claim.setting.section.partition(".")
        if table == PROVIDERS:
            said.setdefault(name, {})[claim.setting.name] = claim.raw
    return said


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
    parts[PROVIDERS] = MappingProxyType(
        {name: _provider(name, said) for name, said in _providers(list(last.values())).items()}
    )
    origins = {key: claim.origin for key, claim in last.items()}
    return Settings(**parts, origins=MappingProxyType(origins))


def _provider(name: str, said: Mapping[str, Any]) -> Provider:
    own = {protocol.value: protocol for protocol in Protocol}
    return Provider(**{"protocol": own.get(name, Protocol.OPENAI), **said})


def _in_file(path: Path) -> Iterator[_Claim | Problem]:
    try:
        file = read_config(path)
    except ConfigError as error:
        yield Problem(place=str(path), message=str(error))
        return
    for names, value in _leaves(file.content):
        place = file.place(*names)
        if setting := find(names):
            yield _Claim(setting=setting, raw=value, origin=Origin.FILE, place=place)
        elif names[0] == PROVIDERS:
            yield from _wrong_provider(place, names, value)
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
        if isinstance(value, dict) and value and len(names) < 3 and not find(names):
            yield from _leaves(value, names)
        else:
            yield names, value


def _wrong_provider(place: str, names: tuple[str, ...], value: object) -> Iterator[Problem]:
    """Say what is wrong below `providers`, where a key lies one table deeper than elsewhere."""
    is_bare = len(names) == 1 or names[1] in set(Protocol)
    if len(names) > 2 or is_secret(names[-1], value):
        yield _unknown(place, names, value)
    elif value != {} or not is_bare:
        yield Problem(place=place, message=_no_server(names, value))


def _no_server(names: tuple[str, ...], value: object) -> str:
    if len(names) == 1 or not isinstance(value, dict):
        return f"{PROVIDERS} holds servers: write [{PROVIDERS}.NAME], and its keys below it."
    if not provider_settings(names[1]):
        return PROVIDER_NAME_RULE
    return f"{_printable('.'.join(names))} needs a base_url: where the server is."


def _unknown(place: str, names: tuple[str, ...], value: object) -> Problem:
    *above, name = names
    if is_secret(name, value):
        return Problem(place=place, message=REFUSAL)
    message = f"There is no setting {_printable('.'.join(names))}."
    if above[:1] == [PROVIDERS] and len(above) == 2 and not provider_settings(above[1]):
        return Problem(place=place, message=f"{message} {PROVIDER_NAME_RULE}")
    if meant := nearest(".".join(above) if above[:1] == [PROVIDERS] else "".join(above[:1]), name):
        return Problem(place=place, message=f"{message} Did you mean {meant.key}?")
    return Problem(place=place, message=f"{message} {_known(names[0])}")


def _in_environment(environ: Mapping[str, str]) -> Iterator[_Claim | Problem]:
    known = {setting.variable: setting for setting in schema().values()}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in _RESERVED:
            continue
        if setting := known.get(variable) or _provider_variable(variable):
            yield _Claim(
                setting=setting,
                raw=environ[variable],
                origin=Origin.ENVIRONMENT,
                place=f"{variable} in the environment",
            )
        elif not variable.startswith(_FOREIGN):
            yield _unknown_variable(variable, environ[variable])


def _provider_variable(variable: str) -> Setting | None:
    return find(variable.removeprefix(PREFIX).lower().split("__"))


def _unknown_variable(variable: str, value: str) -> Problem:
    place = f"{_printable(variable)} in the environment"
    rest = variable.removeprefix(PREFIX).lower()
    if is_secret(rest, value):
        return Problem(place=place, message=REFUSAL)
    section, _, name = rest.partition("__" if "__" in rest else "_")
    if section == PROVIDERS and "__" in name:
        section, name = f"{section}.{name.partition('__')[0]}", name.partition("__")[2]
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
        if setting := find(key.split(".")):
            yield _Claim(setting=setting, raw=value, origin=Origin.FLAG, place=place)
        else:
            yield _unknown(place, tuple(key.split(".")), value)


def _known(section: str) -> str:
    if section == PROVIDERS:
        keys = (setting.name for setting in provider_settings("name").values())
        return f"[{PROVIDERS}.NAME] has {', '.join(keys)}."
    names = [setting.name for setting in schema().values() if setting.section == section]
    if names:
        return f"[{section}] has {', '.join(names)}."
    return f"The sections are {', '.join((*sections(), PROVIDERS))}."


def _printable(name: str) -> str:
    return name if name.isprintable() else repr(name)
