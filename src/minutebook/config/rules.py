"""What a value may be, beyond its type: a test, and the words for what passes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from minutebook.config.zone import is_zone, nearest_zone
from minutebook.domain.privacy import Kind

_MODEL_NAME = r"offline|[a-z][a-z0-9_-]*:[!-~]{1,200}"
_THEME_NAME = r"[a-z0-9][a-z0-9_-]{0,63}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition on a value that already has the right type."""

    allowed: str
    """Completes "it must be …"; for numbers it follows the name of the type."""
    allows: Callable[[Any], bool]
    nearest: Callable[[str], str | None] = lambda _value: None
    """Finds what was probably meant by a text that is not allowed."""


def between(least: float, most: float) -> Rule:
    """Allow numbers from `least` to `most`, both included; NaN is neither."""
    return Rule(
        allowed=f"from {least:.12g} to {most:.12g}",
        allows=lambda value: least <= value <= most,
    )


def _are_globs(values: tuple[str, ...]) -> bool:
    return all(value.strip() and value.isprintable() for value in values)


def _are_kinds(values: tuple[str, ...]) -> bool:
    return set(values) <= set(Kind) and len(set(values)) == len(values)


def _is_address(value: str) -> bool:
    """Tell an address of a server: no user, no query, nothing that could be a secret."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and port != 0
        and value.isprintable()
        and not {"@", " "} & set(value)
        and not (parts.query or parts.fragment)
    )


MODEL = Rule(
    allowed='"offline" or provider:model, such as "anthropic:claude-haiku-5-5"',
    allows=lambda value: bool(re.fullmatch(_MODEL_NAME, value)),
)
FALLBACK = Rule(
    allowed='"" for none, or provider:model, such as "openai:gpt-5-mini"',
    allows=lambda value: not value or MODEL.allows(value),
)
ADDRESS = Rule(
    allowed='an address such as "http://localhost:11434/v1", without a user, a key or a query',
    allows=lambda value: not value or _is_address(value),
)
VARIABLE = Rule(
    allowed='the name of an environment variable, such as "LOCAL_API_KEY", or ""',
    allows=lambda value: bool(re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]{0,127})?", value)),
)
ZONE = Rule(
    allowed='a time zone such as "Europe/Berlin", or "" for the zone of this machine',
    allows=lambda value: not value or is_zone(value),
    nearest=nearest_zone,
)
THEME = Rule(
    allowed='the name of a theme in small letters, such as "minutebook-dark"',
    allows=lambda value: bool(re.fullmatch(_THEME_NAME, value)),
)
STYLE = Rule(
    allowed='the name of a style in small letters, such as "factual"',
    allows=lambda value: bool(re.fullmatch(_THEME_NAME, value)),
)
GLOBS = Rule(
    allowed='a list of file name patterns, such as ["*.jsonl", "*.txt"]', allows=_are_globs
)
KINDS = Rule(allowed=f"a list of any of {', '.join(Kind)}; [] for nothing", allows=_are_kinds)
