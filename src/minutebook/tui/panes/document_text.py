"""The text of a document: its blocks with a cursor, and marks on those that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.guard import Guarded
from minutebook.tui.prose.pointing import Pointing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minutebook.tui.prose.blocks import ProseBlock


class DocumentText(Guarded, Pointing):
    """The text."""

    marked: frozenset[str] = frozenset()
    """Ids of the blocks that the last revision brought or changed."""
    _is_read = False
    """Whether a person has gone into the text; from then on it does not move by itself."""

    def begin(self, blocks: Sequence[ProseBlock]) -> None:
        """Show another document, from its start."""
        self.set_blocks([])
        self.following, self.marked = False, frozenset()
        self.set_blocks(blocks)
        self.scroll_home(animate=False)
        self._is_read = self.has_focus

    def renew(self, blocks: Sequence[ProseBlock]) -> None:
        """Show another version, and mark what it brought; the marks fade by themselves.

        While nobody reads in it, the text moves to where it changed.
        """
        before = {block.id for block in self.blocks}
        changed = [block.id for block in blocks if block.id not in before]
        gone = len(before - {block.id for block in blocks})
        self.set_blocks(blocks)
        if changed or gone:
            self.marked = frozenset(changed)
            self.mark_changed(changed)
        if changed and not self._is_read:
            if changed[-1] == blocks[-1].id:
                self.follow()
            else:
                self.scroll_to_block(changed[-1])

    def on_focus(self) -> None:
        """Somebody reads."""
        self._is_read = True

    def on_mouse_scroll_down(self) -> None:
        """Somebody reads."""
        self._is_read = True

    def on_mouse_scroll_up(self) -> None:
        """Somebody reads."""
        self._is_read = True
