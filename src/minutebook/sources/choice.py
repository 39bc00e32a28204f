"""What of the sources somebody wants: a format by name, what was said since a day, only some.

Turns that are not wanted are still read and named, because the names of later ones may depend on
them: what comes in has the same names as when everything does, and so a later import of the whole
adds just the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from minutebook.domain.turns import TurnDraft
from minutebook.sources.formats.protocol import Format
from minutebook.sources.opening_words import opening_words
from minutebook.sources.parsed import ConversationFound, Identity, TurnFound
from minutebook.sources.source import Source

_LOOKED_AT = 20
"""Turns of a conversation without a title by which it is called something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is wanted; everything, unless something is said."""

    format: str = ""
    """Name of the format that all sources are read as; empty to go by their content, or by what
    their watched folder says. So it is with the next two."""
    zone: str = ""
    """Name of the time zone of times that carry none."""
    title: str = ""
    """What conversations are called: see `titles`."""
    since: datetime | None = None
    """Only turns of this moment and later ones. Those without a time go with the one before them,
    and where none before has one, with the time at which the file was written."""
    only: tuple[str, ...] = ()
    """Patterns with `*`, `?` and `[…]`, case aside: of files by name or path, of conversations by
    title or native id. One that fits is enough."""

    @property
    def is_partial(self) -> bool:
        """Whether something of a source may be left out."""
        return self.since is not None or bool(self.only)

    def takes_all_of(self, source: Source) -> bool:
        """Say whether all conversations of a source are wanted, by what it is called."""
        return not self.only or self.names(source.name, source.stem, source.place)

    def names(self, *words: str) -> bool:
        """Say whether a pattern fits one of these."""
        return any(
            fnmatchcase(word.casefold(), pattern.casefold())
            for word in words
            if word
            for pattern in self.only
        )

    def is_recent(self, draft: TurnDraft, before: bool) -> bool:
        """Say whether a turn is new enough; `before` says it of the one before."""
        if self.since is None:
            return True
        return before if draft.at is None else draft.at >= self.since


EVERYTHING = Choice()

_Name = tuple[Identity, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which conversations of one source are wanted."""

    choice: Choice
    is_old: bool = False
    """Whether the source was written before the moment since which turns are wanted."""
    names: frozenset[_Name] | None = None
    """Of those that are; None when all are."""

    def includes(self, found: ConversationFound) -> bool:
        """Say whether a conversation is wanted."""
        return self.names is None or _name(found) in self.names


ALL = Wanted(choice=EVERYTHING)


def wanted_of(choice: Choice, source: Source, format_: Format) -> Wanted:
    """Find out which conversations of a source are wanted: titles may stand anywhere in it.

    Reads all of the source when patterns are given and none fits its name. Raises what parsing it
    does.
    """
    is_old = choice.since is not None and source.modified_at < choice.since
    if choice.takes_all_of(source):
        return Wanted(choice=choice, is_old=is_old)
    return Wanted(choice=choice, is_old=is_old, names=_named(choice, source, format_))


def _named(choice: Choice, source: Source, format_: Format) -> frozenset[_Name]:
    names: set[_Name] = set()
    current: ConversationFound | None = None
    first: list[TurnDraft] = []
    for item in format_.parse(source):
        if isinstance(item, ConversationFound):
            names |= _by_words(choice, current, first)
            current, first = item, []
            if choice.names(item.title, item.native_id):
                names.add(_name(item))
        elif isinstance(item, TurnFound) and len(first) < _LOOKED_AT:
            first.append(item.draft)
    return frozenset(names | _by_words(choice, current, first))


def _by_words(
    choice: Choice, found: ConversationFound | None, first: Sequence[TurnDraft]
) -> set[_Name]:
    """Return the name of a conversation without a title, if what it begins with is wanted."""
    if found is None or found.title or found.identity is Identity.NAMED:
        return set()
    return {_name(found)} if choice.names(opening_words(first)) else set()


def _name(found: ConversationFound) -> _Name:
    return (found.identity, found.native_id, 0 if found.native_id else found.ordinal)
