"""Long runs of somebody's words, found again in any text.

Words are compared without case, marks of text formats and ways of composing letters; what is
written without spaces counts sign by sign. A run is six words, or all of what was said when that is
shorter and still says something: "see you then" is anybody's, "my cat is called Pim" is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

RUN = 6
"""Words."""
_LEAST_WORDS = 3
_LEAST_CHARACTERS = 14
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_SIGNS}]|[^\W_{_SIGNS}]+")
_ESCAPED = re.compile(r"\\[nrtbf\"\\/]")
"""What JSON writes for a character that is none of a word."""


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    plain = unicodedata.normalize("NFKC", _ESCAPED.sub(" ", text)).casefold()
    return _WORD.findall(plain)


class WordRuns:
    """The runs of all that somebody said."""

    def __init__(self) -> None:
        self._known: dict[int, set[int]] = {}
        """Hashes of runs by their length in words."""

    def add(self, text: str) -> None:
        """Take up what was said."""
        words = words_of(text)
        length = min(RUN, len(words))
        if length < _LEAST_WORDS or len("".join(words)) < _LEAST_CHARACTERS:
            return
        known = self._known.setdefault(length, set())
        known.update(hash(tuple(run)) for run in _runs(words, length))

    def found(self, text: str) -> Iterator[tuple[str, ...]]:
        """Yield the runs of a text that were said, in order of their length and place."""
        words = words_of(text)
        for length, known in self._known.items():
            yield from (tuple(run) for run in _runs(words, length) if hash(tuple(run)) in known)


def holds(text: str, phrase: Sequence[str]) -> bool:
    """Say whether a text has these words in a row."""
    words, length = words_of(text), len(phrase)
    return bool(length) and any(run == list(phrase) for run in _runs(words, length))


def _runs(words: Sequence[str], length: int) -> Iterator[list[str]]:
    return (list(words[n : n + length]) for n in range(len(words) - length + 1))
