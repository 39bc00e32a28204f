"""Long texts are split before they come in sight: those near the view first, the rest meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minutebook.tui.prose.blocks import ProseBlock
from minutebook.tui.prose.seeking import Seeking
from minutebook.tui.prose.splits import LONG

_NEAR: Final = 20_000
"""Characters that may be in sight at once, or right above."""


class Ahead(Seeking):
    """A reader that does not stand still while a long text is split."""

    async def prepare(self, blocks: Sequence[ProseBlock]) -> bool:
        """Split the long texts of blocks in a thread, those that will be in sight before this
        returns; the blocks come in the order in which a reader gets to them.

        What has not been prepared is split when it comes in sight. Returns whether it took a while.
        """
        passed, near = 0, 0
        while near < len(blocks) and passed < _NEAR:
            passed += len(blocks[near].text)
            near += 1
        now = self._unsplit(blocks[:near])
        await self._split(now)
        later = self._unsplit(blocks[near:])
        if later and self.is_attached:
            self.run_worker(self._split(later), group="split ahead", exclusive=True)
        return bool(now)

    async def _split(self, blocks: Sequence[ProseBlock]) -> None:
        await self._flow.layouts.splits.prepare(blocks)

    def _unsplit(self, blocks: Sequence[ProseBlock]) -> list[ProseBlock]:
        """Return the blocks with a long text that is not shown yet, or has not been in sight."""
        entries = ((block, self._flow.find(block.id)) for block in blocks)
        return [
            block
            for block, entry in entries
            if len(block.text) >= LONG and (entry is None or not entry.is_split(block))
        ]
