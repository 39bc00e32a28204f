"""The text of a selection, as it was written.

Pieces that are selected whole come as their Markdown source; of a piece that is selected in part
come the words that are seen, without bars and bullets, and without the breaks of the screen. So do
the words of a selection that stays inside one piece, or inside one code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from minutebook.domain.display import terminal_safe
from minutebook.tui.prose.entry import Entry
from minutebook.tui.prose.flow import FOOT, HEAD, Flow
from minutebook.tui.prose.layouts import Laid
from minutebook.tui.prose.painter import spot_of
from minutebook.tui.prose.pieces import Piece

if TYPE_CHECKING:
    from textual.selection import Selection

_PARAGRAPHS = "\n\n"


class Point(NamedTuple):
    """A character: of which piece, in which row of it, at which place in that row."""

    key: int
    part: int
    row: int
    column: int


def selected_text(flow: Flow, selection: Selection) -> str:
    """Return the text of a selection whose offsets were made by `with_spot`."""
    if not flow.entries:
        return ""
    first = _start(flow, selection)
    last = _end(flow, selection)
    entries = flow.entries[_index(flow, first.key) : _index(flow, last.key) + 1]
    return _PARAGRAPHS.join(
        text for entry in entries if (text := _entry_text(flow, entry, first, last))
    )


def _start(flow: Flow, selection: Selection) -> Point:
    if selection.start is None:
        return Point(flow.entries[0].key, HEAD, 0, 0)
    spot = spot_of(selection.start.y)
    return Point(spot.key, spot.part, spot.row, max(0, selection.start.x))


def _end(flow: Flow, selection: Selection) -> Point:
    if selection.end is None:
        return Point(flow.entries[-1].key, FOOT, 0, 0)
    spot = spot_of(selection.end.y)
    return Point(spot.key, spot.part, spot.row, max(0, selection.end.x))


def _index(flow: Flow, key: int) -> int:
    return min(max(0, key - flow.entries[0].key), len(flow.entries) - 1)


def _entry_text(flow: Flow, entry: Entry, first: Point, last: Point) -> str:
    """Return what of a block is between two points."""
    begins, ends = entry.key == first.key, entry.key == last.key
    whole_start = not begins or first.part == HEAD
    whole_end = not ends or last.part == FOOT
    if whole_start and whole_end:
        return terminal_safe(entry.source).strip("\n")
    pieces = entry.pieces or []
    low = max(0, first.part) if begins else 0
    high = min(last.part, len(pieces) - 1) if ends else len(pieces) - 1
    from_point = first if begins else Point(entry.key, HEAD, 0, 0)
    to_point = last if ends else Point(entry.key, FOOT, 0, 0)
    if begins and ends and _is_one(pieces, low, high):
        parts = (_words(flow, entry, part, from_point, to_point) for part in range(low, high + 1))
        return "".join(parts).strip("\n")
    texts = [_piece_text(flow, entry, part, from_point, to_point) for part in range(low, high + 1)]
    return "".join(_joined(entry, low, texts))


def _is_one(pieces: list[Piece], low: int, high: int) -> bool:
    """Tell whether all pieces between two are one piece, or one code."""
    serials = {piece.fence and piece.fence.serial for piece in pieces[low : high + 1]}
    return low >= high or (len(serials) == 1 and None not in serials)


def _joined(entry: Entry, low: int, texts: list[str]) -> Iterator[str]:
    """Put between pieces what separates them in the source."""
    written = False
    for offset, text in enumerate(texts):
        part = low + offset
        if not text:
            continue
        if written:
            spaced = entry.space_above(part) or (entry.pieces or [])[part].gap
            yield _PARAGRAPHS if spaced else "\n"
        written = True
        yield text


def _piece_text(flow: Flow, entry: Entry, part: int, first: Point, last: Point) -> str:
    """Return the source of a piece when all of it is between the points, else its words."""
    laid = flow.laid(entry, part)
    text = _words(flow, entry, part, first, last)
    if text.strip() == laid.flat.strip():
        return (entry.pieces or [])[part].source
    return text.strip("\n")


def _words(flow: Flow, entry: Entry, part: int, first: Point, last: Point) -> str:
    """Return the words of a piece between two points."""
    laid = flow.laid(entry, part)
    space = entry.space_above(part)
    start_row, start = (first.row - space, first.column) if part == first.part else (0, 0)
    end_row, end = (last.row - space, last.column) if part == last.part else (len(laid.rows), 0)
    if start_row < 0:
        start_row, start = 0, 0
    return _between(laid, (start_row, start), (end_row, end))


def _between(laid: Laid, start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return the words of rows from one (row, column) up to another."""
    texts: list[str] = []
    for index, row in enumerate(laid.rows):
        if not start[0] <= index <= end[0]:
            continue
        text = row.text
        low = max(row.lead, start[1] if index == start[0] else 0)
        high = min(end[1], len(text)) if index == end[0] else len(text)
        reaches_end = index < end[0] or end[1] > len(text)
        texts.append(text[low:high] + (row.join if reaches_end else ""))
    return "".join(texts)
