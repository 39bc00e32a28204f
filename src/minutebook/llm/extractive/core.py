"""The core of one message: what was asked in it, or what it answers, on one line.

A short message is told whole. Of a longer one the units that say most are kept within the room: a
unit is a sentence, or a list or table with the line that announces it, which is cut at the end of
an item and never inside of one. What is left out between two units is marked by an ellipsis, and
lines that were sent as lines are kept apart by a dot. Code is named, not quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from minutebook.llm.extractive.lexicon import lexicon
from minutebook.llm.extractive.made import made_in
from minutebook.llm.extractive.reading import Line, Reading, read
from minutebook.llm.extractive.signals import is_question, scores
from minutebook.llm.extractive.values import BlockKind, Passage, Sentence

ROOM = 400
"""So long is the core of a message about, in characters."""
COVERED = 0.8
"""What a line gains that holds all the words of the question."""
NEW_FACT = 0.4
"""What a line gains for a figure or a name that the question does not hold."""
FIRST = 0.5
"""What the first line gains: it says what it is about."""
LAST = 0.2
"""What the last line gains: it says what came of it."""
ASKS = 0.6
"""What a question gains in a message that asks."""
GAP, BORDER = " … ", " · "
_LISTED = frozenset({BlockKind.ITEM, BlockKind.ROW})
_SENTENCE_ENDS = (*".!?…:;,。！？：；،؟۔।", '."', '!"', '?"', ".)", "!)", "?)")
_FACT = re.compile(r"\d[\w.,:%-]*|\b[A-Z]\w{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """Lines that belong together, by their numbers."""

    lines: tuple[int, ...]
    worth: float


def asked_in(message: Passage, room: int = ROOM) -> str:
    """Return what a message asks or tells; empty when it only fills."""
    return _told(message, room, lambda line: ASKS * is_question(line))


def answered_in(message: Passage, question: str = "", room: int = ROOM) -> str:
    """Return what a message answers to a question; empty when it only fills."""

    @lru_cache(maxsize=1)
    def known() -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(_terms_of(question)), frozenset(_FACT.findall(question))

    def gain(line: Line) -> float:
        wanted, facts = known()
        return COVERED * _coverage(line, wanted) + NEW_FACT * _adds_fact(line, facts)

    return _told(message, room, gain)


def joined(sentences: Sequence[Sentence]) -> str:
    """Return sentences on one line, in order; what was left out between two is marked."""
    text = ""
    last: Sentence | None = None
    for sentence in sentences:
        text += _between(last, sentence) + sentence.text
        last = sentence
    return text


def _between(before: Sentence | None, behind: Sentence) -> str:
    if before is None:
        return ""
    if behind.position != before.position + 1:
        return GAP
    announced = before.text.endswith((":", "："))
    listed = behind.kind in _LISTED and before.kind in _LISTED
    if announced or (before.text.endswith(_SENTENCE_ENDS) and not listed):
        return " "
    return BORDER


def _values(reading: Reading) -> list[float]:
    """Return what each line is worth by itself and by its place.

    Among the few lines of one message there is no centre to find, so all have the same rank.
    """
    found = scores(reading, [1.0] * len(reading.lines))
    if found:
        found[0] *= 1.0 + FIRST
        found[-1] *= 1.0 + LAST
    return found


def _terms_of(question: str) -> list[str]:
    if not question:
        return []
    asked = read([Passage(source=0, speaker="", text=question)])
    return [term for line in asked.lines for term in line.terms]


def _coverage(line: Line, wanted: frozenset[str]) -> float:
    return len(wanted.intersection(line.terms)) / len(wanted) if wanted else 0.0


def _adds_fact(line: Line, known: frozenset[str]) -> bool:
    # The first word is capitalised for its place.
    facts = _FACT.finditer(line.sentence.text)
    return any(
        fact[0] not in known and (fact.start() > 0 or fact[0][0].isdigit()) for fact in facts
    )


def _told(message: Passage, room: int, gain: Callable[[Line], float]) -> str:
    """Return what is told of a message, with a note of the code that it brings.

    `gain` says what a line gains beside what it is worth by itself; a short message needs none.
    """
    reading = read([message])
    made = made_in(message.text)
    kept = [number for number, line in enumerate(reading.lines) if _tells(line, made)]
    lines = [reading.lines[number] for number in kept]
    if sum(_cost(line) for line in lines) <= room:
        said = joined([line.sentence for line in lines])
    else:
        values = _values(reading)
        worth = [values[number] * (1.0 + gain(reading.lines[number])) for number in kept]
        said = _chosen(lines, worth, room)
    note = f"[code: {', '.join(made)}]" if made else ""
    return f"{said} {note}".strip()


def _cost(line: Line) -> int:
    return len(line.sentence.text) + len(BORDER)


def _tells(line: Line, made: Sequence[str]) -> bool:
    """Say whether a line is more than a closing phrase, or a scrap from around code."""
    if made and len(line.sentence.text.split()) < 2:
        return False
    closes = lexicon().closer.search(line.folded) is not None
    return not closes or any(char.isdigit() for char in line.folded)


def _chosen(lines: Sequence[Line], worth: Sequence[float], room: int) -> str:
    """Return as many of the best units as there is room for."""
    costs = [_cost(line) for line in lines]
    chosen: list[int] = []
    left = room
    for unit in sorted(_units(lines, worth), key=lambda unit: (-unit.worth, unit.lines)):
        if chosen and sum(costs[at] for at in unit.lines[:2]) > left:
            continue
        for at in unit.lines:
            if chosen and costs[at] > left:
                break
            chosen.append(at)
            left -= costs[at]
    chosen.sort()
    text = joined([lines[at].sentence for at in chosen])
    cut = chosen[-1] + 1 < len(lines) and lines[chosen[-1] + 1].sentence.kind in _LISTED
    return f"{text}{BORDER}…" if cut else text


def _units(lines: Sequence[Line], worth: Sequence[float]) -> list[_Unit]:
    groups: list[list[int]] = []
    for number, line in enumerate(lines):
        before = lines[number - 1].sentence if number else None
        listed = line.sentence.kind in _LISTED
        if before and listed and (before.kind in _LISTED or before.text.endswith((":", "："))):
            groups[-1].append(number)
        else:
            groups.append([number])
    return [
        _Unit(lines=tuple(group), worth=max(worth[number] for number in group)) for group in groups
    ]
