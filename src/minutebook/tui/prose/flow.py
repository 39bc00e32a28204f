"""All blocks, one below the other: what stands at which row, without laying all of it out.

Only what is looked at is laid out; the rest has estimated heights. Every method that makes
estimates exact is given the row at the top of the view, and returns where the same text stands now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final, NamedTuple

from minutebook.errors import NotFoundError, UsageError
from minutebook.tui.prose.blocks import ProseBlock
from minutebook.tui.prose.entry import Entry
from minutebook.tui.prose.geometry import Geometry
from minutebook.tui.prose.heights import Heights
from minutebook.tui.prose.layouts import Laid, Layouts

_ROUNDS: Final = 20
HEAD: Final = -1
"""The part of a block above its first piece."""
FOOT: Final = 1 << 24
"""The part of a block below its last piece."""


class Held(StrEnum):
    """Which end of the piece that reaches across the top of the view keeps its distance to it,
    when its height turns out to be another one than was guessed.
    """

    START = "start"
    """After a jump, and going down."""
    END = "end"
    """Going up: what comes next is the row above the one that was seen."""


class Spot(NamedTuple):
    """A row of a block, named so that it stays true when heights elsewhere change."""

    key: int
    part: int
    """The number of a piece, or `HEAD` or `FOOT`."""
    row: int
    """The row in that part, with the free rows above a piece counted."""


class Flow:
    """The blocks in order, and the rows they take."""

    def __init__(self, place: Geometry) -> None:
        self.place = place
        self.layouts = Layouts()
        self.entries: list[Entry] = []
        self._by_id: dict[str, Entry] = {}
        self._heights = Heights()

    @property
    def height(self) -> int:
        """How many rows all blocks take, as far as is known."""
        return self._heights.total

    def find(self, block_id: str) -> Entry | None:
        """Return the entry of a block."""
        return self._by_id.get(block_id)

    def entry(self, block_id: str) -> Entry:
        """Return the entry of a block.

        Raises:
            NotFoundError: no block has this id.
        """
        entry = self._by_id.get(block_id)
        if entry is None:
            raise NotFoundError("block", block_id)
        return entry

    def index(self, entry: Entry) -> int:
        """Return the how-manieth an entry is."""
        return entry.key - self.entries[0].key

    def entry_at(self, key: int) -> Entry | None:
        """Return the entry with a key."""
        index = key - self.entries[0].key if self.entries else -1
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def set_blocks(self, blocks: Sequence[ProseBlock]) -> bool:
        """Show these blocks, keeping what has not changed; tell whether old keys still hold."""
        _check_ids([block.id for block in blocks])
        old_ids = [entry.block.id for entry in self.entries]
        new_ids = [block.id for block in blocks]
        keeps_keys = new_ids[: len(old_ids)] == old_ids
        first = self.entries[0].key if keeps_keys and self.entries else 0
        entries = [self._entry_for(block, first + n) for n, block in enumerate(blocks)]
        self._take(entries)
        return keeps_keys

    def append(self, block: ProseBlock) -> Entry:
        """Add a block at the end."""
        self._check_new([block])
        entry = Entry(block, self.entries[-1].key + 1 if self.entries else 0)
        self.entries.append(entry)
        self._by_id[block.id] = entry
        self._heights.append(entry.height(self.place))
        return entry

    def prepend(self, blocks: Sequence[ProseBlock]) -> int:
        """Add blocks at the start; return how many rows they take."""
        self._check_new(blocks)
        first = (self.entries[0].key if self.entries else 0) - len(blocks)
        entries = [Entry(block, first + n) for n, block in enumerate(blocks)]
        before = self.height
        self._take([*entries, *self.entries])
        return self.height - before

    def update(self, block: ProseBlock) -> Entry:
        """Show another version of a block that is here; one that is open keeps its own text."""
        entry = self.entry(block.id)
        if entry.splitter is not None:
            entry.block = block
        elif entry.block != block:
            entry.change(block, self.place, self.layouts)
        self.measure(entry)
        return entry

    def rename(self, old: str, new: str) -> None:
        """Give a block another id. Raises NotFoundError when the old one is not here."""
        if old == new:
            return
        entry = self.entry(old)
        self._check_new([replace(entry.block, id=new)])
        del self._by_id[old]
        entry.block = replace(entry.block, id=new)
        self._by_id[new] = entry

    def measure(self, entry: Entry) -> None:
        """Note the height of an entry that has changed."""
        self._heights[self.index(entry)] = entry.height(self.place)

    def reshape(self, place: Geometry) -> None:
        """Lay everything out in other columns, when it is next looked at."""
        self.place = place
        for entry in self.entries:
            entry.reshape(place)
        self._heights = Heights(entry.height(place) for entry in self.entries)

    def spot(self, row: int) -> Spot | None:
        """Return what stands at a row; None when there is nothing at all."""
        if not self.entries:
            return None
        index, offset = self._heights.locate(row)
        entry = self.entries[index]
        head = entry.head(self.place)
        if offset < head:
            return Spot(entry.key, HEAD, offset)
        if not entry.pieces or offset - head >= entry.before(len(entry.pieces)):
            rows = entry.before(len(entry.pieces)) if entry.pieces else 0
            return Spot(entry.key, FOOT, offset - head - rows)
        return Spot(entry.key, *entry.locate(offset - head))

    def row_of(self, spot: Spot) -> int:
        """Return the row at which a spot stands now."""
        entry = self.entry_at(spot.key)
        if entry is None:
            return 0
        start = self._heights.before(self.index(entry))
        if spot.part == HEAD:
            return start + spot.row
        parts = len(entry.pieces or ())
        part = min(spot.part, parts)
        within = spot.row
        if part < parts:
            within = min(within, max(0, entry.rows_of(part) - 1))
        return start + entry.head(self.place) + entry.before(part) + within

    def entry_row(self, spot: Spot) -> int:
        """Return the row of a spot counted from the first row of its block."""
        return self.row_of(spot) - self.row_of(Spot(spot.key, HEAD, 0))

    def laid(self, entry: Entry, part: int) -> Laid:
        """Return the layout of a piece."""
        return entry.laid(part, self.place, self.layouts)

    def settle(self, top: int, rows: int, held: Held = Held.START) -> int:
        """Lay out what is in sight from row `top` on; return where that row stands now."""
        for _ in range(_ROUNDS):
            before = self.height
            top = self._fix_top(self._clamp(top, rows), held)
            self._fix_down(top, rows)
            if before == self.height:
                break
        return self._clamp(top, rows)

    def settle_end(self, rows: int) -> int:
        """Lay out the last `rows` rows; return the first of them."""
        for _ in range(_ROUNDS):
            before = self.height
            self._fix_down(self._fix_top(self._clamp(before, rows), Held.START), rows)
            if before == self.height:
                break
        return self._clamp(self.height, rows)

    def settle_above(self, top: int, rows: int) -> int:
        """Lay out the rows above `top`, so that scrolling up finds them; return `top` moved."""
        if not self.entries:
            return top
        index, offset = self._heights.locate(top)
        first = True
        while index >= 0 and rows > 0:
            entry = self.entries[index]
            reach = offset if first else entry.height(self.place)
            change = self._fix_up(entry, reach, rows)
            top += change
            rows -= max(1, reach + change)
            first = False
            index -= 1
        return top

    def reveal(self, spot: Spot, above: int) -> int:
        """Make the piece at a spot exact; return the row that is `above` rows over the spot."""
        entry = self.entry_at(spot.key)
        if entry is None:
            return 0
        entry.split(self.place, self.layouts)
        if entry.pieces and 0 <= spot.part < len(entry.pieces):
            entry.fix(spot.part, self.place, self.layouts)
        self.measure(entry)
        return max(0, self.row_of(spot) - above)

    def _clamp(self, top: int, rows: int) -> int:
        return max(0, min(top, self.height - rows))

    def _fix_top(self, top: int, held: Held) -> int:
        """Make exact the piece at row `top`; return where that row stands now."""
        if not self.entries:
            return 0
        index, offset = self._heights.locate(top)
        entry = self.entries[index]
        start = self._heights.before(index)
        if entry.pieces is None:
            old = self._heights[index]
            entry.split(self.place, self.layouts)
            self.measure(entry)
            offset = _moved(offset, old, self._heights[index], held)
        spot = self.spot(start + offset)
        if spot is None or spot.part in {HEAD, FOOT}:
            return start + offset
        old = entry.rows_of(spot.part)
        entry.fix(spot.part, self.place, self.layouts)
        self.measure(entry)
        row = _moved(spot.row, old, entry.rows_of(spot.part), held)
        return start + entry.head(self.place) + entry.before(spot.part) + row

    def _fix_down(self, top: int, rows: int) -> None:
        """Make exact everything from row `top` on, for so many rows."""
        if not self.entries:
            return
        index, offset = self._heights.locate(top)
        need = offset + rows
        while index < len(self.entries) and need > 0:
            entry = self.entries[index]
            entry.split(self.place, self.layouts)
            self._fix_parts(entry, offset, need)
            self.measure(entry)
            need -= self._heights[index]
            index, offset = index + 1, 0

    def _fix_parts(self, entry: Entry, start: int, end: int) -> None:
        """Make exact the pieces of an entry between two of its rows."""
        if not entry.pieces:
            return
        head = entry.head(self.place)
        part = entry.locate(max(0, start - head))[0]
        while part < len(entry.pieces) and head + entry.before(part) < end:
            entry.fix(part, self.place, self.layouts)
            part += 1

    def _fix_up(self, entry: Entry, reach: int, rows: int) -> int:
        """Make exact the last `rows` rows above row `reach` of an entry; return the change."""
        before = entry.height(self.place)
        entry.split(self.place, self.layouts)
        reach = max(0, reach + entry.height(self.place) - before)
        head = entry.head(self.place)
        if entry.pieces:
            part = entry.locate(max(0, reach - head))[0]
            above = 0
            while part >= 0 and above < rows:
                entry.fix(part, self.place, self.layouts)
                above += entry.rows_of(part)
                part -= 1
        self.measure(entry)
        return entry.height(self.place) - before

    def _entry_for(self, block: ProseBlock, key: int) -> Entry:
        """Return the entry that shows `block`, the old one if there is one."""
        entry = self._by_id.get(block.id)
        if entry is None:
            return Entry(block, key)
        entry.key = key
        if entry.block != block and entry.splitter is None:
            entry.change(block, self.place, self.layouts)
        return entry

    def _take(self, entries: list[Entry]) -> None:
        self.entries = entries
        self._by_id = {entry.block.id: entry for entry in entries}
        self._heights = Heights(entry.height(self.place) for entry in entries)

    def _check_new(self, blocks: Sequence[ProseBlock]) -> None:
        _check_ids([*(block.id for block in blocks)])
        for block in blocks:
            if block.id in self._by_id:
                raise UsageError(f"The block {block.id!r} is shown already; update it instead.")


def _moved(row: int, old: int, new: int, held: Held) -> int:
    """Return where a row stands in something whose height has changed."""
    if held is Held.END:
        return max(0, new - (old - row))
    return min(row, max(0, new - 1))


def _check_ids(ids: Iterable[str]) -> None:
    """Refuse two blocks with one id."""
    seen: set[str] = set()
    for block_id in ids:
        if block_id in seen:
            raise UsageError(f"Two blocks have the id {block_id!r}; ids must be unique.")
        seen.add(block_id)
