"""Breaking text into rows by the width of its cells.

Words break at spaces; Chinese, Japanese and Korean between any two characters, though no row starts
with a closing sign. Text that is one cell wide per character, as most is, takes a short cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from rich.cells import cell_len, split_graphemes

from minutebook.tui.prose.rows import Join, Row, Run

_NARROW: Final = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u2030-\u205e]*"
)
"""Characters that are one cell wide whatever stands next to them."""
_CLOSING: Final = "、。，．：；？！）」』】〕〉》’”…ー々"
_ATTACHED: Final = "\u0300-\u036f\u200d\u3099\u309a\ufe00-\ufe0f"
_WIDE: Final = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003fffd"
_UNIT: Final = re.compile(
    f" +|[{_WIDE}][{_ATTACHED}{_CLOSING}]*|[^ {_WIDE}]+[{_CLOSING}]*",
)


class Break(NamedTuple):
    """Where one row starts and ends in the text, and what is between it and the next."""

    start: int
    end: int
    join: Join


def wrap(runs: Iterable[Run], width: int) -> list[Row]:
    """Lay runs out in rows of at most `width` cells; a newline in a run ends its row.

    A single grapheme wider than `width` stands alone on its row.
    """
    parts = [run for run in runs if run.text]
    text = "".join(run.text for run in parts)
    breaks = list(_breaks(text, max(1, width)))
    if len(breaks) == 1 and breaks[0].end == len(text):
        return [Row(runs=tuple(parts))]
    return list(_slices(parts, breaks))


def chop(runs: Iterable[Run], width: int) -> list[Row]:
    """Lay one line of code out in rows of `width` cells: its spaces are part of it, so it breaks
    where the room ends.
    """
    parts = [run for run in runs if run.text]
    text = "".join(run.text for run in parts)
    if len(text) <= width and is_narrow(text):
        return [Row(runs=tuple(parts))]
    return list(_slices(parts, list(_chops(text, max(1, width)))))


def is_narrow(text: str) -> bool:
    """Tell whether every character of `text` is one cell wide."""
    return _NARROW.fullmatch(text) is not None


def _breaks(text: str, width: int) -> Iterator[Break]:
    """Break every line of `text`."""
    start = 0
    for line in text.split("\n"):
        narrow = is_narrow(line)
        for first, last, join in _narrow(line, width) if narrow else _mixed(line, width):
            yield Break(start + first, start + last, join)
        start += len(line) + 1


def _narrow(line: str, width: int) -> Iterator[Break]:
    """Break a line whose characters are one cell wide."""
    start = 0
    while len(line) - start > width:
        end = line.rfind(" ", start, start + width + 1)
        if end <= start:
            yield Break(start, start + width, Join.NOTHING)
            start += width
            continue
        resume = end + 1
        while resume < len(line) and line[resume] == " ":
            resume += 1
        while end > start and line[end - 1] == " ":
            end -= 1
        if resume == len(line):
            yield Break(start, end, Join.LINE)
            return
        yield Break(start, end, Join.SPACE)
        start = resume
    yield Break(start, len(line), Join.LINE)


def _mixed(line: str, width: int) -> Iterator[Break]:
    """Break a line in which characters differ in width."""
    start = end = room_used = 0
    for first, last, cells in _units(line, width):
        is_space = line[first] == " "
        if room_used + cells <= width:
            room_used += cells
            end = last
        elif is_space:
            yield Break(start, end, Join.SPACE)
            start = end = last
            room_used = 0
        else:
            if end > start:
                kept = len(line[start:end].rstrip(" ")) + start
                yield Break(start, kept, Join.SPACE if kept < end else Join.NOTHING)
            start, end, room_used = first, last, cells
    yield Break(start, max(start, end), Join.LINE)


def _chops(line: str, width: int) -> Iterator[Break]:
    """Break a line after every `width` cells."""
    start = used = 0
    for first, _, cells in split_graphemes(line)[0]:
        if used + cells > width and first > start:
            yield Break(start, first, Join.NOTHING)
            start, used = first, 0
        used += cells
    yield Break(start, len(line), Join.LINE)


def _units(line: str, width: int) -> Iterator[tuple[int, int, int]]:
    """Return what must not be broken, as (start, end, cells); nothing is wider than `width`."""
    for found in _UNIT.finditer(line):
        first, last = found.span()
        cells = cell_len(found[0])
        if cells <= width or line[first] == " ":
            yield first, last, cells
        else:
            spans, _ = split_graphemes(found[0])
            yield from ((first + start, first + end, size) for start, end, size in spans)


def _slices(runs: list[Run], breaks: list[Break]) -> Iterator[Row]:
    """Cut the runs at the breaks, in one pass over both."""
    index = position = 0
    for start, end, join in breaks:
        cut: list[Run] = []
        while index < len(runs):
            run = runs[index]
            stop = position + len(run.text)
            if text := run.text[max(0, start - position) : max(0, end - position)]:
                cut.append(Run(text, run.roles, run.link))
            if stop > end:
                break
            index, position = index + 1, stop
        yield Row(runs=tuple(cut), join=join)
