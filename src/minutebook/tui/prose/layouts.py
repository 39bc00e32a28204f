"""Laid-out pieces, kept by what they say: the same text at the same width is laid out once.

What has not been looked at for long is dropped; its height is remembered elsewhere. Not much is
kept: the garbage collector goes through all of it, and the screen stands still meanwhile.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from minutebook.tui.prose.markdown import References
from minutebook.tui.prose.pieces import Piece
from minutebook.tui.prose.render import Shape, render
from minutebook.tui.prose.rows import Row
from minutebook.tui.prose.splits import Splits

_KEPT: Final = 600
_DRAFTS: Final = 8
_MOST_LINKS: Final = 500
_Key = tuple[Piece, Shape, int]


class Laid:
    """The rows of one piece."""

    __slots__ = ("_flat", "rows")

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows
        self._flat: str | None = None

    @property
    def flat(self) -> str:
        """The words of all rows as one text, without the breaks that the width has made."""
        if self._flat is None:
            self._flat = "".join(row.words + row.join for row in self.rows)
        return self._flat


class Layouts:
    """Lays pieces out, and remembers the most recent ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, Laid] = OrderedDict()
        self._drafts: OrderedDict[_Key, Laid] = OrderedDict()
        self.splits = Splits()

    def known(self, piece: Piece, shape: Shape, links: Links) -> Laid | None:
        """Return the layout of a piece, if it is at hand."""
        return self._kept.get((piece, shape, links.digest_for(piece)))

    def laid(self, piece: Piece, shape: Shape, links: Links) -> Laid:
        """Return the layout of a finished piece."""
        return _remembered(self._kept, _KEPT, piece, shape, links)

    def draft(self, piece: Piece, shape: Shape, links: Links) -> Laid:
        """Return the layout of a piece that will be another one in a moment."""
        return _remembered(self._drafts, _DRAFTS, piece, shape, links)


class Links:
    """The link definitions of one block, which may stand after the text that uses them."""

    __slots__ = ("_digest", "references")

    def __init__(self) -> None:
        self.references: References = {}
        self._digest = 0

    def add(self, found: References) -> bool:
        """Add definitions, the first of each label counts; tell whether there was a new one."""
        fresh = {label: target for label, target in found.items() if label not in self.references}
        if not fresh or len(self.references) > _MOST_LINKS:
            return False
        self.references |= fresh
        for label, target in fresh.items():
            self._digest = hash((self._digest, label, str(target.get("href"))))
        return True

    def digest_for(self, piece: Piece) -> int:
        """Return what of the definitions can change how `piece` looks."""
        return self._digest if self._digest and "[" in piece.text else 0


def _remembered(
    cache: OrderedDict[_Key, Laid], size: int, piece: Piece, shape: Shape, links: Links
) -> Laid:
    key = (piece, shape, links.digest_for(piece))
    laid = cache.get(key)
    if laid is None:
        laid = cache[key] = Laid(render(piece, shape, links.references))
        if len(cache) > size:
            cache.popitem(last=False)
    else:
        cache.move_to_end(key)
    return laid
