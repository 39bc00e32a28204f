"""The summary of a page, and the few sentences of a turn that are worth writing down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from minutebook.llm.extractive.keyphrases import ranked_phrases
from minutebook.llm.extractive.label import label_of
from minutebook.llm.extractive.reading import Reading, read
from minutebook.llm.extractive.scoring import candidates
from minutebook.llm.extractive.selection import Candidate, select
from minutebook.llm.extractive.told import Told
from minutebook.llm.extractive.values import Budget, Passage, Sentence, Summary

KEYWORDS = 8
FLOOR = 0.25
"""A line below this share of the best score is not worth its place, however much room is left."""
WORTH_TELLING = 0.22
"""The least score of a sentence that is worth adding to a document, on the scale of `scores`."""


def summarise(passages: Sequence[Passage], budget: Budget) -> Summary:
    """Return the sentences that stand for a page, in the order they were said, and its keywords.

    When even the best sentence is larger than the budget, the beginning of it is returned.
    """
    reading = read(passages)
    found = candidates(reading)
    floor = FLOOR * max((candidate.score for candidate in found), default=0.0)
    worthy = [candidate for candidate in found if candidate.score >= floor]
    chosen = select(worthy, budget, reading.weights)
    sentences = _in_order(reading, chosen) or _beginning_of_best(reading, worthy, budget)
    return Summary(
        sentences=sentences,
        keywords=tuple(phrase.text for phrase in ranked_phrases(reading, KEYWORDS)),
        label=label_of(reading, [candidate.score for candidate in found]),
    )


def salient(passages: Sequence[Passage], limit: int, *, told: Sequence[str] = ()) -> list[Sentence]:
    """Return the best 0 to `limit` sentences of a few turns, in the order they were said.

    Nothing comes back for turns that only fill, and no sentence that adds nothing to the texts that
    were already told.
    """
    reading = read(passages)
    known = Told(told)
    new = [
        candidate
        for candidate in candidates(reading)
        if candidate.score >= WORTH_TELLING
        and known.is_added_to_by(reading.lines[candidate.number])
    ]
    return list(_in_order(reading, select(new, _room_for(limit), reading.weights)))


def _room_for(sentences: int) -> Budget:
    return Budget(limit=2**62, sentences=max(0, sentences))


def _in_order(reading: Reading, chosen: Sequence[Candidate]) -> tuple[Sentence, ...]:
    numbers = sorted(candidate.number for candidate in chosen)
    return tuple(reading.lines[number].sentence for number in numbers)


def _beginning_of_best(
    reading: Reading, worthy: Sequence[Candidate], budget: Budget
) -> tuple[Sentence, ...]:
    if not worthy or budget.sentences < 1:
        return ()
    best = max(worthy, key=lambda candidate: (candidate.score, -candidate.number))
    text = best.text
    while text and budget.cost(text) > budget.limit:
        shorter = text[: len(text) // 2]
        text = shorter.rpartition(" ")[0] or shorter
    return (replace(reading.lines[best.number].sentence, text=text),) if text else ()
