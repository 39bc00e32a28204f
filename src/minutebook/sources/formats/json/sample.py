"""What a sample tells about a JSON file: how it is laid out, and the shape of its first records.

A sample ends anywhere, often inside of the first record. Such a record is closed where its last
complete member ends, so that what is there can be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import islice

from minutebook.sources.containers import BROKEN_STREAM
from minutebook.sources.formats.json.framing import JsonScanner, members
from minutebook.sources.formats.json.text import load
from minutebook.sources.source import Sample

_LOOKED_AT = 20
_FURTHER = 1 << 21
"""Bytes that are looked at when what comes first is longer than the sample."""
_DEEPEST = 100
_PEEK, _MORE = "json.peek", "json.more"
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_CLOSER = {"[": "]", "{": "}"}


class Layout(StrEnum):
    """How a JSON file is laid out."""

    LINES = "lines"
    """A value per line."""
    DOCUMENT = "document"
    """One value, or several, over any number of lines."""
    LONG = "long"
    """The first line is longer than the sample: either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """The beginning of a JSON file."""

    layout: Layout
    is_list: bool
    """Whether it begins with an array."""
    records: tuple[object, ...]
    """The first records: values of lines, and the items in place of arrays."""

    def share(self, fits: Callable[[object], bool]) -> float:
        """Return the part of the records that fits, from 0 to 1."""
        if not self.records:
            return 0.0
        return sum(1 for record in self.records if fits(record)) / len(self.records)


def layout_of(sample: Sample) -> Layout | None:
    """Tell how a file is laid out; None when it does not look like JSON."""
    return _layout(_text(sample), is_whole=sample.is_whole)


def peek(sample: Sample) -> Peek | None:
    """Look at the first records, once; None when the file does not look like JSON."""
    if _PEEK not in sample.seen:
        sample.seen[_PEEK] = _peek(sample)
    found = sample.seen[_PEEK]
    return found if isinstance(found, Peek) else None


def _peek(sample: Sample) -> Peek | None:
    text = _text(sample)
    layout = _layout(text, is_whole=sample.is_whole)
    if layout is None:
        return None
    is_list = text.startswith("[")
    if layout is Layout.LINES:
        records = _line_records(text, is_whole=sample.is_whole)
    elif is_list:
        records = _item_records(text)
    else:
        records = _first_records(text)
    # A line may be a list of conversations, and a conversation a bare list of messages.
    flat = _flat(_flat(records))
    return Peek(layout=layout, is_list=is_list, records=tuple(flat[:_LOOKED_AT]))


def peek_until(sample: Sample, fits: Callable[[object], bool]) -> Peek | None:
    """Look at the first records, and further when the only one is cut off and does not fit.

    Requests name their tools and instructions before their messages, at any length.
    """
    found = peek(sample)
    if found is None or sample.is_whole or len(found.records) != 1 or found.share(fits) > 0:
        return found
    further = sample.seen.get(_MORE)
    if not isinstance(further, Sample):
        try:
            further = sample.seen[_MORE] = sample.source.sample(_FURTHER)
        except BROKEN_STREAM:  # whoever reads it will meet that too, and say where
            return found
    return peek(further)


def _text(sample: Sample) -> str:
    return sample.text().lstrip("\ufeff \t\r\n\x00")


def _lines(text: str, *, is_whole: bool) -> list[str]:
    """Return the first lines that are complete and not blank."""
    found = text.split("\n", 4 * _LOOKED_AT)
    if not is_whole or len(found) > 4 * _LOOKED_AT:
        found.pop()
    return [line for line in (line.strip(" \t\r\x00\ufeff") for line in found) if line]


def _layout(text: str, *, is_whole: bool) -> Layout | None:
    whole = _lines(text, is_whole=is_whole)
    if not whole:
        return Layout.LONG if text[:1] in ("{", "[") else None
    if _loaded(whole[0]):
        return Layout.LINES
    if whole[0].endswith(("[", "{", ",", ":")):
        return Layout.DOCUMENT if text[:1] in ("{", "[") else None
    # A file that was cut at its beginning, or the first line of which is broken.
    ended = _lines(text, is_whole=False)
    if len(ended) > 1 and isinstance(_loaded(ended[1]), dict):
        return Layout.LINES
    return Layout.DOCUMENT if text[:1] in ("{", "[") else None


def _loaded(text: str) -> object:
    """Return the array or object that a text is, or None."""
    if text[:1] not in ("{", "["):
        return None
    try:
        value = load(text)
    except (ValueError, RecursionError):
        return None
    return value or [None]


def _line_records(text: str, *, is_whole: bool) -> list[object]:
    return [_loaded(line) for line in _lines(text, is_whole=is_whole)[:_LOOKED_AT]]


def _flat(records: list[object]) -> list[object]:
    """Put the items of arrays in their place."""
    found: list[object] = []
    for record in records:
        found += record if isinstance(record, list) else [record]
    return found


def _item_records(text: str) -> list[object]:
    data = BytesIO(text.encode("utf-8", "surrogatepass"))
    scanner = JsonScanner(data)
    scanner.peek()
    frames = islice(members(scanner), _LOOKED_AT)
    return [_nearest(frame.data.decode("utf-8", "replace")) for frame in frames if frame.data]


def _first_records(text: str) -> list[object]:
    """Read the first value, and when another one follows, that too."""
    data = BytesIO(text.encode("utf-8", "surrogatepass"))
    scanner = JsonScanner(data)
    records: list[object] = []
    while len(records) < _LOOKED_AT and scanner.peek() == b"{":
        records.append(_nearest(scanner.frame().data.decode("utf-8", "replace")))
    return records


def _nearest(text: str) -> object:
    """Read a value that may be cut off; None when even its beginning is no JSON."""
    value = _loaded(text)
    if value is not None:
        return value
    closed = _closed(text)
    return None if closed is None else _loaded(closed)


def _closed(text: str) -> str | None:
    """Cut a text behind its last complete member, and close what is open there."""
    stack: list[str] = []
    best: tuple[int, str] | None = None
    for found in _TOKEN.finditer(text):
        mark = found.group()
        if mark == ",":
            best = (found.start(), "".join(reversed(stack)))
        elif mark in _CLOSER:
            stack.append(_CLOSER[mark])
            best = (found.end(), "".join(reversed(stack)))
        elif mark in ("]", "}") and stack:
            stack.pop()
            best = (found.end(), "".join(reversed(stack)))
        if len(stack) > _DEEPEST:
            break
    return None if best is None else text[: best[0]] + best[1]
