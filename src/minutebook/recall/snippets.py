"""Cut a line out of a turn around what was found, and mark it.

Our own, and bounded: the full-text index would look at every word of a turn that may be a whole
book, for each of many hits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HIT_START, HIT_END = "\x02", "\x03"
"""Stand around the words that were found."""

_LOOKED_AT = 200_000
_BEFORE, _LENGTH = 60, 180
_WORD = re.compile(r"\w+")
_STEM = 4
"""So many letters of a word must be the same: the index looks words up by their stems."""


def snippet(text: str, terms: Sequence[str]) -> str:
    """Return a line of a text around the first of some terms; its beginning when none is there."""
    pattern = _pattern(terms)
    seen = text[:_LOOKED_AT].replace(HIT_START, " ").replace(HIT_END, " ")
    first = pattern.search(seen) if pattern else None
    start = _start(seen, first.start() if first else 0)
    cut = seen[start : start + _LENGTH]
    marked = pattern.sub(rf"{HIT_START}\g<0>{HIT_END}", cut) if pattern else cut
    before = "…" if start else ""
    behind = "…" if start + _LENGTH < len(text) else ""
    return f"{before}{marked}{behind}"


def found_in(text: str, terms: Sequence[str]) -> tuple[str, ...]:
    """Return the words of some terms that a text has, in the order of the terms."""
    seen = text[:_LOOKED_AT]
    words = dict.fromkeys(word for term in terms for word in _WORD.findall(term))
    return tuple(w for w in words if re.search(_beginning(w), seen, re.IGNORECASE))


def _start(text: str, hit: int) -> int:
    """Return where a line around a place begins: at a word, a little before it."""
    if hit <= _BEFORE:
        return 0
    space = text.find(" ", hit - _BEFORE, hit)
    return hit - _BEFORE if space < 0 else space + 1


def _pattern(terms: Sequence[str]) -> re.Pattern[str] | None:
    words = dict.fromkeys(word for term in terms for word in _WORD.findall(term))
    if not words:
        return None
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(_beginning, longest_first)), re.IGNORECASE)


def _beginning(word: str) -> str:
    """Return the pattern of words that may have the same stem."""
    stem = word if len(word) <= _STEM else word[: max(_STEM, len(word) - 3)]
    # Scripts without spaces have no borders between words.
    return rf"\b{re.escape(stem)}\w*" if word.isascii() else re.escape(stem)
