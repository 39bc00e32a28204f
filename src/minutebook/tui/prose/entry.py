"""One block with its pieces and their heights; split when first looked at, laid out piece by piece.

A height is an estimate until its piece has been laid out. Whoever asks for a layout learns how much
the height has changed, and moves the view by as much.
"""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Final

from minutebook.domain.display import one_line
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.geometry import Geometry
from minutebook.tui.prose.heights import Heights
from minutebook.tui.prose.layouts import Laid, Layouts, Links
from minutebook.tui.prose.markdown import definitions
from minutebook.tui.prose.pieces import Piece, PieceKind
from minutebook.tui.prose.render import Shape, shape_of
from minutebook.tui.prose.splitter import Splitter, splitter_for

_SET_APART: Final = {PieceKind.CODE, PieceKind.QUOTE, PieceKind.TABLE, PieceKind.RULE}
_NO_HEIGHTS: Final = Heights()
_NO_LINKS: Final = Links()
"""Shared by all entries that have not been split; never added to."""
_BELOW: Final = 1
"""Free rows below a block."""


class Entry:
    """A block in its place."""

    __slots__ = (
        "_heights", "_written", "block", "exact", "fresh", "glow", "kept", "key", "links",
        "pieces", "splitter",
    )  # fmt: skip

    def __init__(self, block: ProseBlock, key: int) -> None:
        self.block = block
        self.key = key
        """Grows from top to bottom; stays while blocks are added at either end."""
        self.pieces: list[Piece] | None = None
        self.exact: list[bool] = []
        self.links = _NO_LINKS
        self.splitter: Splitter | None = None
        """Takes what is written while the block is open."""
        self.glow = 0
        """How strongly the bar of a change is drawn; 0 is not at all."""
        self.fresh: frozenset[int] | None = None
        """The pieces that the last change has brought; None when that is not known."""
        self._heights = _NO_HEIGHTS
        self.kept = 0
        """How many pieces are finished; those after them are drafts."""
        self._written: list[str] = []

    def height(self, place: Geometry) -> int:
        """Return how many rows the block takes, as far as is known."""
        if self.pieces is None:
            rows = _guess(self.block.text, place.text, self.block.kind)
        else:
            rows = self._heights.total
        notes = len(self.notes(place))
        inside = max(max(rows, 1) + notes, self._least(place))
        return self.head(place) + inside + self.foot(place) - notes

    def _least(self, place: Geometry) -> int:
        """Return the rows that the label and the note beside the text need."""
        beside = bool(self.block.meta) and not self.head(place) and not self.has_meta_row(place)
        return 1 + int(beside)

    def head(self, place: Geometry) -> int:
        """Return how many rows stand above the text."""
        return int(place.stacked and bool(self.block.speaker))

    def foot(self, place: Geometry) -> int:
        """Return how many rows stand below the text."""
        return (0 if self.block.is_tight else _BELOW) + len(self.notes(place))

    def notes(self, place: Geometry) -> list[str]:
        """Return the quiet lines below the text."""
        meta = [self.note] if self.has_meta_row(place) else []
        return [*meta, *textwrap.wrap(one_line(self.block.foot), place.text)]

    def has_meta_row(self, place: Geometry) -> bool:
        """Tell whether the note stands on a row of its own, below the text."""
        if not self.block.meta or self.head(place):
            return False
        return not place.fits_label(self.note)

    @property
    def label(self) -> str:
        """Who speaks, harmless and on one line."""
        return one_line(self.block.speaker)

    @property
    def note(self) -> str:
        """The quiet note, harmless and on one line."""
        return one_line(self.block.meta)

    def first_note_row(self) -> int:
        """Return the row below the text that the first quiet line stands on."""
        return 0 if self._heights.total else 1

    def split(self, place: Geometry, layouts: Layouts) -> None:
        """Find the pieces, unless that has been done."""
        if self.pieces is None:
            self._begin()
            self._extend(layouts.splits.take(self.block.text, self.block.kind), place, layouts)
            self.kept = len(self.exact)

    def is_split(self, block: ProseBlock) -> bool:
        """Tell whether showing this version of the block needs no splitting."""
        same = (block.text, block.kind) == (self.block.text, self.block.kind)
        return self.splitter is not None or (self.pieces is not None and same)

    def locate(self, row: int) -> tuple[int, int]:
        """Return the piece at a row of the text, and the row in it; the text has pieces."""
        return self._heights.locate(row)

    def before(self, part: int) -> int:
        """Return the rows of text above a piece."""
        return self._heights.before(part)

    def rows_of(self, part: int) -> int:
        """Return the height of a piece with the space above it, as far as is known."""
        return self._heights[part]

    def space_above(self, part: int) -> int:
        """Return the free rows above a piece."""
        pieces = self.pieces or []
        return _space(pieces[part - 1], pieces[part]) if part else 0

    def laid(self, part: int, place: Geometry, layouts: Layouts) -> Laid:
        """Return the layout of a piece."""
        piece = (self.pieces or [])[part]
        if part < self.kept:
            return layouts.laid(piece, self.shape(place), self.links)
        return layouts.draft(piece, self.shape(place), self.links)

    def fix(self, part: int, place: Geometry, layouts: Layouts) -> int:
        """Lay a piece out if its height is an estimate; return by how much the height changes."""
        if self.exact[part]:
            return 0
        self.exact[part] = True
        old = self._heights[part]
        self._heights[part] = self._measure(part, self.laid(part, place, layouts))
        return self._heights[part] - old

    def shape(self, place: Geometry) -> Shape:
        """Return the shape of this block's pieces."""
        line_break = " " if self.block.kind is TextKind.MARKDOWN else "\n"
        return shape_of(place.text, line_break)

    def reshape(self, place: Geometry) -> None:
        """Take all heights for estimates: the columns have changed."""
        if self.pieces is not None:
            self.exact = [False] * len(self.pieces)
            width = place.text
            self._heights = Heights([self._estimate(piece, width) for piece in self.pieces])

    def change(self, block: ProseBlock, place: Geometry, layouts: Layouts) -> None:
        """Show another version of the block, and remember which pieces are new."""
        old = self.pieces
        if (block.text, block.kind) == (self.block.text, self.block.kind):
            self.block = block
            return
        self.block, self.pieces, self.splitter = block, None, None
        self.fresh = None
        if old is not None:
            self.split(place, layouts)
            self.fresh = self._new_since(old)

    def _new_since(self, old: list[Piece]) -> frozenset[int]:
        known = {(piece.kind, piece.text) for piece in old}
        pieces = enumerate(self.pieces or [])
        return frozenset(part for part, new in pieces if (new.kind, new.text) not in known)

    def open(self, place: Geometry, layouts: Layouts) -> None:
        """Begin to take more text at the end."""
        self._begin()
        self._written = []
        self.splitter = splitter_for(self.block.kind)
        self.write(self.block.text, place, layouts)

    def write(self, text: str, place: Geometry, layouts: Layouts) -> bool:
        """Take more text: what it finishes is kept, the rest is a draft.

        Returns whether it can change how finished pieces look.
        """
        if self.splitter is None:
            return False
        known = len(self.links.references)
        self._written.append(text)
        self._replace_draft(self.splitter.feed(text), place, layouts)
        self._extend(self.splitter.tail(), place, layouts)
        return len(self.links.references) != known

    def close(self, place: Geometry, layouts: Layouts) -> None:
        """Take no more text."""
        if self.splitter is not None:
            self._replace_draft(self.splitter.finish(), place, layouts)
            self.block = replace(self.block, text="".join(self._written))
            self.splitter, self._written = None, []

    def _begin(self) -> None:
        """Have no pieces yet."""
        self.pieces, self.exact, self.kept = [], [], 0
        self._heights, self.links = Heights(), Links()

    @property
    def source(self) -> str:
        """The text of the block, with what has been written so far."""
        return self.block.text if self.splitter is None else "".join(self._written)

    def _replace_draft(self, pieces: list[Piece], place: Geometry, layouts: Layouts) -> None:
        if self.pieces is None:
            return
        del self.pieces[self.kept :], self.exact[self.kept :]
        self._heights.truncate(self.kept)
        self._extend(pieces, place, layouts)
        self.kept = len(self.pieces)

    def _extend(self, pieces: list[Piece], place: Geometry, layouts: Layouts) -> None:
        """Add pieces at the end; the height of one that is known already is exact at once."""
        if self.pieces is None:
            return
        self._learn_links(pieces)
        shape, width, heights = self.shape(place), place.text, []
        for piece in pieces:
            self.pieces.append(piece)
            laid = layouts.known(piece, shape, self.links)
            self.exact.append(laid is not None)
            part = len(self.exact) - 1
            heights.append(
                self._estimate(piece, width) if laid is None else self._measure(part, laid)
            )
        self._heights.extend(heights)

    def _learn_links(self, pieces: list[Piece]) -> None:
        """Note link definitions; what stands above and may use a new one is laid out again."""
        learnt = False
        for piece in pieces:
            if "]:" in piece.text and piece.fence is None:
                learnt |= self.links.add(definitions(piece.text))
        if learnt:
            for part, piece in enumerate(self.pieces or ()):
                self.exact[part] &= "[" not in piece.text

    def _measure(self, part: int, laid: Laid) -> int:
        return len(laid.rows) + self.space_above(part) if laid.rows else 0

    def _estimate(self, piece: Piece, width: int) -> int:
        lines = piece.text.count("\n") + int(piece.fence is None)
        if self.block.kind is TextKind.MARKDOWN and piece.kind is PieceKind.PARAGRAPH:
            lines = 1
        return lines + len(piece.text) // width + int(piece.gap)


def _guess(text: str, width: int, kind: TextKind) -> int:
    """Guess the height of text that has not been split."""
    lines = text.count("\n")
    return len(text) // width + (lines // 2 if kind is TextKind.MARKDOWN else lines) + 1


def _space(above: Piece, piece: Piece) -> int:
    """Return the free rows between two pieces."""
    if PieceKind.PLAIN in {above.kind, piece.kind}:
        return int(piece.gap)
    if above.kind is PieceKind.HEADING:
        return 0
    if piece.kind is PieceKind.HEADING:
        return 1
    if above.kind is piece.kind and not piece.gap and not _is_new_code(above, piece):
        return 0
    if above.kind in _SET_APART or piece.kind in _SET_APART:
        return 1
    return int(piece.gap)


def _is_new_code(above: Piece, piece: Piece) -> bool:
    if above.fence is None or piece.fence is None:
        return False
    return above.fence.serial != piece.fence.serial
