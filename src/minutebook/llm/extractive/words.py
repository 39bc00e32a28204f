"""Words and the terms they count as.

A word is what a reader would call one, in any script; a term is what two forms of one word share.
There is no stemmer for every language, so forms are brought together by case folding, by dropping
an elided article or a possessive, one plural `s` and a weak vowel, and by cutting at `_STEM`
letters (truncation is a good stemmer across languages: McNamee & Mayfield, Character n-gram
tokenization, 2004). Scripts written without spaces are read as overlapping pairs of characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_STEM = 6
_WEAK_ENDING = "iey"
"""Letters that come and go at the end of a word: ferry, ferries; movie, movies."""
_LONGEST = 64
"""A longer word is a key, a hash or noise, and says nothing."""

# Python's \w leaves out vowel signs and other marks that spell words in many scripts.
_LETTER = r"\w\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963"
_LETTER += r"\u0966-\u0dff\u0e00-\u0fff\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u200c\u200d"
_TOKEN = re.compile(rf"[{_LETTER}]++(?:['’.-][{_LETTER}]++)*+(?:\+\+|\#(?!\w))?|[^\w\s]")
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
    r"\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
_HIRAGANA = re.compile(r"[\u3040-\u309f]+")
_PARTICLES = frozenset("的了吗呢吧啊着们嗎們就也都很我你他她它这那這")
_DIGIT = re.compile(r"\d")
_URL = re.compile(r"https?://(?:www\.)?([^\s/<>()\[\]]{1,100})[^\s<>()\[\]]{0,500}")
_MARK = re.compile(r"[^\w\s]")


def tokens(text: str) -> list[str]:
    """Return words as written, and single marks between them, in order; of a URL, its host."""
    if "://" in text:
        text = _URL.sub(r" \1 ", text)
    if not text.isascii():
        text = _UNSPACED_RUN.sub(r" \g<0> ", text).replace("’", "'")
    return _TOKEN.findall(text)


def is_mark(token: str) -> bool:
    """Return whether a token is punctuation, a symbol or an emoji."""
    return len(token) == 1 and not token.isalnum() and _MARK.match(token) is not None


def is_unspaced(word: str) -> bool:
    """Return whether a word belongs to a script that is written without spaces."""
    return not word.isascii() and _UNSPACED_RUN.match(word) is not None


def term(word: str) -> str:
    """Return what a folded word counts as; empty when it counts as nothing."""
    word = word.strip("_-.'")
    if not word.isalpha():
        if "'" in word:
            head, _, tail = word.partition("'")
            word = tail if len(head) <= 2 else head
        if _DIGIT.search(word):
            return word[:_LONGEST]
    if not 1 < len(word) <= _LONGEST:
        return ""
    if len(word) <= 3:
        return word
    if word[-1] == "s" and word[-2] != "s":
        word = word[:-1]
    return word[:_STEM].rstrip(_WEAK_ENDING) or word[:_STEM]


def pairs(word: str) -> list[str]:
    """Return the overlapping character pairs of a word in an unspaced script.

    Pairs that are only grammar are left out: those with a Chinese particle, and all-hiragana ones.
    """
    if len(word) == 1:
        return [] if word in _PARTICLES or _HIRAGANA.match(word) else [word]
    found = (word[at : at + 2] for at in range(len(word) - 1))
    return [p for p in found if not (_PARTICLES & set(p)) and not _HIRAGANA.fullmatch(p)]


def terms(words: Iterable[str], stopwords: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return the terms of each folded word; none for stop words and marks."""
    return {word: _terms(word, stopwords) for word in words}


def _terms(word: str, stopwords: frozenset[str]) -> tuple[str, ...]:
    if word in stopwords or is_mark(word):
        return ()
    if is_unspaced(word):
        return tuple(pairs(word[: _LONGEST * 4]))
    found = term(word)
    return (found,) if found and found not in stopwords else ()
