"""From what a person types to full-text expressions and filters. No input is a syntax error.

Words are looked up by their stem, all of them; `"quoted words"` must stand together; `-word` must
not be there; `wo*` is the beginning of a word, of two letters at least; `author:ana` and its like
say where to look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from itertools import pairwise

from minutebook.llm import extractive
from minutebook.recall import filters
from minutebook.recall.filters import ALL, Filters
from minutebook.recall.stemming import WORD, stem

_PIECE = re.compile(r'(?:([A-Za-z]+):(?:"([^"]*)"?|([^\s"]+)))(?=\s|$)|(-?)"([^"]*)"?|(\S+)')
# Scripts that are written without spaces between words.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_SAID = 4_000
"""Characters in which names are looked for."""
_ENDS = ".!?:\u2026"
_TERMS = 64
"""So many terms are looked up: more are a page that was pasted by mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for."""

    wanted: tuple[str, ...]
    """Phrases and words, as FTS5 terms."""
    unwanted: tuple[str, ...] = ()
    text: str = ""
    """The words as they were typed, without quotes and signs."""
    filters: Filters = ALL

    @property
    def is_empty(self) -> bool:
        """Whether no words are looked for."""
        return not self.wanted

    @property
    def is_unspaced(self) -> bool:
        """Whether it is in a script whose words an index of words cannot find."""
        return _UNSPACED.search(self.text) is not None

    @property
    def is_loosened(self) -> bool:
        """Whether turns with some of the words may be shown too: never where a phrase is wanted."""
        return len(self.wanted) > 1 and not any(" " in term for term in self.wanted)

    def all_of_them(self) -> str:
        """Return the expression for turns with every term."""
        return self.without(" AND ".join(self.wanted))

    def any_of_them(self) -> str:
        """Return the expression for turns with at least one term."""
        return self.without(" OR ".join(self.wanted))

    def without(self, expression: str) -> str:
        """Return an expression that leaves out what is not wanted."""
        if not self.unwanted:
            return expression
        return f"({expression}) NOT ({' OR '.join(self.unwanted)})"

    def instead(self, other: dict[str, str]) -> Query:
        """Return the same with other terms in the place of some."""
        wanted = tuple(dict.fromkeys(other.get(term, term) for term in self.wanted))
        return replace(self, wanted=wanted)


def parse(text: str, zone: tzinfo = UTC) -> Query:
    """Read what a person typed; dates are in a zone."""
    wanted: list[str] = []
    unwanted: list[str] = []
    said: list[str] = []
    held = ALL
    for name, quoted, value, minus, phrase, bare in _PIECE.findall(text.replace("\x00", " ")):
        more = filters.read(name, quoted or value, zone) if name else None
        if more is not None:
            held = held.and_(more)
            continue
        words = f"{name}:{quoted or value}" if name else phrase or bare
        is_unwanted = bool(minus) or (bare.startswith("-") and len(bare) > 1)
        term = _term(words)
        if term:
            (unwanted if is_unwanted else wanted).append(term)
            if not is_unwanted:
                said.append(words)
    return Query(
        wanted=tuple(dict.fromkeys(wanted))[:_TERMS],
        unwanted=tuple(dict.fromkeys(unwanted)),
        text=" ".join(said),
        filters=held,
    )


def is_telling(text: str) -> bool:
    """Say whether a text has any word that not every sentence has."""
    words = WORD.findall(text[:_SAID].casefold())
    return any(word not in extractive.function_words() for word in words)


def names(text: str) -> frozenset[str]:
    """Return the words of a sentence that look like names: capitalised within it, or with digits.

    They are folded as the terms of a question are.
    """
    pieces = text[:_SAID].split()
    inside = (word for before, word in pairwise(pieces) if before[-1] not in _ENDS)
    named = {each for piece in inside for each in WORD.findall(piece) if each[0].isupper()}
    numbers = {each for piece in pieces for each in WORD.findall(piece) if _has_digit(each)}
    found = {word.casefold() for word in named | numbers if len(word) > 2}
    return frozenset(found - extractive.function_words())


def question(text: str, limit: int = 24) -> Query:
    """Read a whole sentence: its words, each by itself, without those that every sentence has."""
    words = list(dict.fromkeys(WORD.findall(text.casefold())))
    telling = [word for word in words if word not in extractive.function_words()] or words
    long_enough = [word for word in telling if len(word) > 2 or not word.isascii()] or telling
    once: dict[str, str] = {}
    for word in long_enough:
        once.setdefault(stem(word), word)
    return Query(wanted=tuple(f'"{word}"' for word in list(once.values())[:limit]), text=text)


def _has_digit(word: str) -> bool:
    return any(char.isdigit() for char in word)


def _term(piece: str) -> str:
    words = WORD.findall(piece)
    if not words:
        return ""
    # Of one letter nearly every turn has a word, and the index would walk them all.
    is_open = piece.endswith("*") and (len(words[-1]) > 1 or not words[-1].isascii())
    prefix = "*" if is_open else ""
    return f'"{" ".join(words)}"{prefix}'
