"""The settings as a table, derived once from the dataclasses.

Types and rules come from the annotations, meanings from the docstrings in the source, which are
read only when somebody wants to see them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from minutebook.config import rules, settings
from minutebook.config.rules import Rule
from minutebook.config.settings import Provider, Settings

if TYPE_CHECKING:
    import ast

_LIKE_ENOUGH = 0.6
_NOT_SECTIONS = frozenset({"providers", "origins"})
PROVIDERS = "providers"
"""The one table whose keys are tables again: `providers.NAME.key`."""
PROVIDER_NAME = re.compile(r"[a-z][a-z0-9-]*(_[a-z0-9-]+)*")
PROVIDER_NAME_RULE = (
    "The name of a provider is made of small letters, digits, - and single _; offline is taken."
)
PREFIX = "MINUTEBOOK_"
_TYPE_WORDS: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple: "a list of texts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key of one section."""

    section: str
    name: str
    kind: type
    """bool, int, float, str, tuple (of texts), or a StrEnum."""
    rule: Rule | None
    default: Any

    @property
    def key(self) -> str:
        """`section.name`, as flags and people write it."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"{PREFIX}{self.key.replace('.', '__')}".upper()

    @property
    def allowed(self) -> str:
        """What it may be; completes "it must be …"."""
        if issubclass(self.kind, StrEnum):
            *names, last = [f'"{member}"' for member in self.kind]
            return f"{', '.join(names)} or {last}"
        words = _TYPE_WORDS[self.kind]
        if self.rule is None:
            return words
        return f"{words} {self.rule.allowed}" if self.kind in {int, float} else self.rule.allowed


@cache
def sections() -> Mapping[str, type]:
    """Return the section dataclasses by name, in the order of the file."""
    hints = get_type_hints(Settings)
    return MappingProxyType(
        {f.name: hints[f.name] for f in fields(Settings) if f.name not in _NOT_SECTIONS}
    )


@cache
def schema() -> Mapping[str, Setting]:
    """Return every setting by `section.name`, in the order of the file."""
    table = [
        _setting(section, field.name, _hints(kind), field.default)
        for section, kind in sections().items()
        for field in fields(kind)
    ]
    return MappingProxyType({setting.key: setting for setting in table})


def provider_settings(name: str) -> Mapping[str, Setting]:
    """Return the settings of a provider by `providers.NAME.key`; none for a name it cannot have."""
    if not PROVIDER_NAME.fullmatch(name) or name == "offline":
        return MappingProxyType({})
    section, hints = f"{PROVIDERS}.{name}", _hints(Provider)
    table = [_setting(section, field.name, hints, field.default) for field in fields(Provider)]
    return MappingProxyType({setting.key: setting for setting in table})


def find(names: Sequence[str]) -> Setting | None:
    """Return the setting with a dotted name, given in its parts; None when there is none."""
    key = ".".join(names)
    if len(names) == 3 and names[0] == PROVIDERS:
        return provider_settings(names[1]).get(key)
    return schema().get(key) if len(names) == 2 else None


def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind, localns=vars(rules), include_extras=True)


def _setting(section: str, name: str, hints: Mapping[str, Any], default: Any) -> Setting:
    kind, *rules = get_args(hints[name]) if _is_annotated(hints[name]) else (hints[name],)
    return Setting(
        section=section,
        name=name,
        kind=get_origin(kind) or kind,
        rule=rules[0] if rules else None,
        default=default,
    )


def _is_annotated(hint: Any) -> bool:
    return hasattr(hint, "__metadata__")


def nearest(section: str, name: str) -> Setting | None:
    """Return the setting that a wrong name was probably meant for.

    The name weighs more than the section, so that a key in the wrong section is found as well.
    """
    from difflib import SequenceMatcher

    whole = f"{section}_{name}"  # a variable may lack its section: MINUTEBOOK_POLL_SECONDS

    def likeness(setting: Setting) -> float:
        if setting.name == whole:
            return 1.0
        same_name = SequenceMatcher(None, setting.name, name).ratio()
        return 0.75 * same_name + 0.25 * SequenceMatcher(None, setting.section, section).ratio()

    own = provider_settings(section.removeprefix(f"{PROVIDERS}."))
    candidates = own if section.startswith(f"{PROVIDERS}.") and own else schema()
    best = max(candidates.values(), key=likeness)
    return best if likeness(best) >= _LIKE_ENOUGH else None


@cache
def meanings() -> Mapping[str, str]:
    """Return the docstring of every section and of every `section.name`.

    Python keeps no docstrings of fields, so they are read from the source. Empty when a packager
    left the source out.
    """
    found: dict[str, str] = {}
    for section, kind in sections().items():
        found |= _docstrings(section, kind)
    return MappingProxyType(found)


def provider_meanings() -> Mapping[str, str]:
    """Return the docstring of `providers`, and of `providers.key` for every key of a provider."""
    return MappingProxyType(_docstrings(PROVIDERS, Provider))


def _docstrings(section: str, kind: type) -> dict[str, str]:
    import ast

    node = _classes().get(kind.__name__)
    if node is None:
        return {}
    found = {section: ast.get_docstring(node) or ""}
    for line, below in zip(node.body, node.body[1:], strict=False):
        match line, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                value=ast.Constant(value=str(text))
            ):
                found[f"{section}.{name}"] = " ".join(text.split())
    return found


def _classes() -> Mapping[str, ast.ClassDef]:
    """Return the classes of the settings as their source has them; none without the source."""
    import ast
    import inspect

    try:
        module = ast.parse(inspect.getsource(settings))
    except OSError:
        return {}
    return {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
