"""From what a person types to a full-text expression. No input is a syntax error.

Words are looked up by their stem, all of them; `"quoted words"` must stand together; `-word` must
not be there; `word*` is the beginning of a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from minutebook.llm import extractive

_PIECE = re.compile(r'(-?)"([^"]*)"?|(\S+)')
# As the index cuts them: letters and digits, with accents that are characters of their own. A term
# without any would be a phrase of no words, which nothing matches.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
# Scripts that are written without spaces between words.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for."""

    wanted: tuple[str, ...]
    """Phrases and words, as FTS5 terms."""
    unwanted: tuple[str, ...] = ()
    text: str = ""
    """The words as they were typed, without quotes and signs."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
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
        return self._without(" AND ".join(self.wanted))

    def any_of_them(self) -> str:
        """Return the expression for turns with at least one term."""
        return self._without(" OR ".join(self.wanted))

    def _without(self, expression: str) -> str:
        if not self.unwanted:
            return expression
        return f"({expression}) NOT ({' OR '.join(self.unwanted)})"


def parse(text: str) -> Query:
    """Read what a person typed."""
    wanted: list[str] = []
    unwanted: list[str] = []
    said: list[str] = []
    for minus, phrase, bare in _PIECE.findall(text.replace("\x00", " ")):
        is_unwanted = bool(minus) or (bare.startswith("-") and len(bare) > 1)
        term = _term(phrase or bare)
        if term:
            (unwanted if is_unwanted else wanted).append(term)
            if not is_unwanted:
                said.append(phrase or bare)
    return Query(
        wanted=tuple(dict.fromkeys(wanted)),
        unwanted=tuple(dict.fromkeys(unwanted)),
        text=" ".join(said),
    )


def question(text: str, limit: int = 24) -> Query:
    """Read a whole sentence: its words, each by itself, without those that every sentence has."""
    words = list(dict.fromkeys(_WORD.findall(text.casefold())))
    telling = [word for word in words if word not in extractive.function_words()] or words
    long_enough = [word for word in telling if len(word) > 2 or not word.isascii()] or telling
    return Query(wanted=tuple(f'"{word}"' for word in long_enough[:limit]), text=text)


def _term(piece: str) -> str:
    words = _WORD.findall(piece)
    if not words:
        return ""
    prefix = "*" if piece.endswith("*") else ""
    return f'"{" ".join(words)}"{prefix}'
