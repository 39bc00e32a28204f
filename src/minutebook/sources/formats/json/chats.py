"""What formats of chat exports share: a document around lists of messages becomes conversations.

A format says what a list is the conversation of, and what turns a message is; broken and foreign
items are set aside here, in one way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from minutebook.domain.turns import TurnDraft
from minutebook.sources.formats.json.leaving_out import LeftOut, unreadable
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.stream import Piece
from minutebook.sources.formats.json.text import nested_too_deeply
from minutebook.sources.formats.json.unfolding import Opening, Unfolding, unfold
from minutebook.sources.formats.json.values import JsonObject, as_list
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import ConversationFound, Parsed, TurnFound, Unreadable
from minutebook.sources.source import Sample, Source


class ChatReader(Protocol):
    """Reads the conversations of one source."""

    @property
    def what(self) -> str:
        """What an item is, for people: `a message of Telegram`."""
        ...

    def conversation(self, opening: Opening) -> ConversationFound:
        """Say of which conversation a list has the messages."""
        ...

    def is_message(self, record: JsonObject) -> bool:
        """Say whether an item is one of the format's own."""
        ...

    def turns(self, record: JsonObject, left_out: LeftOut) -> Iterable[TurnDraft]:
        """Read an item; what says nothing is counted as left out."""
        ...


def read_chats(source: Source, lists: Unfolding, reader: ChatReader) -> Iterator[Parsed]:
    """Read a document, piece by piece."""
    left_out = LeftOut()
    for found in unfold(source, lists):
        if isinstance(found, Opening):
            yield reader.conversation(found)
        else:
            yield from _piece(found, reader, left_out)
    yield from left_out.notes()


def _piece(piece: Piece, reader: ChatReader, left_out: LeftOut) -> Iterator[Parsed]:
    for value in piece.values:
        if not isinstance(value, dict) or not reader.is_message(value):
            yield unreadable(value, piece.place, f"It is not {reader.what}.")
            continue
        try:
            for draft in reader.turns(value, left_out):
                yield TurnFound(draft=draft)
        except RecursionError:
            yield Unreadable(rejected=nested_too_deeply(piece.place))
    yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)


def match_of(sample: Sample, fits: Callable[[object], bool], match: Match) -> Match | None:
    """Return the match when any of the first records fits, however far down it begins."""
    found = peek_until(sample, fits)
    return match if found is not None and any(map(fits, found.records)) else None


def has_messages(record: object, key: str, fits: frozenset[str]) -> bool:
    """Say whether the first items of a record's list have all of these members."""
    if not isinstance(record, dict):
        return False
    items = as_list(record.get(key))[:20]
    return any(isinstance(item, dict) and fits <= item.keys() for item in items)


def read_each(
    value: object, place: str, read: Callable[[object, str], Iterable[Parsed]]
) -> list[Parsed]:
    """Read a value, or each item of a list; one that is nested too deeply ends the list."""
    found: list[Parsed] = []
    try:
        if isinstance(value, list):
            for number, item in enumerate(value, 1):
                found += read(item, f"{place}, item {number}")
        else:
            found += read(value, place)
    except RecursionError:
        found.append(Unreadable(rejected=nested_too_deeply(place)))
    return found
