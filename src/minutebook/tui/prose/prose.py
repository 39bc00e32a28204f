"""The text widget of the workbench: the chat's transcript, and the living document.

It draws rows itself instead of making a widget for each paragraph. A stream costs what it brings:
finished pieces are laid out once, the unfinished end is drawn again on a timer, which runs only
while something is being written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual.binding import Binding, BindingType

from minutebook.domain.display import one_line, terminal_safe
from minutebook.errors import UsageError
from minutebook.tui.prose.ahead import Ahead
from minutebook.tui.prose.blocks import ProseBlock
from minutebook.tui.prose.entry import Entry
from minutebook.tui.prose.flow import FOOT, HEAD, Spot
from minutebook.tui.prose.geometry import geometry
from minutebook.tui.prose.messages import Copied, LinkClicked
from minutebook.tui.prose.painter import LINK_META
from minutebook.tui.prose.palette import COMPONENTS, PROSE_CSS
from minutebook.tui.prose.render import COPY

if TYPE_CHECKING:
    from textual import events
    from textual.timer import Timer

Anchor = tuple[str, Spot]
"""A row that stays true while blocks are added: the id of its block, and the spot in it."""
_FLUSH_SECONDS: Final = 0.04
_FLUSH_REST: Final = 4
"""How many times as long as it took to draw the end is waited before it is drawn again."""
_SHORT_NOTE: Final = 8
"""Characters of a note that the column of labels makes room for: a time, not more."""
_SLICE: Final = 40_000
"""Characters that are taken into the open block at a time: some ten milliseconds of splitting."""
_FADE_SECONDS: Final = 2.5
_FADE_STEPS: Final = 3
_FULL_GLOW: Final = 2


class Prose(Ahead):
    """Shows blocks of Markdown; takes a stream at its end; finds, marks, selects and copies."""

    DEFAULT_CSS = PROSE_CSS
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "Start", show=False),
        Binding("G", "scroll_end", "End", show=False),
        Binding("y", "copy_code", "Copy code", show=False),
    ]

    fade_seconds: float = _FADE_SECONDS
    """How long one of the three steps takes in which the bar of a change fades."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._open: Entry | None = None
        self._unwritten: list[str] = []
        self._flush_timer: Timer | None = None
        self._flush_delay = _FLUSH_SECONDS
        self._glowing: dict[str, int] = {}
        self._fade_timer: Timer | None = None

    @property
    def blocks(self) -> list[ProseBlock]:
        """The blocks that are shown; the text of an open one is complete when it is closed."""
        return [entry.block for entry in self._flow.entries]

    @property
    def is_streaming(self) -> bool:
        """Whether a block is open."""
        return self._open is not None

    def set_blocks(self, blocks: Sequence[ProseBlock]) -> None:
        """Show these blocks in this order. What has not changed is not laid out again, and the
        text at the top of the view stays where it is. An open block stays open, at the end.

        Raises:
            UsageError: two blocks have the same id.
        """
        if self._open is not None:
            open_id = self._open.block.id
            blocks = [*(b for b in blocks if b.id != open_id), self._open.block]
        anchor = self.top_anchor()
        self._measure_labels(blocks, afresh=True)
        if not self._flow.set_blocks(blocks):
            self.screen_clear_selection()
        self._show(self._anchor_row(anchor))
        self._find_again()

    def append_block(self, block: ProseBlock) -> None:
        """Add a block at the end.

        Raises:
            UsageError: a block with this id is shown already.
        """
        entry = self._flow.append(block)
        self._measure_labels([block])
        self._grown(entry)

    def update_block(self, block: ProseBlock) -> None:
        """Show another version of a block.

        Raises:
            NotFoundError: there is no block with this id.
        """
        anchor = self.top_anchor()
        entry = self._flow.update(block)
        self._measure_labels([block])
        self._show(self._anchor_row(anchor))
        self._look_again(entry)

    def prepend_blocks(self, blocks: Sequence[ProseBlock]) -> None:
        """Add older blocks above the first one; what is in sight stays where it is.

        Raises:
            UsageError: a block with one of the ids is shown already.
        """
        rows = self._flow.prepend(blocks)
        self._older_asked = False
        top = self._top + rows
        self._place(top)
        self._measure_labels(blocks)
        self._show(self._top)
        self._find_again()

    def open_block(self, block: ProseBlock) -> None:
        """Add a block whose text is still being written; `block.text` is its beginning.

        Raises:
            UsageError: another block is open, or one with this id is shown already.
        """
        if self._open is not None:
            raise UsageError(f"The block {self._open.block.id!r} is still open; close it first.")
        begun, rest = block.text[:_SLICE], block.text[_SLICE:]
        self._open = self._flow.append(replace(block, text=begun))
        self._open.open(self._flow.place, self._flow.layouts)
        self._measure_labels([block])
        self._flow.measure(self._open)
        self._grown(self._open)
        if rest:
            self.write(rest)

    def write(self, text: str) -> None:
        """Add text to the open block; it is drawn within some 40 milliseconds, a lot in slices.

        Raises:
            UsageError: no block is open.
        """
        if self._open is None:
            raise UsageError("No block is open to write to; open one first.")
        self._unwritten.append(text)
        self._flush_later()

    def _flush_later(self) -> None:
        if self._flush_timer is None and self.is_mounted:
            self._flush_timer = self.set_timer(self._flush_delay, self._flush)

    def close_block(self) -> ProseBlock:
        """End the open block; return it with all its text.

        Raises:
            UsageError: no block is open.
        """
        entry = self._open
        if entry is None:
            raise UsageError("No block is open to be closed.")
        while self._unwritten:
            self._flush()
        entry.close(self._flow.place, self._flow.layouts)
        self._open = None
        self._flow.measure(entry)
        self._grown(entry)
        self._look_again(entry)
        return entry.block

    def _flush(self) -> None:
        """Draw what has been written since the last time."""
        if self._flush_timer is not None:
            self._flush_timer.stop()
            self._flush_timer = None
        if self._open is None or not self._unwritten:
            return
        start = monotonic()
        unwritten = "".join(self._unwritten)
        text, rest = unwritten[:_SLICE], unwritten[_SLICE:]
        self._unwritten = [rest] if rest else []
        first = self._flow.row_of(Spot(self._open.key, self._open.kept, 0))
        if self._open.write(text, self._flow.place, self._flow.layouts):
            first = 0
        self._flow.measure(self._open)
        self._grown(self._open, first)
        self._flush_delay = max(_FLUSH_SECONDS, _FLUSH_REST * (monotonic() - start))
        if rest:
            self._flush_later()

    def _grown(self, entry: Entry, changed_from: int = 0) -> None:
        """Show that there is more at the end."""
        if not self.following:
            self.new_below = True
        self._show(changed_from=changed_from)
        if entry is not self._open:
            self._look_again(entry)

    def _measure_labels(self, blocks: Iterable[ProseBlock], *, afresh: bool = False) -> None:
        """Make the column of labels wide enough."""
        names = {block.speaker for block in blocks if block.speaker}
        notes = {b.meta for b in blocks if b.speaker and len(b.meta) <= _SHORT_NOTE}
        longest = max((cell_len(one_line(text)) for text in names | notes), default=0)
        longest = longest if afresh else max(longest, self._longest_label)
        if longest != self._longest_label:
            self._longest_label = longest
            place = geometry(self._flow.place.width, longest)
            if place != self._flow.place:
                self._change_place(place)

    def top_anchor(self) -> Anchor | None:
        """Return what is at the top of the view, by the id of its block; None without blocks."""
        spot = self._flow.spot(self._top)
        entry = None if spot is None else self._flow.entry_at(spot.key)
        return None if spot is None or entry is None else (entry.block.id, spot)

    def _anchor_row(self, anchor: Anchor | None) -> int:
        """Return where the text of an anchor stands now."""
        entry = None if anchor is None else self._flow.find(anchor[0])
        if anchor is None or entry is None:
            return self._top
        return self._flow.row_of(anchor[1]._replace(key=entry.key))

    def return_to(self, anchor: Anchor) -> None:
        """Bring what an anchor names to the top of the view again, if it is still here."""
        entry = self._flow.find(anchor[0])
        if entry is not None:
            entry.split(self._flow.place, self._flow.layouts)
            self._go_to(anchor[1]._replace(key=entry.key), above=0)

    def scroll_to_block(self, block_id: str) -> None:
        """Bring the start of a block to the top of the view.

        Raises:
            NotFoundError: there is no block with this id.
        """
        self._go_to(Spot(self._flow.entry(block_id).key, HEAD, 0), above=0)

    def mark_changed(self, ids: Iterable[str]) -> None:
        """Draw a bar beside what has changed in these blocks; it fades by itself. Of a block that
        was updated only its new pieces are marked. Ids that are not here are passed over.
        """
        for block_id in ids:
            entry = self._flow.find(block_id)
            if entry is not None:
                entry.glow = _FULL_GLOW
                self._glowing[block_id] = _FADE_STEPS
        self.refresh()
        self._fade_later()

    def _fade_later(self) -> None:
        if self._glowing and self._fade_timer is None and self.is_mounted:
            self._fade_timer = self.set_timer(self.fade_seconds, self._fade)

    def _fade(self) -> None:
        self._fade_timer = None
        self._glowing = {block_id: left - 1 for block_id, left in self._glowing.items()}
        for block_id, left in self._glowing.items():
            entry = self._flow.find(block_id)
            if entry is not None:
                entry.glow = min(left, _FULL_GLOW)
        self._glowing = {block_id: left for block_id, left in self._glowing.items() if left}
        self.refresh()
        self._fade_later()

    def copy_block(self, block_id: str) -> None:
        """Copy the Markdown of a block.

        Raises:
            NotFoundError: there is no block with this id.
        """
        self._copy(self._flow.entry(block_id).source)

    def adopt_block(self, block_id: str, block: ProseBlock) -> None:
        """Give a block that was closed another name and what stands beside it; the same text is
        not laid out again.

        Raises:
            NotFoundError: there is no block with this id.
        """
        self._flow.rename(block_id, block.id)
        self.update_block(block)

    def codes_of(self, block_id: str) -> list[str]:
        """Return the codes of a block, each whole and as it was written.

        Raises:
            NotFoundError: there is no block with this id.
        """
        entry = self._flow.entry(block_id)
        entry.split(self._flow.place, self._flow.layouts)
        serials = dict.fromkeys(p.fence.serial for p in entry.pieces or () if p.fence)
        return [self._codes.text(entry, serial) for serial in serials]

    def bring_into_view(self, block_id: str) -> None:
        """Show the start of a block, unless it is in view.

        Raises:
            NotFoundError: there is no block with this id.
        """
        spot = Spot(self._flow.entry(block_id).key, HEAD, 0)
        self._flow.reveal(spot, 0)
        if not self._top <= self._flow.row_of(spot) < self._top + self._rows - 1:
            self._go_to(spot, above=self._rows // 4)

    def copy_text(self, text: str) -> None:
        """Put a text on the clipboard, harmless, and tell that it is there."""
        self._copy(text)

    def action_copy_code(self) -> None:
        """Copy the last code in view, whole."""
        for row in range(self._top + self._rows - 1, self._top - 1, -1):
            spot = self._flow.spot(row)
            if spot is not None and self._copy_code_at(spot):
                return

    def _copy_code_at(self, spot: Spot) -> bool:
        """Copy the code at a spot; tell whether there is one."""
        entry = self._flow.entry_at(spot.key)
        if entry is None or not entry.pieces or spot.part in {HEAD, FOOT}:
            return False
        fence = entry.pieces[spot.part].fence
        if fence is None:
            return False
        self._copy(self._codes.text(entry, fence.serial))
        return True

    def _copy(self, text: str) -> None:
        safe = terminal_safe(text)
        self.app.copy_to_clipboard(safe)
        self.post_message(Copied(safe))

    def on_click(self, event: events.Click) -> None:
        """Follow a link, copy code, or select a paragraph by a double click."""
        spot = self._flow.spot(self._top + event.y)
        if spot is None or event.button != 1:
            return
        link = event.style.meta.get(LINK_META)
        if link == COPY:
            self._copy_code_at(spot)
        elif isinstance(link, str):
            self.post_message(LinkClicked(link))
        elif event.chain > 1:
            event.prevent_default()
            self._select_part(spot)
