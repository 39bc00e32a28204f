"""A block's text becomes pieces while it is still being written.

Reading is incremental: a chunk costs what it brings, whatever came before it. The pieces do not
depend on the chunks, because every decision is made on whole lines.
"""

from __future__ import annotations

from typing import Protocol

from minutebook.tui.prose import grammar
from minutebook.tui.prose.blocks import TextKind
from minutebook.tui.prose.growing import (
    FencedCode,
    Growing,
    IndentedCode,
    Paragraph,
    Quote,
    Single,
    Table,
    Verbatim,
)
from minutebook.tui.prose.items import Item
from minutebook.tui.prose.lines import LineFeed, SourceLine
from minutebook.tui.prose.pieces import Piece, PieceKind


class Splitter(Protocol):
    """Turns a stream of text into pieces."""

    def feed(self, chunk: str) -> list[Piece]:
        """Return the pieces that `chunk` completes."""
        ...

    def finish(self) -> list[Piece]:
        """Return the last pieces: nothing follows."""
        ...

    def tail(self) -> list[Piece]:
        """Return what is unfinished, as it would be drawn now."""
        ...


def splitter_for(kind: TextKind) -> Splitter:
    """Return a splitter for text of this kind."""
    return VerbatimSplitter() if kind is TextKind.VERBATIM else MarkdownSplitter()


def split(text: str, kind: TextKind) -> list[Piece]:
    """Return all pieces of a finished text."""
    splitter = splitter_for(kind)
    return [*splitter.feed(text), *splitter.finish()]


class VerbatimSplitter:
    """Cuts text without markup every so many lines."""

    def __init__(self) -> None:
        self._feed = LineFeed()
        self._open = Verbatim(gap=False)

    def feed(self, chunk: str) -> list[Piece]:
        """Return the pieces that `chunk` completes."""
        return self._take(self._feed.feed(chunk))

    def finish(self) -> list[Piece]:
        """Return the rest."""
        return self._take(self._feed.finish()) + self._cut()

    def tail(self) -> list[Piece]:
        """Return the lines of the unfinished piece."""
        lines = [*self._open.lines, self._feed.partial]
        text = "\n".join(lines).rstrip("\n")
        return [Piece(kind=PieceKind.PLAIN, text=text)] if text else []

    def _take(self, lines: list[SourceLine]) -> list[Piece]:
        done: list[Piece] = []
        for line in lines:
            if self._open.full:
                done.extend(self._cut())
            self._open.add(line.text)
        return done

    def _cut(self) -> list[Piece]:
        pieces = [self._open.piece()] if self._open.lines else []
        self._open = Verbatim(gap=False)
        return pieces


class MarkdownSplitter:
    """Finds the ends of Markdown blocks, line by line."""

    def __init__(self) -> None:
        self._feed = LineFeed()
        self._open: Growing | None = None
        self._last_item: Item | None = None
        self._gap = False
        self._codes = 0
        self._inside_long_line = False
        self._done: list[Piece] = []

    def feed(self, chunk: str) -> list[Piece]:
        """Return the pieces that `chunk` completes."""
        for line in self._feed.feed(chunk):
            if line.text or self._open is not None:
                self._read(line)
            else:
                self._gap, self._inside_long_line = True, False
        return self._take_done()

    def finish(self) -> list[Piece]:
        """Return the last pieces; a fence that is still open ends here."""
        for line in self._feed.finish():
            self._read(line)
        if isinstance(self._open, FencedCode):
            self._open.closed = True
        self._close()
        return self._take_done()

    def tail(self) -> list[Piece]:
        """Return the unfinished block with the unfinished line, unless that is a mere marker."""
        twin = MarkdownSplitter()
        twin._open = None if self._open is None else self._open.copy()
        twin._last_item, twin._gap, twin._codes = self._last_item, self._gap, self._codes
        twin._inside_long_line = self._inside_long_line
        partial = self._feed.partial
        if partial and not (grammar.is_undecided(partial) and not self._in_code()):
            twin._read(SourceLine(partial))
        twin._close()
        return twin._done

    def _in_code(self) -> bool:
        return isinstance(self._open, FencedCode)

    def _take_done(self) -> list[Piece]:
        done, self._done = self._done, []
        return done

    def _read(self, line: SourceLine) -> None:
        if isinstance(self._open, FencedCode):
            self._read_code(self._open, line)
        elif self._inside_long_line or not line.ends or grammar.is_deep(line.text):
            self._read_plain(line)
        else:
            self._read_markdown(line.text.expandtabs(4))

    def _read_code(self, code: FencedCode, line: SourceLine) -> None:
        if self._inside_long_line or not line.ends:
            code.add_raw(line.text + ("\n" if line.ends else ""))
        else:
            code.add(line.text)
        self._inside_long_line = not line.ends
        self._settle(code)

    def _read_plain(self, line: SourceLine) -> None:
        """Show a line without markup: it is too long, or too deep, to be anything else."""
        self._close()
        text = line.text.expandtabs(4)
        gap = self._gap and not self._inside_long_line
        self._done.append(Piece(kind=PieceKind.PLAIN, text=text, gap=gap))
        self._gap = False
        self._inside_long_line = not line.ends

    def _read_markdown(self, line: str) -> None:
        block = self._open
        if isinstance(block, Paragraph) and block.begins_table(line):
            block = self._begin_table(block)
        if block is not None and not block.takes(line):
            self._close()
            block = None
        if block is None:
            block = self._begin(line)
        if block is not None:
            block.add(line)
            self._settle(block)

    def _settle(self, block: Growing) -> None:
        """Close a block that is over; cut one that is full."""
        if block.over:
            self._close()
        elif block.full:
            self._done.append(block.piece())
            self._open = block.rest()

    def _begin_table(self, text: Paragraph) -> Growing:
        head = text.lines.pop()
        table = Table(gap=text.gap and not text.lines)
        if text.lines:
            self._done.append(text.piece())
        table.add(head)
        self._open = table
        return table

    def _begin(self, line: str) -> Growing | None:
        if grammar.is_blank(line):
            self._gap = True
            return None
        self._open = self._block_for(line)
        self._gap = False
        if not isinstance(self._open, Item):
            self._last_item = None
        return None if isinstance(self._open, FencedCode) else self._open

    def _block_for(self, line: str) -> Growing:
        if grammar.is_code(line):
            return IndentedCode(self._next_code(), gap=self._gap)
        if opening := grammar.fence_opening(line):
            return FencedCode(self._next_code(), opening, gap=self._gap)
        if grammar.is_heading(line):
            return Single(PieceKind.HEADING, gap=self._gap)
        if grammar.is_rule(line):
            return Single(PieceKind.RULE, gap=self._gap)
        if mark := grammar.bullet(line):
            return self._item(mark)
        return Quote(gap=self._gap) if grammar.is_quote(line) else Paragraph(gap=self._gap)

    def _next_code(self) -> int:
        self._codes += 1
        return self._codes - 1

    def _item(self, mark: grammar.Bullet) -> Item:
        number = self._last_item.next_number(mark) if self._last_item else mark.number
        self._last_item = Item(mark, number, gap=self._gap)
        return self._last_item

    def _close(self) -> None:
        block, self._open = self._open, None
        if block is None:
            return
        self._gap = block.blank_after
        if block.has_content:
            self._done.append(block.piece())
