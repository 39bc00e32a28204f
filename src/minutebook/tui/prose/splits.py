"""Long texts are split in a thread before they are shown; short ones when they are looked at.

To show the end of a text all of it must have been split, and the screen would stand still while a
book is. What was split ahead is taken once: from then on its entry has it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.pieces import Piece
from minutebook.tui.prose.splitter import split

LONG: Final = 50_000
"""Characters from which on a text is long: some ten milliseconds of splitting."""
_AHEAD: Final = 2_500_000
"""Characters of text that are split ahead at most."""


class Splits:
    """Pieces of texts that are not shown yet."""

    def __init__(self) -> None:
        self._ahead: OrderedDict[tuple[str, TextKind], list[Piece]] = OrderedDict()

    def take(self, text: str, kind: TextKind) -> list[Piece]:
        """Return the pieces of a text: those found ahead, else found now."""
        found = self._ahead.pop((text, kind), None)
        return split(text, kind) if found is None else found

    async def prepare(self, blocks: Iterable[ProseBlock]) -> None:
        """Split texts in a thread, one after the other, as far as there is room for them."""
        room = _AHEAD
        for text, kind in dict.fromkeys((b.text, b.kind) for b in blocks):
            room -= len(text)
            if room < 0:
                return
            if (text, kind) not in self._ahead:
                self._keep(text, kind, await asyncio.to_thread(split, text, kind))

    def _keep(self, text: str, kind: TextKind, pieces: list[Piece]) -> None:
        self._ahead[text, kind] = pieces
        while sum(len(text) for text, _ in self._ahead) > _AHEAD:
            self._ahead.popitem(last=False)
