"""The code of fences, across the pieces they were cut into: its text to copy, its colours.

Colours are found for what is in sight, a little at each paint; what is left over is found a moment
later, while nobody waits.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from minutebook.tui.prose.entry import Entry
from minutebook.tui.prose.highlight import Colour, Highlighting
from minutebook.tui.prose.pieces import Piece
from minutebook.tui.prose.rows import Row

_KEPT: Final = 64
_PIECES: Final = 512
_STEP: Final = 2_000
"""Characters that are coloured at a time: a few milliseconds."""


class Codes:
    """Finds the colours of code."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], Highlighting] = OrderedDict()
        self._of_piece: dict[int, tuple[Piece, Highlighting]] = {}
        self._waiting: list[tuple[Highlighting, int]] = []
        self._allowance = _STEP

    @property
    def is_waiting(self) -> bool:
        """Whether code in sight has not got its colours yet."""
        return bool(self._waiting)

    def colours(self, entry: Entry, part: int, row: Row) -> list[Colour] | None:
        """Return the colours of the line of code that `row` shows; None while they are unknown."""
        if row.code is None:
            return None
        found = self._highlighting(entry, part)
        if found is None:
            return None
        line = row.code.line
        if line >= len(found.lines) and not found.done:
            self._allowance = _advance(found, line, self._allowance)
        if line < len(found.lines):
            return found.lines[line]
        if not found.done:
            self._waiting.append((found, line))
        return None

    def step(self) -> None:
        """Find more colours for what was in sight when it was painted last."""
        waiting, self._waiting = self._waiting, []
        self._allowance = _STEP
        for found, line in waiting:
            self._allowance = _advance(found, line, self._allowance)

    def text(self, entry: Entry, serial: int) -> str:
        """Return the code with this number in a block, as it was written."""
        pieces = entry.pieces or []
        parts = (piece.text for piece in pieces if piece.fence and piece.fence.serial == serial)
        return "".join(parts)

    def _highlighting(self, entry: Entry, part: int) -> Highlighting | None:
        piece = (entry.pieces or [])[part]
        same, found = self._of_piece.get(id(piece), (None, None))
        if same is piece:
            return found
        fence = piece.fence
        if fence is None or not fence.language or not _is_closed(entry, part, fence.serial):
            return None
        found = self._colouring(self.text(entry, fence.serial).expandtabs(4), fence.language)
        if len(self._of_piece) >= _PIECES:
            self._of_piece.clear()
        self._of_piece[id(piece)] = (piece, found)
        return found

    def _colouring(self, code: str, language: str) -> Highlighting:
        key = (code, language)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Highlighting(code, language)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found


def _advance(found: Highlighting, line: int, allowance: int) -> int:
    """Colour up to a line, as far as the allowance goes; return what is left of it."""
    while len(found.lines) <= line and not found.done and allowance > 0:
        allowance = found.advance(min(allowance, 500)) + allowance - min(allowance, 500)
    return allowance


def _is_closed(entry: Entry, part: int, serial: int) -> bool:
    """Tell whether code has ended; while it grows, its colours would be found in vain."""
    pieces = entry.pieces or []
    for index in range(part, len(pieces)):
        fence = pieces[index].fence
        if fence is None or fence.serial != serial:
            return True
        if fence.closes:
            return True
    return False
