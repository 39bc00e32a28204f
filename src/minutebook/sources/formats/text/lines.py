"""Lines of a text log, as a stream, with their places in bytes.

The bytes are cut into lines before they are decoded, because logs mix encodings from one line to
the next, and because a checkpoint needs the place of a line in the file. Only newline ends a line:
the other characters that Unicode counts as line ends occur inside messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, NamedTuple

from minutebook.domain.quarantine import Rejected
from minutebook.sources.source import Source

CHUNK = 262_144
"""Bytes read at a time."""
LONGEST_LINE = 16_777_216
"""Bytes; what is longer comes in pieces of this size, as if a line ended there."""
LONGEST_RECORD = 16_777_216
"""Characters of a message of many lines that are kept."""
OPEN_RECORDS = 2
"""Records at the end that may still change: the last goes on, and where the mark that parts it from
the one before was cut off, both are one."""
EXCERPT = 200
"""Characters of an excerpt."""

_MARKS = ((b"\xef\xbb\xbf", ""), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Line(NamedTuple):
    """One line, decoded, without its end."""

    offset: int
    """Bytes from the start of the file to its first."""
    number: int
    """From 1."""
    text: str


class Place(NamedTuple):
    """Where to begin reading: the beginning of a line."""

    offset: int = 0
    number: int = 1


BEGINNING = Place()

Decoder = Callable[[bytes], str]


def decode_line(raw: bytes) -> str:
    """Decode one line: UTF-8 if it is, else Windows-1252, which reads any byte."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        return decode_legacy(raw, error)


def decode_legacy(raw: bytes, error: UnicodeDecodeError) -> str:
    """Decode a line that is not UTF-8. One whose last character was cut off still is, nearly."""
    was_cut = error.reason == "unexpected end of data"
    if was_cut and not raw[: error.start].isascii():
        return raw.decode("utf-8", "replace")
    with suppress(UnicodeDecodeError):
        return raw.decode("cp1252")
    return raw.decode("latin-1")


def read_lines(
    source: Source, start: Place = BEGINNING, decode: Decoder = decode_line
) -> Iterator[Line]:
    """Read lines from a place on, in constant memory.

    A byte order mark at the start of the file is heeded wherever reading begins. While the source
    is growing, a last line without its end is held back.
    """
    with source.open() as stream:
        mark, encoding = _sniff(stream.read(3))
    with source.open() as stream:
        offset = start.offset or len(mark)
        skip(stream, offset)
        place = Place(offset, start.number)
        if encoding:
            yield from _wide_lines(stream, place, encoding, holds_back=source.is_growing)
        else:
            yield from _narrow_lines(stream, place, decode, holds_back=source.is_growing)


def _sniff(head: bytes) -> tuple[bytes, str]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return mark, encoding
    return b"", ""


def skip(stream: IO[bytes], size: int) -> None:
    """Go so many bytes forward, from the start of a stream."""
    if stream.seekable():
        stream.seek(size)
        return
    while size > 0 and (chunk := stream.read(min(size, CHUNK))):
        size -= len(chunk)


def _narrow_lines(
    stream: IO[bytes], place: Place, decode: Decoder, *, holds_back: bool
) -> Iterator[Line]:
    offset, number = place
    rest = b""
    while chunk := stream.read(CHUNK):
        pieces = (rest + chunk).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            yield Line(offset, number, decode(piece[:-1] if piece[-1:] == b"\r" else piece))
            offset += len(piece) + 1
            number += 1
        while len(rest) > LONGEST_LINE:
            cut = _character_start(rest, LONGEST_LINE)
            yield Line(offset, number, decode(rest[:cut]))
            offset, rest = offset + cut, rest[cut:]
    if rest and not holds_back:
        yield Line(offset, number, decode(rest.removesuffix(b"\r")))


def _character_start(raw: bytes, at: int) -> int:
    """Step back to where a UTF-8 character begins, if it is one."""
    for cut in range(at, at - 4, -1):
        if raw[cut] & 0xC0 != 0x80:
            return cut
    return at


def _wide_lines(
    stream: IO[bytes], place: Place, encoding: str, *, holds_back: bool
) -> Iterator[Line]:
    newline = "\n".encode(encoding)
    offset, number = place
    rest = b""
    while chunk := stream.read(CHUNK):
        rest += chunk
        start = 0
        while (end := _aligned_find(rest, newline, start)) >= 0:
            yield Line(offset + start, number, _decode_wide(rest[start:end], encoding))
            start, number = end + 2, number + 1
        if len(rest) - start > LONGEST_LINE:
            yield Line(offset + start, number, _decode_wide(rest[start:-2], encoding))
            start = len(rest) - 2
        offset, rest = offset + start, rest[start:]
    if rest and not holds_back:
        yield Line(offset, number, _decode_wide(rest, encoding))


def _aligned_find(data: bytes, wanted: bytes, start: int) -> int:
    at = data.find(wanted, start)
    while at > 0 and (at - start) % 2:
        at = data.find(wanted, at + 1)
    return at


def _decode_wide(raw: bytes, encoding: str) -> str:
    return raw.decode(encoding, "replace").removesuffix("\r")


class Passage:
    """A run of lines that belong together; what goes beyond the longest record is only counted."""

    __slots__ = ("_size", "kept", "last_number", "lines", "number", "offset")

    def __init__(self, line: Line, text: str) -> None:
        self.offset = line.offset
        """Where its first line begins."""
        self.number = line.number
        self.last_number = line.number
        self.lines = [text]
        """What of each line belongs to the passage."""
        self.kept = line.number
        """Number of the last line that was kept."""
        self._size = len(text)

    def add(self, line: Line, text: str) -> None:
        """Append a line; `text` is what of it belongs to the passage."""
        self.last_number = line.number
        self._size += len(text) + 1
        if self._size <= LONGEST_RECORD:
            self.lines.append(text)
            self.kept = line.number

    @property
    def text(self) -> str:
        """The lines that were kept, with newlines between them."""
        return "\n".join(self.lines)

    def left_out(self) -> Rejected | None:
        """Say what did not fit."""
        if self._size <= LONGEST_RECORD or self.last_number == self.number:
            return None
        return Rejected(
            place=line_range(min(self.kept + 1, self.last_number), self.last_number),
            reason="The message is longer than 16 million characters; its rest was left out.",
        )


def line_range(first: int, last: int) -> str:
    """Name lines for people: `line 3` or `lines 3-5`."""
    return f"line {first}" if first == last else f"lines {first}-{last}"
