"""Sentence splitting for text as people type it in chats.

A border is a mark at the end of a word, unless it belongs to an abbreviation, an initial, an
ordinal or a trailing-off ellipsis. Capital letters are not asked for: many people do not use them
and many scripts have none. Decimals, addresses and file names have no space after their dots, so
they are never cut there. What has no marks at all is cut at `MAX_SENTENCE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from minutebook.llm.extractive.lexicon import lexicon
from minutebook.llm.extractive.plain import Block, blocks, clean
from minutebook.llm.extractive.values import Passage, Sentence

MAX_SENTENCE = 320
"""The longest sentence, in characters."""

_ENDS = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’»)\]]{0,3}(?=\s)"
    r"|[。！？｡]+[」』）”’\"]{0,3}"
    r"|[؟۔।॥։።။។]+(?=\s)"
)
_LONGEST_ABBREVIATION = 16
_OPENING = "([\"'“‘«„"
_SOFT_CUTS = ("; ", ", ", "，", "、", "；", " – ", " - ")


def split(passages: Sequence[Passage]) -> list[Sentence]:
    """Return the sentences of all passages, in order, with their positions."""
    found: list[Sentence] = []
    for number, passage in enumerate(passages):
        for block in blocks(clean(passage.text)):
            for text in split_text(block.text):
                found.append(_sentence(passage, number, block, text, len(found)))
    return found


def split_text(text: str) -> list[str]:
    """Return the sentences of one line of plain text; each is a substring of it, none is empty."""
    found: list[str] = []
    start = 0
    for match in _ENDS.finditer(text):
        if _is_border(text, match):
            _add(found, text[start : match.end()].strip())
            start = match.end()
    _add(found, text[start:].strip())
    return found


def _add(found: list[str], text: str) -> None:
    if len(text) > MAX_SENTENCE:
        found.extend(_pieces(text))
    elif text:
        found.append(text)


def _sentence(passage: Passage, number: int, block: Block, text: str, position: int) -> Sentence:
    return Sentence(
        source=passage.source,
        speaker=passage.speaker,
        text=text,
        position=position,
        passage=number,
        kind=block.kind,
        by_person=passage.by_person,
    )


def _is_border(text: str, match: re.Match[str]) -> bool:
    mark = match[0]
    if mark[0] not in ".!?…":
        return True
    following = text[match.end() + 1 : match.end() + 2]
    if not following:
        return True
    if following.islower() and (mark[-1] not in ".!?…" or mark.startswith(("…", ".."))):
        return False
    return mark[0] != "." or mark.startswith("..") or _ends_word(text, match, following)


def _ends_word(text: str, match: re.Match[str], following: str) -> bool:
    """Decide for a single full stop, by the word that it follows."""
    before = text[max(0, match.start() - _LONGEST_ABBREVIATION) : match.start()]
    word = before.rpartition(" ")[2].lstrip(_OPENING).casefold()
    lists = lexicon()
    if word in lists.hard_abbreviations:
        return False
    if word in lists.soft_abbreviations or "." in word[:-1]:
        return following.isupper()
    if word.isdigit() and len(word) <= 2:
        return not following.islower() and _next_word(text, match.end()) not in lists.months
    return not (len(word) == 1 and word.isalpha() and word != "i" and following.isupper())


def _next_word(text: str, start: int) -> str:
    return text[start : start + 24].split(maxsplit=1)[0].rstrip(".,").casefold()


def _pieces(text: str) -> Iterator[str]:
    """Yield a text that is too long in pieces."""
    while len(text) > MAX_SENTENCE:
        end = _cut(text)
        yield text[:end].strip()
        text = text[end:].lstrip()
    if text:
        yield text


def _cut(text: str) -> int:
    """Return where to cut a text that is too long: at a pause, else at a space, else anywhere."""
    pause = max(
        text.rfind(mark, MAX_SENTENCE // 2, MAX_SENTENCE) + len(mark) for mark in _SOFT_CUTS
    )
    if pause > MAX_SENTENCE // 2:
        return pause
    space = text.rfind(" ", 1, MAX_SENTENCE)
    return space if space > 0 else MAX_SENTENCE
