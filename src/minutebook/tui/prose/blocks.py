"""What a reader sees as one unit: a turn of a transcript or a section of a document.

Blocks are frozen and compared by value: the widget finds out by equality what has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TextKind(StrEnum):
    """How the text of a block is to be read."""

    MARKDOWN = "markdown"
    """A document: single line breaks are joined."""
    CHAT = "chat"
    """Markdown in which a line break is a line break, as people type it."""
    VERBATIM = "verbatim"
    """No markup at all: tool output, notices."""


class Tone(StrEnum):
    """Who speaks; it decides the colour of the label."""

    YOU = "you"
    MODEL = "model"
    TOOL = "tool"
    SYSTEM = "system"
    PERSON = "person"
    THOUGHT = "thought"
    """What a model thinks before it speaks: all of it is dim."""


class Mark(StrEnum):
    """What the bar beside a block says, for as long as the block carries it."""

    NONE = "none"
    CHANGED = "changed"
    ATTENTION = "attention"
    CHOSEN = "chosen"
    OWN = "own"
    """Written by a person: quieter than the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProseBlock:
    """One turn or section. `id` is unique among the blocks of one widget."""

    id: str
    text: str = ""
    kind: TextKind = TextKind.MARKDOWN
    speaker: str = ""
    """The label beside the text; empty for a section of a document."""
    tone: Tone = Tone.PERSON
    meta: str = ""
    """A quiet note such as the time."""
    mark: Mark = Mark.NONE
    foot: str = ""
    """A quiet line below the text."""
    is_tight: bool = False
    """Whether the next block follows without a free row."""
