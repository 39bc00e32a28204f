"""One value: read from what was written, checked, or refused with what is allowed instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from minutebook.config.credentials import REFUSAL, has_secret
from minutebook.config.schema import Setting
from minutebook.errors import ConfigError

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
_SHOWN = 60


def check(setting: Setting, raw: object) -> Any:
    """Return the value in the type of its setting.

    Raises ConfigError that says what is allowed; it shows the value unless it looks like a key.
    """
    if has_secret(raw):
        raise ConfigError(REFUSAL)
    try:
        value = _typed(setting.kind, raw)
        str(value).encode()
        passes = setting.rule is None or setting.rule.allows(value)
    except (TypeError, ValueError, OverflowError):  # UnicodeEncodeError is a ValueError
        passes, value = False, None
    if not passes:
        raise ConfigError(_refusal(setting, raw))
    return value


def check_text(setting: Setting, text: str) -> Any:
    """Return the value that a text from the environment or the command line stands for.

    Lists are TOML arrays or separated by commas; raises like `check`.
    """
    try:
        return check(setting, _from_text(setting.kind, text))
    except (ValueError, RecursionError):
        return check(setting, text)


def _typed(kind: type, raw: object) -> Any:
    if issubclass(kind, StrEnum) and isinstance(raw, str):
        return kind(raw)
    if kind is float and type(raw) is int:
        return float(raw)
    if kind is tuple:
        return _texts(raw)
    if type(raw) is not kind:
        raise TypeError(kind)
    return raw


def _texts(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or not all(isinstance(item, str) for item in raw):
        raise TypeError(raw)
    return tuple(raw)


def _from_text(kind: type, text: str) -> object:
    """Raises ValueError when the text cannot stand for this type."""
    reader = _READERS.get(kind)
    return reader(text) if reader else text


def _truth(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise ValueError(text)
    return text.lower() in _YES


def _list(text: str) -> object:
    if not text.lstrip().startswith("["):
        return [item for part in text.split(",") if (item := part.strip())]
    import tomllib

    return tomllib.loads(f"list = {text}")["list"]


_READERS: Mapping[type, Callable[[str], object]] = {
    bool: _truth,
    int: int,
    float: float,
    tuple: _list,
}


def _refusal(setting: Setting, raw: object) -> str:
    message = f"{setting.key} is {_shown(raw)}; it must be {setting.allowed}."
    nearest = setting.rule.nearest(raw) if setting.rule and isinstance(raw, str) else None
    return f'{message} Did you mean "{nearest}"?' if nearest else message


def _shown(raw: object) -> str:
    """Write a value for people, on one line and without control characters."""
    if isinstance(raw, dict):
        return "a section"
    if isinstance(raw, bool):
        return str(raw).lower()
    shown = repr(str(raw) if isinstance(raw, str) else raw)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
