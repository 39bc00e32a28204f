"""Cut a line out of a turn around what was found, and mark it.

Our own, and bounded: the full-text index would look at every word of a turn that may be a whole
book, for each of many hits. The line is where most different terms stand together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from minutebook.recall.stemming import WORD, stem

HIT_START, HIT_END = "\x02", "\x03"
"""Stand around the words that were found."""

_LOOKED_AT = 200_000
_MARKS = 400
_BEFORE, _LENGTH = 60, 180
_STEM = 4
"""So many letters of a word must be the same for its stem to be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A word that was found."""

    start: int
    end: int
    word: str
    """The word of the terms that it is a form of."""


def snippet(text: str, terms: Sequence[str]) -> str:
    """Return a line of a text around the best place; its beginning when no term is there."""
    seen = text[:_LOOKED_AT].replace(HIT_START, " ").replace(HIT_END, " ")
    marks = _marks(seen, terms)
    start = _start(seen, _best(marks))
    end = min(len(seen), start + _LENGTH)
    before = "…" if start else ""
    behind = "…" if end < len(text) else ""
    return f"{before}{_marked(seen, start, end, marks)}{behind}"


def found_in(text: str, terms: Sequence[str]) -> tuple[str, ...]:
    """Return the words of some terms that a text has, in the order of the terms."""
    seen = {mark.word for mark in _marks(text[:_LOOKED_AT], terms)}
    return tuple(word for word in _words(terms) if word in seen)


def _words(terms: Sequence[str]) -> list[str]:
    """Return the words of terms, each once; with a star, where any end of one will do."""
    words: dict[str, None] = {}
    for term in terms:
        parts = WORD.findall(term)
        if parts and term.endswith("*"):
            parts[-1] = f"{parts[-1]}*"
        words |= dict.fromkeys(parts)
    return list(words)


def _marks(text: str, terms: Sequence[str]) -> list[_Mark]:
    wanted = _words(terms)
    if not wanted:
        return []
    longest_first = sorted(wanted, key=len, reverse=True)
    pattern = re.compile("|".join(map(_beginning, longest_first)), re.IGNORECASE)
    by_stem = {stem(word): word for word in reversed(wanted) if not word.endswith("*")}
    found = (_mark(match, by_stem, longest_first) for match in pattern.finditer(text))
    return list(islice((mark for mark in found if mark), _MARKS))


def _mark(match: re.Match[str], by_stem: dict[str, str], words: Sequence[str]) -> _Mark | None:
    there = match[0]
    word = by_stem.get(stem(there)) or next((w for w in words if _is_begun(there, w)), None)
    return None if word is None else _Mark(start=match.start(), end=match.end(), word=word)


def _is_begun(there: str, word: str) -> bool:
    """Whether it is any word that begins so, or stands in a script without spaces."""
    if word.endswith("*"):
        return there.casefold().startswith(word[:-1].casefold())
    return not word.isascii() and there.casefold() == word.casefold()


def _beginning(word: str) -> str:
    """Return the pattern of words that may have the same stem."""
    bare = word.removesuffix("*")
    root = bare if len(bare) <= _STEM or bare != word else bare[: max(_STEM, len(bare) - 3)]
    # Scripts without spaces have no borders between words.
    return rf"\b{re.escape(root)}\w*" if bare.isascii() else re.escape(bare)


def _best(marks: Sequence[_Mark]) -> int:
    """Return where the line with most different words begins; the first of equals."""
    best, most = (marks[0].start if marks else 0), 0
    for number, mark in enumerate(marks):
        inside = {mark.word}
        for other in marks[number + 1 :]:
            if other.end > mark.start + _LENGTH - _BEFORE:
                break
            inside.add(other.word)
        if len(inside) > most:
            best, most = mark.start, len(inside)
    return best


def _start(text: str, hit: int) -> int:
    """Return where a line around a place begins: at a word, a little before it."""
    if hit <= _BEFORE:
        return 0
    space = text.find(" ", hit - _BEFORE, hit)
    return hit - _BEFORE if space < 0 else space + 1


def _marked(text: str, start: int, end: int, marks: Sequence[_Mark]) -> str:
    line, done = [], start
    for mark in marks:
        if mark.start >= done and mark.end <= end:
            line += [text[done : mark.start], HIT_START, text[mark.start : mark.end], HIT_END]
            done = mark.end
    return "".join([*line, text[done:end]])
