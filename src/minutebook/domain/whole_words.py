"""Where a text may be cut so that no piece of a secret or of a number is left at the cut.

What hides keys, passwords and numbers from models knows them whole. So a text is cut at white space
(or beside a script that is written without), never inside of what may be one number, behind the
name of a value, or beside a line of a private key. Where no such place is near, as in packed JSON,
a value may end there; else the whole run is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_NEAR: Final = 400
"""Characters in which a place is looked for before packed values or farther places are taken."""
_GAP: Final = re.compile(
    r"\s|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\U00020000-\U0003ffff]"
)
_VALUE_ENDS: Final = ",;}]>"
_IN_NUMBERS: Final = " -./()+\t\u00a0\u2007\u2009\u2010\u2011\u2012\u2013\u202f"
_GROUP_BEFORE: Final = re.compile(r"(?<!\w)\w{1,4}\Z")
_GROUP_BEHIND: Final = re.compile(r"\w{1,4}(?!\w)")
_AROUND: Final = 80
_NAMES_VALUE: Final = re.compile(r"(?:[:=]|\b(?:bearer|basic))[^\S\n]*\Z", re.IGNORECASE)
_KEY_LINE_BEFORE: Final = re.compile(r"[A-Za-z0-9+/=]{40,}\s*\Z")
_KEY_LINE_BEHIND: Final = re.compile(r"\s*[A-Za-z0-9+/=]{40,}")
_KEY_TITLE_BEHIND: Final = re.compile(
    r"\s*(?:(?:[A-Z0-9]+ ){0,3}PRIVATE )?(?:KEY(?: BLOCK)?|BLOCK)-----"
)


def beginning(text: str, limit: int) -> str:
    """Return the beginning of a text, in at most so many characters."""
    return text[: head_end(text, limit)]


def head_end(text: str, limit: int) -> int:
    """Return where a beginning of at most `limit` characters ends; 0 if none may stay."""
    if limit >= len(text):
        return len(text)
    nearest = max(0, limit - _NEAR)
    near = range(limit, nearest, -1)
    found = _first(text, near, far=_gaps_before(text, nearest))
    return 0 if found is None else found


def tail_start(text: str, start: int) -> int:
    """Return where an end begins, at `start` or behind it; the length if none may stay."""
    if start <= 0:
        return 0
    nearest = min(len(text), start + _NEAR)
    near = range(start, nearest)
    found = _first(text, near, far=_gaps_behind(text, nearest))
    return len(text) if found is None else found


def _first(text: str, near: range, *, far: Iterable[int]) -> int | None:
    """Return the first place that is safe: white space near, the end of a value, farther ones."""
    places = (at for at in near if _is_gap(text, at) and _is_safe(text, at))
    if (found := next(places, None)) is not None:
        return found
    values = (at for at in near if text[at - 1] in _VALUE_ENDS and _is_safe(text, at))
    if (found := next(values, None)) is not None:
        return found
    return next((at for at in far if 0 < at < len(text) and _is_safe(text, at)), None)


def _gaps_before(text: str, end: int) -> Iterator[int]:
    yield from reversed([found.start() for found in _GAP.finditer(text, 0, end)])


def _gaps_behind(text: str, start: int) -> Iterator[int]:
    yield from (found.end() for found in _GAP.finditer(text, start))


def _is_gap(text: str, at: int) -> bool:
    return bool(_GAP.match(text, at) or _GAP.match(text, at - 1))


def _is_safe(text: str, at: int) -> bool:
    """Say whether neither a number, a named value nor a private key goes on over a place."""
    before, behind = text[max(0, at - _AROUND) : at], text[at : at + _AROUND]
    return not (
        _is_in_number(before.rstrip(_IN_NUMBERS), behind.lstrip(_IN_NUMBERS))
        or _NAMES_VALUE.search(before)
        or _KEY_LINE_BEFORE.search(before)
        or _KEY_LINE_BEHIND.match(behind)
        or _KEY_TITLE_BEHIND.match(behind)
    )


def _is_in_number(before: str, behind: str) -> bool:
    """Say whether a number may go on: with digits, or with the groups of an account number."""
    left, right = before[-1:], behind[:1]
    if left.isdigit() and right.isdigit():
        return True
    is_mixed = left.isalnum() and right.isalnum() and (left.isdigit() or right.isdigit())
    return is_mixed and bool(_GROUP_BEFORE.search(before) and _GROUP_BEHIND.match(behind))
