"""Blocks that may still grow: each knows which next line it takes, and what piece it is so far.

`piece()` changes nothing, so the unfinished end of a stream is drawn by the same code as the rest.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from typing import Self

from minutebook.tui.prose import grammar
from minutebook.tui.prose.pieces import MAX_CODE_LINES, MAX_PIECE, Fence, Piece, PieceKind


class Growing(ABC):
    """The block at the end of what has been read."""

    def __init__(self, *, gap: bool) -> None:
        self.gap = gap
        self.lines: list[str] = []
        self.size = 0
        self.carried = 0
        """How many of the lines are repeated from the piece before."""
        self.over = False
        """Whether the block can take no further line."""
        self.blank_after = False
        """Whether the lines taken end with a blank one that is not part of the piece."""

    @abstractmethod
    def takes(self, line: str) -> bool:
        """Tell whether `line` belongs to this block."""

    @abstractmethod
    def piece(self) -> Piece:
        """Return what the block would be if nothing followed."""

    @property
    def full(self) -> bool:
        """Whether the block has to be cut before its next line."""
        return self.size > MAX_PIECE

    def add(self, line: str) -> None:
        """Take a line."""
        self.lines.append(line)
        self.size += len(line) + 1

    def rest(self) -> Growing | None:
        """Return what continues this block after it was cut; None when nothing special does."""
        return None

    @property
    def has_content(self) -> bool:
        """Whether there is anything here that earlier pieces do not have."""
        return len(self.lines) > self.carried

    def copy(self) -> Self:
        """Return a twin that can grow without this one changing."""
        twin = copy.copy(self)
        twin.lines = self.lines.copy()
        return twin

    @property
    def text(self) -> str:
        """The lines so far."""
        return "\n".join(self.lines)


class Single(Growing):
    """A heading or a rule: one line."""

    def __init__(self, kind: PieceKind, *, gap: bool) -> None:
        super().__init__(gap=gap)
        self.kind = kind
        self.over = True

    def takes(self, line: str) -> bool:
        """Take nothing more."""
        return False

    def piece(self) -> Piece:
        """Return the line."""
        return Piece(kind=self.kind, text=self.text, gap=self.gap)


class Paragraph(Growing):
    """Running text, until a blank line or another block."""

    def __init__(self, *, gap: bool) -> None:
        super().__init__(gap=gap)
        self.kind = PieceKind.PARAGRAPH

    def takes(self, line: str) -> bool:
        """Take any text, and the line that makes a heading of it."""
        if grammar.is_blank(line) or grammar.is_quote(line):
            return False
        return grammar.is_underline(line) or not grammar.interrupts_paragraph(line)

    def add(self, line: str) -> None:
        """Take a line; an underline ends the block."""
        if self.lines and grammar.is_underline(line):
            self.kind = PieceKind.HEADING
            self.over = True
        super().add(line)

    def begins_table(self, line: str) -> bool:
        """Tell whether `line` makes the last line taken the head of a table."""
        return bool(self.lines) and "|" in self.lines[-1] and grammar.is_table_delimiter(line)

    def piece(self) -> Piece:
        """Return the paragraph, or the heading it has become."""
        return Piece(kind=self.kind, text=self.text, gap=self.gap)


class Table(Growing):
    """A table: when it is cut, its head is repeated."""

    def takes(self, line: str) -> bool:
        """Take rows."""
        return not (
            grammar.is_blank(line)
            or grammar.is_quote(line)
            or grammar.is_code(line)
            or grammar.interrupts_paragraph(line)
        )

    def rest(self) -> Growing:
        """Return a table with the same head and no rows."""
        table = Table(gap=False)
        for line in self.lines[:2]:
            table.add(line)
        table.size, table.carried = 0, 2
        return table

    def piece(self) -> Piece:
        """Return the rows so far."""
        return Piece(kind=PieceKind.TABLE, text=self.text, gap=self.gap)


class Quote(Growing):
    """A block quote with the lazy lines that follow it."""

    def takes(self, line: str) -> bool:
        """Take quoted lines and text that runs on."""
        if grammar.is_quote(line):
            return True
        if grammar.is_blank(line) or not self.lines[-1].strip(" >"):
            return False
        return not grammar.interrupts_paragraph(line)

    def piece(self) -> Piece:
        """Return the quote."""
        return Piece(kind=PieceKind.QUOTE, text=self.text, gap=self.gap)


class Verbatim(Growing):
    """Lines that are shown as they are."""

    def takes(self, line: str) -> bool:
        """Take everything."""
        return True

    @property
    def full(self) -> bool:
        """Whether there are enough lines for a piece."""
        return len(self.lines) >= MAX_CODE_LINES or super().full

    def piece(self) -> Piece:
        """Return the lines."""
        return Piece(kind=PieceKind.PLAIN, text=self.text, gap=self.gap)


class IndentedCode(Growing):
    """Code that is marked by its indent."""

    def __init__(self, serial: int, *, gap: bool) -> None:
        super().__init__(gap=gap)
        self.serial = serial
        self.first_line = 0

    def takes(self, line: str) -> bool:
        """Take indented lines and the blank ones between them."""
        return grammar.is_code(line) or grammar.is_blank(line)

    def add(self, line: str) -> None:
        """Take a line."""
        self.blank_after = grammar.is_blank(line)
        super().add(line[4:])

    def rest(self) -> Growing:
        """Return the same code, further down."""
        code = IndentedCode(self.serial, gap=False)
        code.first_line = self.first_line + len(self.lines)
        code.blank_after = self.blank_after
        return code

    def piece(self) -> Piece:
        """Return the code without its indent."""
        code = (self.text if self.full else self.text.rstrip("\n ")) + "\n"
        fence = Fence(serial=self.serial, first_line=self.first_line, closes=True)
        return Piece(kind=PieceKind.CODE, text=code, gap=self.gap, fence=fence)


class FencedCode(Growing):
    """Code between fences; long code comes in several pieces."""

    def __init__(self, serial: int, opening: grammar.Opening, *, gap: bool) -> None:
        super().__init__(gap=gap)
        self.serial = serial
        self.opening = opening
        self.first_line = 0
        self.closed = False

    def takes(self, line: str) -> bool:
        """Take everything up to the closing fence."""
        return True

    @property
    def full(self) -> bool:
        """Whether there are enough lines for a piece."""
        return len(self.lines) >= MAX_CODE_LINES or super().full

    def add(self, line: str) -> None:
        """Take a line of code, or the fence that closes it."""
        if grammar.closes_fence(line, self.opening.marker):
            self.closed = self.over = True
            return
        indent = min(self.opening.indent, grammar.indent_of(line))
        self.add_raw(line[indent:] + "\n")

    @property
    def has_content(self) -> bool:
        """Even empty code is a piece: it closes the fence."""
        return True

    def add_raw(self, text: str) -> None:
        """Take code as it is; without a newline at its end the line goes on."""
        self.lines.append(text)
        self.size += len(text)

    def rest(self) -> Growing:
        """Return the same fence, further down."""
        fence = FencedCode(self.serial, self.opening, gap=False)
        fence.first_line = self.first_line + len(self.lines)
        return fence

    def piece(self) -> Piece:
        """Return the code since the last cut."""
        fence = Fence(
            serial=self.serial,
            info=self.opening.info,
            marker=self.opening.marker,
            first_line=self.first_line,
            closes=self.closed,
        )
        text = "".join(self.lines)
        return Piece(kind=PieceKind.CODE, text=text, gap=self.gap, fence=fence)
