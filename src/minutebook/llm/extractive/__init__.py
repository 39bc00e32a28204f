"""Extraction: what a page says, in its own sentences, without any model.

    plain       control characters, code and markup go; plain text stays
    sentences   plain text becomes sentences, each tracing to its turn
    words       sentences become terms, in any script
    lexicon     function words, fillers, cue words by language (`lexicon.toml`)
    reading     a page made ready: fillers left out, terms weighed, work bounded
    ranking     TextRank
    signals     decisions, answers, figures, names gain; small talk loses
    selection   MMR under a budget
    shapes      addresses, paths, versions, dates
    told        what a document says already
    core        what one message asks or answers
    made        the files and languages of its code
    quotations  sentences as they were written, for quoting
    summary, keyphrases, label, entities, excerpts   what callers ask for

One decision rules the room: output is quoted, never composed. So it cannot claim what nobody said,
and every sentence names its turn. All functions are pure, deterministic and linear in their input,
whatever the input is.
"""

from __future__ import annotations

from minutebook.llm.extractive.core import answered_in, asked_in
from minutebook.llm.extractive.entities import entities
from minutebook.llm.extractive.excerpts import best_passages
from minutebook.llm.extractive.keyphrases import keyphrases
from minutebook.llm.extractive.label import label
from minutebook.llm.extractive.lexicon import function_words
from minutebook.llm.extractive.plain import plain_text
from minutebook.llm.extractive.summary import salient, summarise
from minutebook.llm.extractive.values import (
    BlockKind,
    Budget,
    Entity,
    EntityKind,
    Excerpt,
    Passage,
    Sentence,
    Summary,
)

__all__ = [
    "BlockKind",
    "Budget",
    "Entity",
    "EntityKind",
    "Excerpt",
    "Passage",
    "Sentence",
    "Summary",
    "answered_in",
    "asked_in",
    "best_passages",
    "entities",
    "function_words",
    "keyphrases",
    "label",
    "plain_text",
    "salient",
    "summarise",
]
