"""Server-sent events as the SDKs expect them, from servers that are careless with their form.

Events are taken apart and put together anew, after the event stream interpretation of the HTML
standard (https://html.spec.whatwg.org/multipage/server-sent-events.html), but leniently where one
reading makes sense: events that only a line end separates, a last event without its empty line, one
without data, an object or an error that is no field of any event, a name that only the data has.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"
_DONE = b"[DONE]"


def is_event_stream(content_type: str, content_encoding: str) -> bool:
    """Say whether a body is a stream of events that can be read as it comes."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "text/event-stream" and content_encoding.strip().lower() in {"", "identity"}


async def well_formed(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the events of a stream, each in one piece, whatever the pieces that came."""
    events, lines = _Events(), _Lines()
    async for piece in pieces:
        for line in lines.take(piece):
            for event in events.take(line):
                yield event
    for line in lines.end():
        for event in events.take(line):
            yield event
    for event in events.end():
        yield event


class _Lines:
    """Cuts a stream at its line ends; linear in what comes, however it is cut."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []
        self._is_behind_return = False
        self._is_first = True

    def take(self, piece: bytes) -> Iterator[bytes]:
        if self._is_behind_return and piece.startswith(b"\n"):
            piece = piece[1:]
        self._is_behind_return = piece.endswith(b"\r") if piece else self._is_behind_return
        *whole, rest = _LINE_END.split(piece)
        for line in whole:
            self._begun.append(line)
            yield self._line()
        if rest:
            self._begun.append(rest)

    def end(self) -> Iterator[bytes]:
        if self._begun:
            yield self._line()

    def _line(self) -> bytes:
        line = b"".join(self._begun)
        self._begun = []
        if self._is_first:
            self._is_first = False
            line = line.removeprefix(_BOM)
        return line


class _Events:
    """Gathers the fields of one event after the other."""

    def __init__(self) -> None:
        self._name = b""
        self._data: list[bytes] = []

    def take(self, line: bytes) -> Iterator[bytes]:
        if not line:
            yield from self._event()
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if line.startswith(b"{"):
            field, value = b"data", line
        if field == b"event":
            if self._is_whole():
                yield from self._event()
            self._name = value
        elif field == b"data":
            if self._is_whole():
                yield from self._event()
            self._data.append(value)
        elif field == b"error" and value.startswith(b"{"):
            yield from self._event()
            self._name = field
            self._data.append(b'{"error":' + value + b"}")

    def end(self) -> Iterator[bytes]:
        """The last event, unless it was cut in its middle."""
        if self._is_whole() or _named_in(b"\n".join(self._data)) is not None:
            yield from self._event()

    def _is_whole(self) -> bool:
        """Say whether the data is all there: so that more of it belongs to another event."""
        if len(self._data) != 1:
            return False
        data = self._data[0].strip()
        return data == _DONE or (data.endswith(b"}") and _named_in(data) is not None)

    def _event(self) -> Iterator[bytes]:
        name, data = self._name, self._data
        self._name, self._data = b"", []
        if not b"".join(data).strip():
            return
        name = name or _named_in(b"\n".join(data)) or b""
        head = b"event: " + name + b"\n" if name else b""
        yield head + b"".join(b"data: " + line + b"\n" for line in data) + b"\n"


def _named_in(data: bytes) -> bytes | None:
    """Return what an object calls its type, empty when it has none; None when it is no object."""
    try:
        value = json.loads(data)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    kind = value.get("type")
    is_name = isinstance(kind, str) and kind.isascii() and kind.isprintable()
    return str(kind).encode() if is_name else b""
