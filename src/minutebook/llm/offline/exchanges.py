"""What is told of talk with a model: of each exchange what was asked, and the core of the answers.

An exchange is what a person said and all that came back before the person spoke again. When the
model worked for long, its last words are told and the best of those before. When it said nothing,
the error that came back instead is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minutebook.domain.display import one_line, shortened
from minutebook.domain.turns import OFFLINE, Role
from minutebook.llm import extractive
from minutebook.llm.offline.quoting import to_extract
from minutebook.llm.protocol import Passage

MOST_ANSWERS = 4
"""So many turns of a model are told of one exchange, at most."""
_PER_ANSWER = 4
"""One turn more is told for so many turns of a model."""
_ASKED, _ANSWERED = 320, 400
_FAILURE = re.compile(r"^.*?(?:error|exception|failed|failure)\b.*$", re.IGNORECASE | re.MULTILINE)
_MAX_FAILURE = 200
_READ = 20_000

Told = tuple[Passage, str]
"""A turn and what is told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What was asked, and what came back."""

    asked: tuple[Passage, ...]
    answers: tuple[Passage, ...]
    """The model's words."""
    traffic: tuple[Passage, ...]
    """What tools returned."""


def exchanges(passages: Sequence[Passage]) -> Iterator[Exchange]:
    """Yield the exchanges of some turns, in order; the first may be without a question."""
    asked: list[Passage] = []
    answers: list[Passage] = []
    traffic: list[Passage] = []
    for passage in passages:
        if passage.role is Role.USER and (answers or traffic):
            yield Exchange(asked=tuple(asked), answers=tuple(answers), traffic=tuple(traffic))
            asked, answers, traffic = [], [], []
        if passage.role is Role.USER:
            asked.append(passage)
        elif passage.role is Role.ASSISTANT:
            answers.append(passage)
        elif passage.role is Role.TOOL:
            traffic.append(passage)
    yield Exchange(asked=tuple(asked), answers=tuple(answers), traffic=tuple(traffic))


def told_of(exchange: Exchange) -> list[Told]:
    """Return what is told of an exchange; nothing when it only fills."""
    asked = [
        (passage, text)
        for passage in exchange.asked
        if (text := extractive.asked_in(_one(passage), _ASKED))
    ]
    question = " ".join(passage.text[:_READ] for passage in exchange.asked)
    answered = _answered(exchange.answers, question)
    if asked and not answered:
        answered = _greeting(exchange.answers) or _failure(exchange.traffic)
    return [*asked, *answered]


def _greeting(answers: Sequence[Passage]) -> list[Told]:
    """Return the first words of an answer that only fills: a question is not left without one."""
    return [(passage, line) for passage in answers[-1:] if (line := _first_line(passage))]


def something(passages: Sequence[Passage]) -> list[Told]:
    """Return the first words of a talk that only fills: a document says at least these."""
    for exchange in exchanges(passages):
        words = [p for p in (*exchange.asked[:1], *exchange.answers[:1]) if _first_line(p)]
        if words:
            came = _failure(exchange.traffic) if not exchange.answers else []
            return [*((passage, _first_line(passage)) for passage in words), *came]
    said = [p for p in passages if p.role is Role.PERSON and _first_line(p)]
    return [(passage, _first_line(passage)) for passage in said[:1]]


def _answered(answers: Sequence[Passage], question: str) -> list[Told]:
    """Return the cores of the last answer and of the longest before it."""
    limit = min(MOST_ANSWERS, 2 + len(answers) // _PER_ANSWER)
    places = sorted(range(len(answers) - 1), key=lambda at: -len(answers[at].text))[: limit - 1]
    kept = [answers[at] for at in sorted(places)] + list(answers[-1:])
    return [(passage, text) for passage in kept if (text := _core(passage, question))]


def _core(passage: Passage, question: str) -> str:
    if passage.speaker == OFFLINE:
        return one_line(passage.text)
    return extractive.answered_in(_one(passage), question, _ANSWERED)


def _failure(traffic: Sequence[Passage]) -> list[Told]:
    for passage in traffic:
        if found := _FAILURE.search(passage.text[:_READ]):
            return [(passage, shortened(one_line(found[0][: 4 * _MAX_FAILURE]), _MAX_FAILURE))]
    return []


def _first_line(passage: Passage) -> str:
    lines = passage.text[:_READ].strip().split("\n")
    return shortened(one_line(lines[0]), _MAX_FAILURE)


def _one(passage: Passage) -> extractive.Passage:
    (found,) = to_extract([passage])
    return found
