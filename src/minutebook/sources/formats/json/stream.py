"""JSON files as a stream of pieces: the lines of JSON Lines, or the items of a document's arrays.

One broken piece is set aside and reading goes on behind it. Only lines have places where reading
can be taken up again: a document is written anew as a whole when it grows.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from minutebook.domain.quarantine import Rejected
from minutebook.sources.formats.json.framing import (
    CHUNK,
    LIMIT,
    ByteReader,
    Frame,
    JsonScanner,
    lines,
    members,
)
from minutebook.sources.formats.json.sample import Layout, layout_of
from minutebook.sources.formats.json.text import EXCERPT, decode, read_text
from minutebook.sources.formats.json.values import JsonObject
from minutebook.sources.source import Source

LARGE = 1 << 25
"""Bytes from which on a single object is not read whole, where a format can do without."""

_CUT_OFF = "The file ends in the middle of it: it may have been cut off, or is not whole yet."
_TOO_LONG = f"It is longer than {LIMIT >> 20} MB."
_WIDE = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A line, or an item of a document, and the JSON values in it: one, if all is well."""

    place: str
    """For people: `line 12`, `item 3`."""
    number: int
    values: tuple[object, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    start: int | None = None
    """Offset of a line; None where reading cannot be taken up again."""
    end: int | None = None
    """Offset behind a line and its newline; None for a line without one, which may still grow."""
    run: int = 0
    """Number of the outermost array or object that it lies in; 0 for lines."""
    opening: JsonObject | None = None
    """The members of a large object, the items of which follow; its long array is empty here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStart:
    """Where reading of lines begins."""

    offset: int = 0
    number: int = 1


BEGINNING = LineStart()


def line_pieces(source: Source, start: LineStart = BEGINNING) -> Iterator[Piece]:
    """Read JSON Lines. While the source grows, a last line that is not whole is held back."""
    with opened(source, start.offset) as (stream, has_offsets):
        for number, frame in enumerate(lines(stream, start.offset), start.number):
            piece = _line(frame, number, has_offsets=has_offsets)
            if piece is None or (piece.rejected and source.is_growing and not frame.is_closed):
                continue
            yield piece


def document_pieces(source: Source, inside: Set[str] = frozenset()) -> Iterator[Piece]:
    """Read the items of the outermost arrays, and outermost objects whole.

    An object beyond `LARGE` that is alone in its file is read from the inside, if the long array is
    one of its members named by `inside`: the other members come first, as one object, and then the
    items of the array.
    """
    if inside and source.size > LARGE:
        opening = _open_large(source, inside)
        if opening is not None:
            yield from _large_pieces(source, *opening)
            return
    with opened(source) as (stream, _):
        yield from unheld(source, _document(JsonScanner(stream)))


def pieces(
    source: Source, start: LineStart = BEGINNING, inside: Set[str] = frozenset()
) -> Iterator[Piece]:
    """Read a source as lines or as a document, whichever it is."""
    if start.offset > 0 or _has_lines(source):
        return line_pieces(source, start)
    return document_pieces(source, inside)


def _has_lines(source: Source) -> bool:
    layout = layout_of(source.sample())
    if layout is not Layout.LONG:
        return layout is Layout.LINES
    with opened(source) as (stream, _):
        scanner = JsonScanner(stream)
        first = scanner.peek()
        if first == b"{":
            scanner.frame(0)
        return first == b"{" and scanner.peek() != b""


@contextmanager
def opened(source: Source, offset: int = 0) -> Iterator[tuple[ByteReader, bool]]:
    """Open a source as UTF-8, and say whether offsets are those of the file."""
    head = source.sample(2).head
    with source.open() as stream:
        for mark, encoding in _WIDE:
            if head == mark:
                yield _Narrowed(stream, encoding), False
                return
        _skip(stream, offset)
        yield stream, True


def _skip(stream: IO[bytes], size: int) -> None:
    if size and stream.seekable():
        stream.seek(size)
        return
    while size > 0 and (chunk := stream.read(min(size, CHUNK))):
        size -= len(chunk)


class _Narrowed:
    """UTF-16 read as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def read(self, size: int, /) -> bytes:
        while chunk := self._stream.read(size):
            if text := self._decoder.decode(chunk):
                return text.encode("utf-8", "surrogatepass")
        return b""


def _line(frame: Frame, number: int, *, has_offsets: bool) -> Piece | None:
    place = f"line {number}"
    text = decode(frame.data).strip(" \t\r\n\ufeff")
    if not text:
        return None
    if frame.is_long:
        values: list[object] = []
        rejected = [Rejected(place=place, reason=_TOO_LONG, excerpt=text[:EXCERPT])]
    else:
        values, rejected = read_text(text.strip("\x00"), place)
    return Piece(
        place=place,
        number=number,
        values=tuple(values),
        rejected=tuple(rejected),
        start=frame.offset if has_offsets else None,
        end=frame.end if has_offsets and frame.is_closed else None,
    )


def _document(scanner: JsonScanner) -> Iterator[Piece]:
    number = run = 0
    while mark := scanner.peek():
        frames: Iterator[Frame] = iter(())
        if mark == b"[":
            frames = members(scanner)
        elif mark == b"{":
            frames = iter((scanner.frame(),))
        else:
            yield misplaced_piece(scanner.junk(), number)
        for frame in frames:
            number += 1
            yield item_piece(frame, number, run)
        run += 1


def misplaced_piece(frame: Frame, number: int) -> Piece:
    """Return what stands outside of any list and object, behind so many items."""
    place = f"behind item {number}" if number else "the beginning"
    reason = "It is not part of any list or object."
    excerpt = decode(frame.data)[:EXCERPT]
    rejected = Rejected(place=place, reason=reason, excerpt=excerpt)
    return Piece(place=place, number=number, rejected=(rejected,), end=frame.end)


def item_piece(frame: Frame, number: int, run: int) -> Piece:
    """Read an item of a list, or an object."""
    place = f"item {number}"
    text = decode(frame.data)
    values: list[object] = []
    if frame.is_long or not frame.is_closed:
        reason = _TOO_LONG if frame.is_long else _CUT_OFF
        rejected = [Rejected(place=place, reason=reason, excerpt=text[:EXCERPT])]
    else:
        values, rejected = read_text(text.strip(), place)
    end = frame.end if frame.is_closed else None
    return Piece(
        place=place,
        number=number,
        values=tuple(values),
        rejected=tuple(rejected),
        end=end,
        run=run,
    )


def unheld(source: Source, found: Iterator[Piece]) -> Iterator[Piece]:
    """Hold back what is not whole yet, while the source grows."""
    for piece in found:
        if not (source.is_growing and piece.end is None):
            yield piece


def _open_large(source: Source, inside: Set[str]) -> tuple[JsonObject, int] | None:
    """Find the long array in a large object: the other members, and the offset of the array."""
    with opened(source) as (stream, has_offsets):
        scanner = JsonScanner(stream)
        if not has_offsets or scanner.peek() != b"{":
            return None
        others: JsonObject = {}
        array = None
        scanner.skip()
        while scanner.peek() == b'"':
            key = _key(scanner)
            if scanner.peek() == b"[" and key in inside and array is None:
                array = scanner.offset
                others[key] = []
                scanner.frame(0)
            else:
                others |= _member(key, scanner.frame(EXCERPT << 10))
            if scanner.peek() == b",":
                scanner.skip()
        return None if array is None else (others, array)


def _key(scanner: JsonScanner) -> str:
    values, _ = read_text(decode(scanner.frame(EXCERPT).data), "")
    if scanner.peek() == b":":
        scanner.skip()
    return str(values[0]) if values else ""


def _member(key: str, frame: Frame) -> JsonObject:
    if frame.is_long or not frame.is_closed:
        return {}
    values, _ = read_text(decode(frame.data).strip(), "")
    return {key: values[0]} if values else {}


def _large_pieces(source: Source, others: JsonObject, offset: int) -> Iterator[Piece]:
    yield Piece(place="the beginning", number=0, opening=others, end=offset, run=1)
    with opened(source, offset) as (stream, _):
        frames = members(JsonScanner(stream, offset))
        found = (item_piece(frame, number, 1) for number, frame in enumerate(frames, 1))
        yield from unheld(source, found)
