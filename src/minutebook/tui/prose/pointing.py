"""A cursor on the blocks of a text: one of them is pointed at, as a row of a list is.

A block that is taller than the view is read through before the cursor leaves it. The cursor is
named by its block, so it stays where it is when other blocks come and go; when its own block goes,
it stays at the place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from textual.binding import Binding, BindingType

from minutebook.tui.prose.flow import FOOT, HEAD, Spot
from minutebook.tui.prose.messages import BlockChosen, BlockPointed
from minutebook.tui.prose.prose import Prose
from minutebook.tui.prose.rows import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

    from minutebook.tui.prose.blocks import ProseBlock
    from minutebook.tui.prose.entry import Entry

_STEP: Final = 3
"""Rows that a block taller than the view moves at a time."""


class Pointing(Prose):
    """Text with a cursor, which is in sight while the text has the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "point(1)", "Next block", show=False),
        Binding("up,k", "point(-1)", "Block before", show=False),
        Binding("pagedown,ctrl+d", "point_page(1)", "Page down", show=False),
        Binding("pageup,ctrl+u", "point_page(-1)", "Page up", show=False),
        Binding("home,g", "point_edge(-1)", "First block", show=False),
        Binding("end,G", "point_edge(1)", "Last block", show=False),
        Binding("enter", "choose", "Choose the block", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._pointed = ""

    @property
    def pointed(self) -> str:
        """Id of the block under the cursor; empty when there is none."""
        return self._pointed

    @property
    def read(self) -> str:
        """Id of the block that is read: the one under the cursor, else the first in sight."""
        entry = self._flow.find(self._pointed)
        if entry is None or not self._is_in_sight(entry):
            entry = self._first_in_sight()
        return "" if entry is None else entry.block.id

    def set_blocks(self, blocks: Sequence[ProseBlock]) -> None:
        """Show these blocks; see `Prose`. Raises UsageError."""
        index = self._index()
        super().set_blocks(blocks)
        if self._pointed and self._flow.find(self._pointed) is None:
            last = len(self._flow.entries) - 1
            self._point(self._flow.entries[min(index, last)] if last >= 0 else None)

    def point_at(self, block_id: str) -> None:
        """Put the cursor on a block, and bring it into sight. Raises NotFoundError."""
        self._point(self._flow.entry(block_id))
        self._bring_into_sight()

    def action_point(self, step: int) -> None:
        """Go to the next block or the one before, once this one has been read to its end."""
        entry = self._flow.find(self._pointed)
        if entry is None or not self._is_in_sight(entry):
            self._point(self._first_in_sight())
        elif not self._read_on(entry, step):
            index = self._flow.index(entry) + step
            if 0 <= index < len(self._flow.entries):
                self._point(self._flow.entries[index])
                self._bring_into_sight()

    def action_point_page(self, step: int) -> None:
        """Go on by what is in sight."""
        self.scroll_to(y=self._top + step * max(1, self._rows - 1))
        if step > 0 and self._top >= self._flow.height - self._rows:
            self.action_point_edge(1)
        else:
            self._point(self._first_in_sight())

    def action_point_edge(self, step: int) -> None:
        """Go to the first block or the last."""
        if step < 0:
            self.action_scroll_home()
        else:
            self.action_scroll_end()
        if self._flow.entries:
            self._point(self._flow.entries[0 if step < 0 else -1])

    def action_choose(self) -> None:
        """Follow the link that was chosen, else choose the block."""
        if self._chosen in self._links():
            self.action_follow_link()
        elif self._pointed:
            self.post_message(BlockChosen(self._pointed))

    def on_focus(self) -> None:
        """Have a cursor to show."""
        if not self._pointed:
            self._point(self._first_in_sight())
        self.refresh()

    def on_blur(self) -> None:
        """Show no cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Point at what was clicked; the text does the rest."""
        spot = self._flow.spot(self._top + event.y)
        entry = None if spot is None else self._flow.entry_at(spot.key)
        if entry is not None:
            self._point(entry)

    def render_line(self, y: int) -> Strip:
        """Paint one row, on another ground below the cursor."""
        strip = super().render_line(y)
        row = self._top + y
        spot = self._flow.spot(row) if self.has_focus and row < self._flow.height else None
        entry = None if spot is None else self._flow.entry_at(spot.key)
        if spot is None or entry is None or entry.block.id != self._pointed or spot.part == FOOT:
            return strip
        ground = self._painter.palette.part(Role.POINTED)
        plain = self._painter.palette.base
        segments = [Segment(text, (style or plain) + ground) for text, style, _ in strip]
        return type(strip)(segments, strip.cell_length)

    def _index(self) -> int:
        entry = self._flow.find(self._pointed)
        return 0 if entry is None else self._flow.index(entry)

    def _point(self, entry: Entry | None) -> None:
        pointed = "" if entry is None else entry.block.id
        if pointed != self._pointed:
            self._pointed = pointed
            self.refresh()
            self.post_message(BlockPointed(pointed))

    def _extent(self, entry: Entry) -> tuple[int, int]:
        """Return the first row of a block's text, and how many there are, both exact."""
        start = self._flow.reveal(Spot(entry.key, HEAD, 0), 0)
        for part in range(len(entry.pieces or ())):
            entry.fix(part, self._flow.place, self._flow.layouts)
        self._flow.measure(entry)
        rows = entry.height(self._flow.place) - entry.foot(self._flow.place)
        return start, max(1, rows)

    def _is_in_sight(self, entry: Entry) -> bool:
        start, rows = self._extent(entry)
        return start < self._top + self._rows and start + rows > self._top

    def _first_in_sight(self) -> Entry | None:
        """Return the first block that begins in sight, else the one that fills it."""
        spot = self._flow.spot(self._top)
        entry = None if spot is None else self._flow.entry_at(spot.key)
        if entry is None:
            return None
        start, _ = self._extent(entry)
        following = self._flow.entry_at(entry.key + 1)
        if start >= self._top or following is None:
            return entry
        start, _ = self._extent(following)
        return following if start < self._top + self._rows else entry

    def _read_on(self, entry: Entry, step: int) -> bool:
        """Scroll inside a block that reaches out of sight; tell whether it did."""
        start, rows = self._extent(entry)
        above, below = self._top - start, start + rows - self._top - self._rows
        left = below if step > 0 else above
        if left <= 0 or rows <= self._rows:
            return False
        self.scroll_to(y=self._top + step * min(left, _STEP))
        return True

    def _bring_into_sight(self) -> None:
        entry = self._flow.find(self._pointed)
        if entry is None or not self._rows:
            return
        start, rows = self._extent(entry)
        spot = Spot(entry.key, HEAD, 0)
        if start < self._top or rows > self._rows:
            self._go_to(spot, above=0)
        elif start + rows > self._top + self._rows:
            self._go_to(spot, above=self._rows - rows)
