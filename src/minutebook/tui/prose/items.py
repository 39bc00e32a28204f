"""List items, the one container that is cut apart: each top-level item is a piece of its own.

A long list therefore costs no more per item than a short one, while a stream is still writing it.
"""

from __future__ import annotations

from minutebook.tui.prose import grammar
from minutebook.tui.prose.growing import Growing
from minutebook.tui.prose.pieces import Piece, PieceKind


class Item(Growing):
    """One item of a list with everything indented under it."""

    def __init__(self, mark: grammar.Bullet, number: int | None, *, gap: bool) -> None:
        super().__init__(gap=gap)
        self.mark = mark
        self.number = number
        self.moved = 0
        self._fence: grammar.Opening | None = None

    def takes(self, line: str) -> bool:
        """Take indented lines, blank lines, and text that runs on from the line above."""
        if grammar.is_blank(line) or grammar.indent_of(line) >= self.mark.offset:
            return True
        if self.blank_after or self._fence or grammar.bullet(line):
            return False
        return not (grammar.is_quote(line) or grammar.interrupts_paragraph(line))

    def add(self, line: str) -> None:
        """Take a line, and notice a fence that opens or closes inside the item."""
        blank = grammar.is_blank(line)
        if blank and self.blank_after and self._fence is None:
            return
        self.blank_after = blank
        begins = not (self.lines or self.moved)
        self._follow_fence((line[self.mark.offset :] if begins else line).lstrip(" "))
        super().add(line[min(self.moved, grammar.indent_of(line)) :])

    def _follow_fence(self, line: str) -> None:
        if self._fence is None:
            self._fence = grammar.fence_opening(line)
        elif grammar.closes_fence(line, self._fence.marker):
            self._fence = None

    def rest(self) -> Growing:
        """Return the same item without its marker; an open fence is opened again."""
        item = Item(self.mark, self.number, gap=False)
        item.moved = self.mark.offset
        item.blank_after = self.blank_after
        item._fence = self._fence
        if self._fence is not None:
            item.lines.append(self._fence.marker + self._fence.info)
            item.carried = 1
        return item

    def next_number(self, mark: grammar.Bullet) -> int | None:
        """Return the number of the item that `mark` begins after this one."""
        if mark.number is None:
            return None
        if self.number is None or mark.sign != self.mark.sign:
            return mark.number
        return self.number + 1

    def piece(self) -> Piece:
        """Return the item without the blank lines after it."""
        return Piece(
            kind=PieceKind.ITEM,
            text=self.text.rstrip("\n "),
            gap=self.gap,
            number=None if self.moved else self.number,
            indent=self.moved,
        )
