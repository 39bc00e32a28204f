"""What a document says already, and whether a new sentence adds to it.

A sentence adds nothing when one told text holds nearly all its content words. Words alone are not
enough: "the ferry leaves on the 5th" corrects "the ferry leaves on the 4th", and "we do not go"
takes back "we go". So a figure, a name or a negation that the told text lacks always adds.
"""

from __future__ import annotations

from collections.abc import Sequence

from minutebook.llm.extractive.lexicon import lexicon
from minutebook.llm.extractive.plain import plain_text
from minutebook.llm.extractive.reading import Line
from minutebook.llm.extractive.words import is_mark, terms, tokens

ADDS_NOTHING = 0.75
"""The share of a sentence's terms that one told text holds when the sentence repeats it."""
MAX_TOLD = 200_000
"""The most that is read of the told texts, in characters; the newest, which come last, are kept."""


class Told:
    """The texts that were told, indexed by term."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words: list[frozenset[str]] = []
        self._index: dict[str, list[int]] = {}
        left = MAX_TOLD
        for text in reversed(texts):
            for line in plain_text(text).split("\n"):
                if left > 0:
                    self._add(line)
                left -= len(line)

    def is_added_to_by(self, line: Line) -> bool:
        """Return whether a line says something that no single told text says."""
        held: dict[int, int] = {}
        for term in line.terms:
            for number in self._index.get(term, ()):
                held[number] = held.get(number, 0) + 1
        telling = _telling(line)
        enough = ADDS_NOTHING * len(line.terms)
        return not any(
            count >= enough and telling <= self._words[number] for number, count in held.items()
        )

    def _add(self, text: str) -> None:
        folded = [token.casefold() for token in tokens(text)]
        number = len(self._words)
        self._words.append(frozenset(folded))
        found = terms(dict.fromkeys(folded), frozenset())
        for term in dict.fromkeys(term for word in found.values() for term in word):
            self._index.setdefault(term, []).append(number)


def _telling(line: Line) -> frozenset[str]:
    """Return the words that make a sentence new on their own: figures, names, negations."""
    negations = lexicon().negations
    return frozenset(
        folded
        for at, token in enumerate(line.tokens)
        if not is_mark(token)
        and (
            (folded := token.casefold()) in negations
            or any(char.isdigit() for char in token)
            or (at > 0 and token[:1].isupper() and folded != "i")
        )
    )
