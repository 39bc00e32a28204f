"""What makes one sentence worth more than its place in the graph, each with its reason.

Centrality finds what a page is about; it does not know that a date, a decision or an answer is what
people come back for. The score of a line is

    rank ** RANK_POWER * richness * (1 + bonuses) * discounts

Bonuses add, since one sentence has many of them; discounts multiply, since one is reason enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import sqrt

from minutebook.llm.extractive.lexicon import Language, lexicon
from minutebook.llm.extractive.reading import Line, Reading
from minutebook.llm.extractive.values import BlockKind

RANK_POWER = 0.7
"""Below 1, so that a very central platitude cannot outweigh everything else."""
HALF_RICH = 4
"""Terms at which a sentence counts half: short lines rarely say much."""
SINGLE = 0.4
"""What is left of a line of one word: it names something and says nothing of it."""

CUE = 0.35
"""Decisions, duties, reasons, deadlines, facts about the speaker: what the talk was for."""
ANSWERED = 0.25
"""A question that somebody answered."""
ANSWER = 0.3
"""The beginning of what another speaker said to a question."""
FIGURE = 0.15
"""Numbers, dates, times, amounts: facts that cannot be guessed."""
NAME = 0.1
"""Names, paths, addresses, versions."""
STATED = 0.45
"""Said by a person, on a page where a model speaks too: it knows only what it was told."""
OPENING = 0.3
"""The first turn: what was asked or told there is what the page is about."""

PLEASANTRY = 0.35
"""Talk about the talk: offers, praise, announcements of what comes next."""
LEAD_IN = 0.5
"""Ends in a colon: what it announces is elsewhere."""
LEANING = 0.85
"""Opens with a word that needs the sentence before."""
OPEN_QUESTION = 0.75
"""A question without an answer; it may still be what the page is about."""
BY_KIND = {
    BlockKind.PROSE: 1.0,
    BlockKind.ITEM: 0.75,
    BlockKind.HEADING: 0.4,
    BlockKind.QUOTE: 0.5,
    BlockKind.ROW: 0.5,
}

_CLOSING = "'\"”’)」』） "
_QUESTION_MARKS = ("?", "？", "؟")
_FIGURE = re.compile(r"\d")
_ADDRESS_MARKS = frozenset("/\\@#")


def scores(reading: Reading, ranks: Sequence[float]) -> list[float]:
    """Return the score of each line of a reading, higher for what is better worth keeping."""
    questions = [is_question(line) for line in reading.lines]
    asked, answers = _exchanges(reading.lines, questions)
    mixed = len({line.sentence.by_person for line in reading.lines}) > 1
    opening = reading.lines[0].sentence.passage if reading.lines else 0
    found: list[float] = []
    for number, (line, rank) in enumerate(zip(reading.lines, ranks, strict=True)):
        cued = reading.language.cue.search(line.folded) is not None
        bonus = CUE * cued + _particulars(line)
        bonus += ANSWERED * (number in asked) + ANSWER * (number in answers)
        bonus += OPENING * (line.sentence.passage == opening)
        bonus += STATED * (mixed and line.sentence.by_person)
        discount = _discount(line, reading.language)
        if questions[number] and number not in asked:
            discount *= OPEN_QUESTION
        found.append(rank**RANK_POWER * _richness(line, cued) * (1.0 + bonus) * discount)
    return found


def _richness(line: Line, cued: bool) -> float:
    """Return how much a line says, 0 to 1: many terms, and not lost among function words.

    The words of a cue are mostly function words, and yet they say something: "I don't like X".
    """
    said = len(line.terms) + cued
    density = min(1.0, line.density * said / len(line.terms))
    return said / (said + HALF_RICH) * sqrt(density) * (SINGLE if len(line.words) == 1 else 1.0)


def is_question(line: Line) -> bool:
    """Return whether a line ends as a question."""
    return line.sentence.text.rstrip(_CLOSING).endswith(_QUESTION_MARKS)


def _particulars(line: Line) -> float:
    figure = FIGURE if _FIGURE.search(line.sentence.text) else 0.0
    return figure + (NAME if _holds_name(line) else 0.0)


def _holds_name(line: Line) -> bool:
    """Return whether a line has a capital inside, a file name, or a mark of addresses."""
    if any(len(token) > 1 and (token[0].isupper() or "." in token) for token in line.tokens[1:]):
        return True
    return not _ADDRESS_MARKS.isdisjoint(line.words)


def _discount(line: Line, language: Language) -> float:
    discount = BY_KIND[line.sentence.kind]
    if language.opener.match(line.folded):
        discount *= PLEASANTRY
    if line.sentence.text.endswith((":", "：")):
        discount *= LEAD_IN
    if line.words[0] in lexicon().leaning:
        discount *= LEANING
    return discount


def _exchanges(lines: Sequence[Line], questions: Sequence[bool]) -> tuple[set[int], set[int]]:
    """Return the numbers of the questions that end a turn and are answered, and of the answers.

    The answer is the first line of the next turn, when somebody else speaks there and does not
    ask back.
    """
    asked = {
        number
        for number in range(len(lines) - 1)
        if questions[number]
        and not questions[number + 1]
        and lines[number].sentence.speaker != lines[number + 1].sentence.speaker
    }
    return asked, {number + 1 for number in asked}
