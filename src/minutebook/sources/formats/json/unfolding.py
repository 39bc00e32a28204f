"""JSON documents that hold long lists, unfolded: what stands before each list, then its items.

Chat exports are objects around one list of messages, or around a list of chats with one each, of
any size. Only the items of those lists, and the small members around them, are ever in memory; a
file that was cut off gives everything before the cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from minutebook.sources.formats.json.framing import Frame, JsonScanner, members
from minutebook.sources.formats.json.stream import (
    Piece,
    item_piece,
    misplaced_piece,
    opened,
    unheld,
)
from minutebook.sources.formats.json.text import decode, read_text
from minutebook.sources.formats.json.values import JsonObject
from minutebook.sources.source import Source

_LONGEST_KEY = 200
_LONGEST_MEMBER = 1 << 22
"""Bytes of a member beside a list that are read: longer ones are left out."""
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A list begins, the items of which follow as pieces."""

    members: JsonObject
    """Of the object that it lies in: those that stand before it."""
    path: tuple[str, ...]
    """Names of the members that lead to it, its own last."""
    number: int
    """Of the list within the file, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfolding:
    """Which members of a document are unfolded."""

    lists: Set[str]
    """Names of the lists whose items are read one by one; the outermost list has the empty name."""
    through: Set[str] = frozenset()
    """Names of the objects, and of the lists of objects, in which such lists lie."""


def unfold(source: Source, what: Unfolding) -> Iterator[Opening | Piece]:
    """Read a document. What is not whole yet is held back while the source grows."""
    with opened(source) as (stream, _):
        for found in _Walk(JsonScanner(stream), what).document():
            if isinstance(found, Opening):
                yield found
            else:
                yield from unheld(source, iter((found,)))


def members_of(source: Source, what: Unfolding) -> JsonObject:
    """Read the members of the outermost object that are not unfolded, behind the lists too."""
    with opened(source) as (stream, _):
        scanner = JsonScanner(stream)
        return _outermost(scanner, what) if scanner.peek() == b"{" else {}


def _outermost(scanner: JsonScanner, what: Unfolding) -> JsonObject:
    found: JsonObject = {}
    scanner.skip()
    while (mark := scanner.peek()) not in (b"}", b""):
        if mark != b'"':
            scanner.frame(0)
            continue
        key = _key(scanner)
        is_list = key in what.lists or key in what.through
        frame = scanner.frame(0 if is_list else _LONGEST_MEMBER)
        found |= {} if is_list else _member(key, frame)
    return found


class _Walk:
    """Walks one document."""

    def __init__(self, scanner: JsonScanner, what: Unfolding) -> None:
        self._scanner = scanner
        self._what = what
        self._lists = 0
        self._items = 0

    def document(self) -> Iterator[Opening | Piece]:
        while mark := self._scanner.peek():
            if mark in (b"{", b"["):
                yield from self._inside(mark, ())
            else:
                yield misplaced_piece(self._scanner.junk(), self._items)

    def _inside(self, mark: bytes, path: tuple[str, ...]) -> Iterator[Opening | Piece]:
        """Go through an object, or through the objects of a list."""
        if mark == b"[" and not path and "" in self._what.lists:
            yield Opening(members={}, path=(), number=self._lists)
            yield from self._list()
            return
        self._scanner.skip()
        if mark == b"{":
            yield from self._object(path)
            return
        while (mark := self._scanner.peek()) not in (b"]", b""):
            if mark == b"{":
                yield from self._inside(mark, path)
            else:
                self._scanner.frame(0)
        self._scanner.skip()

    def _object(self, path: tuple[str, ...]) -> Iterator[Opening | Piece]:
        before: JsonObject = {}
        while (mark := self._scanner.peek()) not in (b"}", b""):
            if mark != b'"':
                self._scanner.frame(0)
                continue
            key = _key(self._scanner)
            mark = self._scanner.peek()
            if key in self._what.lists and mark == b"[":
                yield Opening(members=before, path=(*path, key), number=self._lists)
                yield from self._list()
            elif key in self._what.through and mark in (b"{", b"[") and len(path) < _DEEPEST:
                yield from self._inside(mark, (*path, key))
            else:
                before |= _member(key, self._scanner.frame(_LONGEST_MEMBER))
        self._scanner.skip()

    def _list(self) -> Iterator[Piece]:
        self._lists += 1
        for frame in members(self._scanner):
            self._items += 1
            yield item_piece(frame, self._items, self._lists)


def _key(scanner: JsonScanner) -> str:
    values, _ = read_text(decode(scanner.frame(_LONGEST_KEY).data), "")
    if scanner.peek() == b":":
        scanner.skip()
    return str(values[0]) if values else ""


def _member(key: str, frame: Frame) -> JsonObject:
    if frame.is_long or not frame.is_closed:
        return {}
    values, _ = read_text(decode(frame.data).strip(), "")
    return {key: values[0]} if values else {}
