"""The settings as a table, derived once from the dataclasses.

Types and rules come from the annotations, meanings from the docstrings in the source, which are
read only when somebody wants to see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

from minutebook.config import rules, settings
from minutebook.config.rules import Rule
from minutebook.config.settings import Settings

_LIKE_ENOUGH = 0.6
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
        return f"{PREFIX}{self.section}__{self.name}".upper()

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
        {f.name: hints[f.name] for f in fields(Settings) if f.name != "origins"}
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

    def likeness(setting: Setting) -> float:
        same_name = SequenceMatcher(None, setting.name, name).ratio()
        return 0.75 * same_name + 0.25 * SequenceMatcher(None, setting.section, section).ratio()

    best = max(schema().values(), key=likeness)
    return best if likeness(best) >= _LIKE_ENOUGH else None


@cache
def meanings() -> Mapping[str, str]:
    """Return the docstring of every section and of every `section.name`.

    Python keeps no docstrings of fields, so they are read from the source. Empty when a packager
    left the source out.
    """
    import ast
    import inspect

    try:
        module = ast.parse(inspect.getsource(settings))
    except OSError:
        return MappingProxyType({})
    classes = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    found: dict[str, str] = {}
    for section, kind in sections().items():
        node = classes[kind.__name__]
        found[section] = ast.get_docstring(node) or ""
        for line, below in zip(node.body, node.body[1:], strict=False):
            match line, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                    value=ast.Constant(value=str(text))
                ):
                    found[f"{section}.{name}"] = text
    return MappingProxyType(found)
