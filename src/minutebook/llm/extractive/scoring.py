"""Each line of a page with its score: TextRank and the signals brought together."""

from __future__ import annotations

from minutebook.llm.extractive.ranking import textrank
from minutebook.llm.extractive.reading import Reading
from minutebook.llm.extractive.selection import Candidate
from minutebook.llm.extractive.signals import scores

HALF_TRUSTED = 10
"""Lines at which the graph counts half: among a few sentences there is no centre to find."""


def candidates(reading: Reading) -> list[Candidate]:
    """Return every line of a reading with its score, in order."""
    graph = textrank([line.terms for line in reading.lines], reading.weights)
    trust = len(graph) / (len(graph) + HALF_TRUSTED)
    found = scores(reading, [1.0 + trust * (rank - 1.0) for rank in graph])
    return [
        Candidate(
            number=number,
            text=line.sentence.text,
            terms=line.terms,
            score=score,
            group=line.sentence.passage,
        )
        for number, (line, score) in enumerate(zip(reading.lines, found, strict=True))
    ]
