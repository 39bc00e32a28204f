"""People who opted out: what no model is shown any more, and what a removal did.

A name is compared as people read it: case and the way of composing letters make no difference,
unless it is asked for as it is spelled.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

TOMBSTONE = "[erased on request]"
"""What people see of a turn that was erased."""
SOMEBODY = "[a person]"
"""Stands for a name in a title."""


def folded(name: str) -> str:
    """Return a name as names are compared."""
    composed = unicodedata.normalize("NFC", name).strip().casefold()
    return unicodedata.normalize("NFC", composed)


def without_names(text: str, names: Iterable[str]) -> str:
    """Return a text in which a neutral word stands for names, as far as they stand by themselves
    there."""
    for name in sorted(names, key=len, reverse=True):
        spelled = r"\s+".join(map(re.escape, name.split()))
        if spelled:
            text = re.sub(rf"(?<!\w){spelled}(?!\w)", SOMEBODY, text, flags=re.IGNORECASE)
    return text


class Step(StrEnum):
    """How far an opt-out is."""

    REMOVING = "removing"
    """What is derived from the person's turns is being taken away."""
    CLEARING = "clearing"
    """The words are gone from every row; the space where they were is not written over yet."""
    WATCHING = "watching"
    """All is done. Work that had read their words before may still bring some of them back."""
    DONE = "done"
    BACK = "back"
    """They opted in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who is to be kept out, as a person asks for it."""

    name: str
    also: tuple[str, ...] = ()
    """Other names of the same person, as they stand in the record."""
    conversation: str = ""
    """Id of the only conversation it is about; empty: everywhere."""
    is_exact: bool = False
    erases: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut:
    """Somebody who opted out."""

    id: int
    name: str
    names: tuple[str, ...]
    """Every spelling that is theirs."""
    conversation: str
    is_exact: bool
    erases: bool
    step: Step
    asked_at: datetime
    done_at: datetime | None = None
    turns: int = 0
    """How many of their turns are withheld."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Something that was taken away."""

    kind: str
    count: int
    what: str = ""
    """Which, where people know it by a name: the title of a document, a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """Words of theirs that were found somewhere."""

    place: str
    count: int
    why: str = ""
    """Why they are there still; empty when nothing explains it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalReport:
    """What an opt-out did."""

    person: OptedOut
    is_rehearsal: bool = False
    conversations: int = 0
    pages: int = 0
    removed: tuple[Removed, ...] = ()
    pending: tuple[Removed, ...] = ()
    """What is made again by jobs that wait."""
    unreached: tuple[Remains, ...] = ()
    """What is out of reach, and why."""
    mentions: int = 0
    """Turns of others that name the person."""
    quotes: int = 0
    """Turns of others that say a long run of the same words."""
    left: tuple[Remains, ...] = field(default=())
    """What the proof at the end still found in anything derived."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing of theirs is left in anything derived."""
        return not self.left
