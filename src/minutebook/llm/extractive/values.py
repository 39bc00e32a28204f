"""What goes into extraction and what comes out: frozen values, shared by all its modules.

A source is whatever names a turn to the caller. It is carried through untouched, so that every
sentence that comes out can be traced to the turn it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What one speaker said in one turn, as it was written, markup and all."""

    source: Hashable
    speaker: str
    text: str
    by_person: bool = True
    """False for the words of a model: then what people said weighs a little more."""
    behind: Hashable | None = None
    """The source of the passage that was said right before, where a search looks for answers."""


class BlockKind(StrEnum):
    """Where in the layout of a message a sentence stood."""

    PROSE = "prose"
    ITEM = "item"
    HEADING = "heading"
    QUOTE = "quote"
    ROW = "row"
    """The cells of a table row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence, or one short line of chat; a substring of `plain_text` of its passage."""

    source: Hashable
    speaker: str
    text: str
    position: int
    """Counts all sentences of all passages, from 0."""
    passage: int
    """Which of the passages it came from, from 0."""
    kind: BlockKind = BlockKind.PROSE
    by_person: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much text may be chosen."""

    limit: int
    """The sum of `measure` over the chosen sentences, `overhead` included, is at most this."""
    sentences: int = 1_000
    """At most this many sentences."""
    measure: Callable[[str], int] = len
    """The size of a text: characters, unless this counts tokens."""
    overhead: int = 0
    """What each sentence costs beside its text: a bullet, a name, a line end."""

    def cost(self, text: str) -> int:
        """Return what one sentence uses up."""
        return self.measure(text) + self.overhead


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The sentences that stand for a page."""

    sentences: tuple[Sentence, ...]
    """In the order in which they were said."""
    keywords: tuple[str, ...]
    """Keyphrases, the most telling first."""
    label: str
    """A short title; empty when the passages hold no words."""


class EntityKind(StrEnum):
    """What rules can recognise without a model."""

    NAME = "name"
    MENTION = "mention"
    CHANNEL = "channel"
    PATH = "path"
    URL = "url"
    EMAIL = "email"
    VERSION = "version"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something with a name of its own."""

    kind: EntityKind
    text: str
    """As it was written the first time."""
    sources: tuple[Hashable, ...]
    """The turns it was seen in, each once, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Part of a passage that bears on a question."""

    source: Hashable
    speaker: str
    text: str
    """Whole sentences word for word, one line for each line of the passage; what was left out at
    its beginning or end is marked by an ellipsis."""
    score: float
    """Comparable within one answer only."""
