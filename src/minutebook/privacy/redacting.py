"""Values in a text become placeholders, each the same wherever the value is the same.

A placeholder is made of the value as it is written, to the letter, so that it is turned back into
nothing else. It depends on nothing around it: a prompt that begins as it did goes on doing so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from minutebook.domain.privacy import Kind
from minutebook.privacy.finding.patterns import find
from minutebook.privacy.keys import Key

DIGITS = 8
"""Hexadecimal digits of a mark: among 10,000 values, two share one in 1 of 86 homes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A text in which values are hidden."""

    text: str
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What stands for each placeholder in the text that was hidden here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redactor:
    """Hides values of some kinds."""

    key: Callable[[], Key]
    """Finds the key when it is first needed."""
    kinds: Collection[Kind] = frozenset(Kind)

    def hide(self, text: str) -> Hidden:
        """Return a text with its values hidden; the text itself where there are none.

        What it returns has nothing more to hide.
        """
        values: dict[str, str] = {}
        shown = text
        while self.kinds and (found := find(shown, self.kinds)):
            pieces, at = [], 0
            for finding in found:
                value = shown[finding.start : finding.end]
                placeholder = self.placeholder(finding.kind, value)
                values[placeholder] = value
                pieces += [shown[at : finding.start], placeholder]
                at = finding.end
            shown = "".join([*pieces, shown[at:]])
        return Hidden(text=shown, values=values) if values else Hidden(text=text)

    def placeholder(self, kind: Kind, value: str) -> str:
        """Return what stands for a value, such as `[e-mail 3f2a9c1d]`."""
        return f"[{kind.value} {self.key().mark(kind.value, value)[:DIGITS]}]"
