"""The stems of words, as the index makes them: Porter's algorithm, and letters without accents.

Ours, because the index tells which turns have a word and not how often or where; that is counted in
the few turns that may be the best. What the index folds and cuts, this folds and cuts alike.
Source: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
"""As the index cuts them: letters and digits, with accents that are characters of their own."""

_APART = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
"""What cuts ASCII, three times as fast as the pattern."""
_SHORTEST, _LONGEST = 3, 64
"""Bytes of the words that are cut: shorter ones and longer ones are left as they are."""
_KEPT = 200_000
_Endings = Mapping[str, Sequence[tuple[str, str]]]
"""By their last two letters: what they are replaced by. Few words have any of those."""


def _by_end(endings: Iterable[tuple[str, str]]) -> _Endings:
    groups: dict[str, list[tuple[str, str]]] = {}
    for ending, other in endings:
        groups.setdefault(ending[-2:], []).append((ending, other))
    return groups


_PLURALS = ("sses", "ies")
_STEP_2 = _by_end((
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("logi", "log"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
    ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
    ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
    ("iviti", "ive"), ("biliti", "ble"),
))  # fmt: skip
_STEP_3 = _by_end((
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"),
    ("ful", ""), ("ness", ""),
))  # fmt: skip
_STEP_4 = _by_end((ending, ending[0] if ending in {"sion", "tion"} else "") for ending in (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "sion",
    "tion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
))  # fmt: skip


class _Stems(dict[str, str]):
    """Stems by word; it forgets them all when there are too many."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        self[word] = stem = _cut(_fold(word))
        return stem


_stems = _Stems()


def stem(word: str) -> str:
    """Return what the index has for a word."""
    return _stems[word]


def stems(text: str) -> list[str]:
    """Return the stems of a text, in order."""
    words = text.translate(_APART).split() if text.isascii() else WORD.findall(text)
    return list(map(_stems.__getitem__, words))


@lru_cache(4_096)
def name_stems(name: str) -> frozenset[str]:
    """Return the stems of a name or a title."""
    return frozenset(stems(name))


def _fold(word: str) -> str:
    folded = word.lower()
    if folded.isascii():
        return folded
    apart = unicodedata.normalize("NFD", folded)
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)


def _cut(word: str) -> str:
    if not _SHORTEST <= len(word.encode("utf-8", "replace")) <= _LONGEST:
        return word
    for step in (_plural, _past, _ending_in_y):
        word = step(word)
    word = _replaced(word, _STEP_2)
    word = _replaced(word, _STEP_3)
    return _tidied(_stripped(word))


def _shape(word: str) -> str:
    """Return a word as consonants `c` and vowels `v`; `y` behind a consonant is a vowel."""
    shape: list[str] = []
    for letter in word:
        is_vowel = letter in "aeiou" or (letter == "y" and bool(shape) and shape[-1] == "c")
        shape.append("v" if is_vowel else "c")
    return "".join(shape)


def _measure(word: str) -> int:
    """Return how many times vowels are followed by consonants."""
    return len(re.findall("v+c+", _shape(word)))


def _has_vowel(word: str) -> bool:
    return "v" in _shape(word)


def _is_short(word: str) -> bool:
    """Whether it ends consonant, vowel, consonant, and the last is not w, x or y."""
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"


def _plural(word: str) -> str:
    if word.endswith(_PLURALS) and word not in _PLURALS:
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed") and word != "eed":
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for ending in ("ed", "ing"):
        if word.endswith(ending) and _has_vowel(word[: -len(ending)]):
            return _mended(word[: -len(ending)])
    return word


def _mended(word: str) -> str:
    if word.endswith(("at", "bl", "iz")):
        return f"{word}e"
    is_double = len(word) > 1 and word[-1] == word[-2] and _shape(word)[-1] == "c"
    if is_double:
        return word if word[-1] in "lsz" else word[:-1]
    return f"{word}e" if _measure(word) == 1 and _is_short(word) else word


def _ending_in_y(word: str) -> str:
    return f"{word[:-1]}i" if word.endswith("y") and _has_vowel(word[:-1]) else word


def _replaced(word: str, endings: _Endings) -> str:
    for ending, other in endings.get(word[-2:], ()):
        if word.endswith(ending):
            left = word[: -len(ending)]
            return f"{left}{other}" if _measure(left) > 0 else word
    return word


def _stripped(word: str) -> str:
    for ending, kept in _STEP_4.get(word[-2:], ()):
        if word.endswith(ending):
            left = word[: -len(ending)] + kept
            return left if _measure(left) > 1 else word
    return word


def _tidied(word: str) -> str:
    if word.endswith("e"):
        left, measure = word[:-1], _measure(word[:-1])
        if measure > 1 or (measure == 1 and not _is_short(left)):
            word = left
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
