"""How much of a page is meant to last, by rules over what was said on it.

Rules look for whole words, so that "hi" is not found in "this". A page is worth what its most
telling turn is worth: a decision between two greetings is a decision. Only what people say can ask
to be remembered; a model's or a tool's words never make a page critical. Words for secrets do not
either: what holds a password is nothing to keep for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from minutebook.domain.archive import Salience
from minutebook.domain.turns import HUMAN_ROLES, Role, Turn

_RANKS = (Salience.NOISE, Salience.LOW, Salience.MEDIUM, Salience.HIGH, Salience.CRITICAL)
_LOOKED_AT = 20_000
"""Characters of a turn: the rest of a pasted file says nothing of how much it matters."""
_SHORT = 40
"""Characters: what is shorter and nothing but small talk is noise, else low."""
_WORD = re.compile(r"\w+")


def salience_of(turns: Iterable[Turn]) -> Salience:
    """Return the salience of a page from its turns, which must not be cold."""
    found = [_of_turn(turn) for turn in turns if turn.role is not Role.SYSTEM]
    return max(found, key=_RANKS.index, default=Salience.NOISE)


def _of_turn(turn: Turn) -> Salience:
    text = turn.content.text[:_LOOKED_AT].strip()
    if turn.role is Role.TOOL:
        return Salience.LOW
    if turn.role in HUMAN_ROLES and _pattern("remember").search(text):
        return Salience.CRITICAL
    if _pattern("decided").search(text):
        return Salience.HIGH
    if len(text) > _SHORT:
        return Salience.MEDIUM
    return Salience.NOISE if _is_small_talk(text) else Salience.LOW


def _is_small_talk(text: str) -> bool:
    words = _WORD.findall(text.casefold())
    return all(word in _phrases("small_talk") for word in words)


@cache
def _phrases(name: str) -> frozenset[str]:
    lines = (files("minutebook.archive") / "words" / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return what finds a phrase as whole words, with any space between them."""
    longest_first = sorted(_phrases(name), key=lambda phrase: (-len(phrase), phrase))
    phrases = (r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)
