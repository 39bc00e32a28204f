"""A text as patterns read it: every digit, space, quote and dash of Unicode in its plain form.

Logs are full of no-break spaces, typographic quotes, digits of other scripts and marks that nobody
sees; a value is the same value with any of them. Places in the folded text lead back to the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from minutebook.domain.privacy import Kind

MASK = "\0"
"""Stands for each character of what is hidden already."""
PLACEHOLDERS = (
    re.compile(rf"\[(?:{'|'.join(Kind)}) [0-9a-f]{{8}}\]"),
    re.compile(r"Person [0-9a-f]{8}"),
)
"""What stands for values, and for people."""

_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_DASHES = "\u2010-\u2015\u2212\ufe58\ufe63"
_DOUBLE, _SINGLE = "\u201c-\u201f\u2033\u00ab\u00bb", "\u2018-\u201b\u2032\u2039\u203a"
_FULL_WIDTH = "\uff01-\uff5e"
_OTHER_FORMS = re.compile(f"[{_SPACES}{_DASHES}{_DOUBLE}{_SINGLE}{_FULL_WIDTH}]")
_ZEROS = (
    *(0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50),
    *(0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0),
    *(0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xAA50, 0xABF0),
    *(0x104A0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6),
)
"""The zeros of scripts; behind each stand the other nine digits."""
_OTHER_DIGITS = re.compile(f"[{''.join(f'{chr(zero)}-{chr(zero + 9)}' for zero in _ZEROS)}]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_FULL_WIDTH_SHIFT = 0xFEE0
_PLAIN = (
    (re.compile(f"[{_SPACES}]"), " "),
    (re.compile(f"[{_DASHES}]"), "-"),
    (re.compile(f"[{_DOUBLE}]"), '"'),
    (re.compile(f"[{_SINGLE}]"), "'"),
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and where its characters stand in the text."""

    text: str
    places: Sequence[int] | None = None
    """None where they stand at the same places."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the text of what lies from `start` to `end`, which is not empty."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def folded(text: str) -> Folded:
    """Return a text as patterns read it, with what is hidden already masked."""
    masked = text
    for placeholder in PLACEHOLDERS:
        masked = placeholder.sub(_mask, masked)
    if masked.isascii():
        return Folded(masked)
    plain = _OTHER_DIGITS.sub(lambda found: str(unicodedata.decimal(found[0])), masked)
    plain = _OTHER_FORMS.sub(lambda found: _plain(found[0]), plain)
    if _UNSEEN.search(plain) is None:
        return Folded(plain)
    places = [at for at, character in enumerate(plain) if not _UNSEEN.match(character)]
    return Folded("".join([plain[at] for at in places]), places)


def _mask(found: re.Match[str]) -> str:
    return MASK * len(found[0])


def _plain(character: str) -> str:
    for pattern, plain in _PLAIN:
        if pattern.match(character):
            return plain
    return chr(ord(character) - _FULL_WIDTH_SHIFT)
