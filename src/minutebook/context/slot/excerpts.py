"""A page as a model is shown it: whole where there is room, else around the words it was found by.

What is left out is said, with the reference to all of it. Sizes are estimated tokens, see
`domain.tokens`; what is made here never has more than it may have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from minutebook.domain.context import PagedIn, Why
from minutebook.domain.display import one_line
from minutebook.domain.tokens import estimate
from minutebook.domain.whole_words import beginning, head_end, tail_start
from minutebook.llm import prompting
from minutebook.llm.protocol import Passage

_BYTES_PER_TOKEN: Final = 4
_REASON: Final = 120
_SEARCHED: Final = "found by a search"
_WORD: Final = re.compile(r"\w{3,}")
_STEM: Final = 5
_BEFORE_SHARE: Final = 0.3
"""Of a window in a long turn, for what stands before the words."""
_LOOKED_AT: Final = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the words of a search stand."""

    turn: int
    character: int


def shown(paged: PagedIn, passages: Sequence[Passage]) -> str:
    """Return a page with the turns it is made of, in at most `paged.tokens` tokens."""
    whole = _framed(paged, ["".join(prompting.turn(each)) for each in passages])
    if estimate(whole) <= paged.tokens or not passages:
        return whole
    room = paged.tokens * _BYTES_PER_TOKEN - _size(_framed(paged, [_note(paged)]))
    return _framed(paged, [_note(paged), *_part(passages, _place(paged.words, passages), room)])


def whole_tokens(paged: PagedIn, passages: Sequence[Passage]) -> int:
    """Return how many tokens a page has when all of it is shown."""
    return estimate(_framed(paged, ["".join(prompting.turn(each)) for each in passages]))


def _framed(paged: PagedIn, turns: Sequence[str]) -> str:
    # The words of a search are pieces: of an address or a password, too, which nothing that hides
    # such values from models would know again.
    reason = _SEARCHED if paged.why is Why.RECALL else beginning(one_line(paged.reason), _REASON)
    return prompting.page(paged.page, reason, turns)


def _note(paged: PagedIn) -> str:
    return f"[Shown in part. All of it is on {paged.page}, in the record.]"


def _part(passages: Sequence[Passage], place: _Place, room: int) -> list[str]:
    """Return the turn with the words and those around it, as far as there is room in bytes."""
    first = _cut(passages[place.turn], place.character, room - 1)
    room -= _size(first) + 1
    parts, low, high = [first], place.turn, place.turn
    while True:
        before, behind = low - 1, high + 1
        if behind < len(passages) and (told := _fitting(passages[behind], room)):
            parts, high = [*parts, told], behind
        elif before >= 0 and (told := _fitting(passages[before], room)):
            parts, low = [told, *parts], before
        else:
            return parts
        room -= _size(told) + 1


def _fitting(passage: Passage, room: int) -> str:
    told = "".join(prompting.turn(passage))
    return told if _size(told) + 1 <= room else ""


def _cut(passage: Passage, character: int, room: int) -> str:
    """Return a turn, or as much of it around a character as there is room for in bytes."""
    head, words, end = prompting.turn(passage)
    data = words.encode("utf-8", "replace")
    room -= _size(head) + _size(end)
    if len(data) <= room:
        return f"{head}{words}{end}"
    room = max(0, room - 2 * _size("…"))
    at = _size(words[:character]) - int(room * _BEFORE_SHARE)
    start = max(0, min(at, len(data) - room))
    words = data.decode("utf-8")
    last = len(data[: start + room].decode("utf-8", "ignore"))
    first = last - len(data[start : start + room].decode("utf-8", "ignore"))
    low, high = tail_start(words, first), head_end(words, last)
    before = "…" if low else ""
    behind = "…" if high < len(words) else ""
    return f"{head}{before}{words[low:high]}{behind}{end}"


def _place(words: str, passages: Sequence[Passage]) -> _Place:
    """Return where most of some words stand together: the turn, and the first of them in it."""
    wanted = {word[:_STEM] for word in _WORD.findall(words.casefold())}
    if not wanted:
        return _Place(turn=0, character=0)
    pattern = re.compile("|".join(map(re.escape, sorted(wanted))))
    best, most = _Place(turn=0, character=0), 0
    for number, passage in enumerate(passages):
        found = list(pattern.finditer(passage.text[:_LOOKED_AT].casefold()))
        different = len({each[0] for each in found})
        if different > most:
            best, most = _Place(turn=number, character=found[0].start()), different
    return best


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
