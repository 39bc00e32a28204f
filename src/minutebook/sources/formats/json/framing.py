"""Framing of JSON in a stream of bytes: where values begin and end, without parsing them.

Framing by brackets and quotes, apart from parsing, is what lets one broken value be set aside and
reading go on behind it, keeps memory at one value, and leaves to `json` what an incremental parser
gets wrong: lone surrogates, huge integers, NaN, and memory under deep nesting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

CHUNK = 1 << 18
"""Bytes read at a time."""
LIMIT = 1 << 27
"""Bytes of the longest line or value that is read: longer ones are rejected unread."""

_BLANK = re.compile(rb"(?:[ \t\r\n\x00]|\xef\xbb\xbf)*+")
_STRING_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_PLAIN = re.compile(rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+', re.DOTALL)
_TO_BRACKET = re.compile(_PLAIN.pattern + rb"[\[\]{}]", re.DOTALL)
_SCALAR = re.compile(rb'[^,\[\]{}"\r\n]*+')
_JUNK_ITEM = re.compile(rb'[^,\[{"\r\n]*+')
_JUNK = re.compile(rb"[^\[{]*+")
_QUOTE, _BACKSLASH = b'"'[0], b"\\"[0]
_OPENING = frozenset(b"[{")


class ByteReader(Protocol):
    """What framing needs of a stream."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The bytes of one line or one value."""

    offset: int
    """Of its first byte, from the start of the stream."""
    data: bytes
    """Cut when it is too long."""
    end: int
    """Offset behind its last byte; for a line, behind its newline."""
    is_closed: bool
    """False when the stream ends inside of it; for a line, before its newline."""
    is_long: bool = False
    """True when it is longer than the limit, and `data` only its beginning."""


class _Kept:
    """The bytes of a frame while it is walked, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        if self._size <= self._limit:
            self._pieces.append(piece[: self._limit + 1 - self._size])
        self._size += len(piece)

    def clear(self) -> None:
        self._pieces.clear()
        self._size = 0

    def line(self, *, offset: int) -> Frame:
        """Return the frame of a line that has ended."""
        return self.frame(offset=offset, is_closed=True, behind=1)

    def frame(self, *, offset: int, is_closed: bool, behind: int = 0) -> Frame:
        """Return the frame; it ends `behind` bytes behind what was kept."""
        data = b"".join(self._pieces)
        return Frame(
            offset=offset,
            data=data[: self._limit],
            end=offset + self._size + behind,
            is_closed=is_closed,
            is_long=self._size > self._limit,
        )


class JsonScanner:
    """Walks a stream value by value.

    `offset` is where the stream stands, counted from the start of the file.
    """

    def __init__(self, stream: ByteReader, offset: int = 0) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._base = offset

    @property
    def offset(self) -> int:
        """Of the next byte, from the start of the file."""
        return self._base + self._at

    def peek(self) -> bytes:
        """Skip blanks and return the next byte without taking it; empty at the end."""
        while True:
            self._at = _end(_BLANK.match(self._buffer, self._at))
            # A byte order mark may be cut by the end of the buffer.
            if self._at < len(self._buffer) - 2:
                break
            if not self._refill():
                break
        return self._buffer[self._at : self._at + 1]

    def skip(self) -> None:
        """Take one byte."""
        self._at += 1

    def frame(self, limit: int = LIMIT) -> Frame:
        """Take one value, which begins behind any blanks, and keep up to `limit` bytes of it."""
        first = self.peek()
        offset = self.offset
        kept = _Kept(limit)
        if first in (b"[", b"{"):
            is_closed = self._container(kept)
        elif first == b'"':
            self._take(kept, self._at + 1)
            is_closed = self._string(kept)
        else:
            is_closed = self._scalar(kept, _SCALAR if first != b"}" else _JUNK_ITEM)
        return kept.frame(offset=offset, is_closed=is_closed)

    def junk(self, limit: int = 200) -> Frame:
        """Take everything up to the next opening bracket, or to the end, and at least one byte."""
        self.peek()
        offset = self.offset
        kept = _Kept(limit)
        self._take(kept, min(self._at + 1, len(self._buffer)))
        self._run(kept, _JUNK)
        return kept.frame(offset=offset, is_closed=True)

    def _refill(self) -> bool:
        chunk = self._stream.read(CHUNK)
        self._base += self._at
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _take(self, kept: _Kept, end: int) -> None:
        kept.add(self._buffer[self._at : end])
        self._at = end

    def _run(self, kept: _Kept, pattern: re.Pattern[bytes]) -> None:
        while True:
            self._take(kept, _end(pattern.match(self._buffer, self._at)))
            if self._at < len(self._buffer) or not self._refill():
                return

    def _scalar(self, kept: _Kept, pattern: re.Pattern[bytes]) -> bool:
        self._take(kept, min(self._at + 1, len(self._buffer)))
        self._run(kept, pattern)
        return True

    def _string(self, kept: _Kept) -> bool:
        """Take the rest of a string and its closing quote."""
        while True:
            self._take(kept, _end(_STRING_REST.match(self._buffer, self._at)))
            rest = self._buffer[self._at : self._at + 1]
            if rest == b'"':
                self._take(kept, self._at + 1)
                return True
            # Otherwise the buffer ends, or ends with the backslash of an escape that is cut.
            if not self._refill():
                self._take(kept, len(self._buffer))
                return False

    def _container(self, kept: _Kept) -> bool:
        depth = 0
        while True:
            buffer, at = self._buffer, self._at
            while (found := _TO_BRACKET.match(buffer, at)) is not None:
                at = found.end()
                depth += 1 if buffer[at - 1] in _OPENING else -1
                if depth <= 0:
                    self._take(kept, at)
                    return True
            if not self._next_buffer(kept, at):
                return False

    def _next_buffer(self, kept: _Kept, at: int) -> bool:
        """Go on behind a buffer that has no more brackets outside of strings."""
        end = _end(_PLAIN.match(self._buffer, at))
        is_inside = end < len(self._buffer)
        self._take(kept, end + is_inside)
        return self._string(kept) if is_inside else self._refill()


def members(scanner: JsonScanner, limit: int = LIMIT) -> Iterator[Frame]:
    """Take the values of the array that begins next, up to and with its closing bracket.

    When the stream ends before the array does, the last frame is not closed; it may be empty.
    """
    scanner.peek()
    scanner.skip()
    while (mark := scanner.peek()) not in (b"]", b""):
        if mark == b",":
            scanner.skip()
            continue
        frame = scanner.frame(limit)
        yield frame
        if not frame.is_closed:
            return
    if mark == b"":
        yield Frame(offset=scanner.offset, data=b"", end=scanner.offset, is_closed=False)
    scanner.skip()


def lines(stream: ByteReader, offset: int = 0, limit: int = LIMIT) -> Iterator[Frame]:
    """Split a stream at newlines only; the frames are without them."""
    kept = _Kept(limit)
    while chunk := stream.read(CHUNK):
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            kept.add(piece)
            frame = kept.line(offset=offset)
            offset = frame.end
            yield frame
            kept.clear()
        kept.add(rest)
    last = kept.frame(offset=offset, is_closed=False)
    if last.data:
        yield last


def _end(found: re.Match[bytes] | None) -> int:
    """Return where a pattern that may match nothing, and so always matches, has ended."""
    return found.end() if found else 0
