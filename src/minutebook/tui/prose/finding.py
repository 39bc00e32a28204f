"""Finding words in all blocks, a little at a time, without laying out more than what has hits.

The source tells which pieces may have a hit, with markup allowed between the letters; the words on
the screen decide. Hits are named by piece and number, so that they hold when the width changes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final, NamedTuple

from minutebook.tui.prose.entry import Entry
from minutebook.tui.prose.flow import Flow, Spot
from minutebook.tui.prose.layouts import Laid
from minutebook.tui.prose.pieces import Piece
from minutebook.tui.prose.splitter import split

MAX_HITS: Final = 10_000
_STEP: Final = 400_000
"""Characters of source that are looked through at a time, a layout counting as many as below."""
_LAYOUT_COST: Final = 20_000
_ALL: Final = 1 << 62
_MARKUP: Final = r"[*_`~\\\[\]]*"
_MARKUP_SPACE: Final = r"[\s>*_`~\\\[\]]+"
_KEPT: Final = 256


class Hit(NamedTuple):
    """One place where the words were found: the how-manieth of a piece."""

    key: int
    part: int
    ordinal: int


class Span(NamedTuple):
    """The part of a hit that is on one row."""

    start: int
    end: int
    ordinal: int


class Finding:
    """One search, from its start to its end."""

    def __init__(self, words: str) -> None:
        parts = words.split()
        exact = r"\s+".join(re.escape(part) for part in parts)
        loose = _MARKUP_SPACE.join(_MARKUP.join(map(re.escape, part)) for part in parts)
        self._exact = re.compile(exact, re.IGNORECASE)
        self._loose = re.compile(loose, re.IGNORECASE)
        self.words = words
        self.hits: list[Hit] = []
        self.current: Hit | None = None
        self.complete = not parts
        self._next_key: int | None = None
        self._next_part = 0
        """The piece of the next block that is next."""
        self._pieces: tuple[Entry, list[Piece]] | None = None
        self._spans: dict[int, tuple[Laid, dict[int, list[Span]]]] = {}

    @property
    def position(self) -> int:
        """The number of the current hit, from 1; 0 when there is none."""
        if self.current is None:
            return 0
        return bisect_left(self.hits, self.current) + 1

    def step(self, flow: Flow) -> None:
        """Look through some more blocks."""
        if self.complete or not flow.entries:
            self.complete = True
            return
        first = flow.entries[0].key
        index = 0 if self._next_key is None else max(0, self._next_key - first)
        allowance = _STEP
        while index < len(flow.entries) and allowance > 0 and len(self.hits) < MAX_HITS:
            entry = flow.entries[index]
            found, self._next_part, cost = self._look(flow, entry, self._next_part, allowance)
            self.hits.extend(found)
            allowance -= cost
            index += int(not self._next_part)
        self.complete = index >= len(flow.entries) or len(self.hits) >= MAX_HITS
        self._next_key = first + index

    def look_again(self, flow: Flow, entry: Entry) -> None:
        """Look through a block that has changed or is new; a long one in the steps to come."""
        low = bisect_left(self.hits, Hit(entry.key, -1, -1))
        place = self._next_key
        if not self.words.strip():
            return
        if place is not None and entry.key > place:
            self.complete = False
        elif place is None or entry.key == place or len(entry.source) > _STEP:
            del self.hits[low:]
            self._next_key, self._next_part, self.complete = entry.key, 0, False
        else:
            high = bisect_left(self.hits, Hit(entry.key + 1, -1, -1))
            self.hits[low:high] = self._look(flow, entry, 0, _ALL)[0]
            if self.current is not None and self.current.key == entry.key:
                self.current = self.after(Hit(entry.key, -1, -1))

    def after(self, place: Hit) -> Hit | None:
        """Return the first hit at or after a place, or the first of all."""
        if not self.hits:
            return None
        index = bisect_left(self.hits, place)
        return self.hits[index % len(self.hits)]

    def move(self, steps: int) -> Hit | None:
        """Make the next hit, or the one before, the current one; the last is followed by the first.

        Returns the hit that is current now.
        """
        if self.hits:
            index = 0 if self.current is None else bisect_left(self.hits, self.current) + steps
            self.current = self.hits[index % len(self.hits)]
        return self.current

    def spans(self, laid: Laid, row: int) -> list[Span]:
        """Return what of the hits of a piece is on one of its rows, in characters of the row."""
        kept = self._spans.get(id(laid))
        if kept is None or kept[0] is not laid:
            if len(self._spans) > _KEPT:
                self._spans.clear()
            kept = self._spans[id(laid)] = (laid, self._spans_of(laid))
        return kept[1].get(row, [])

    def spot(self, flow: Flow, hit: Hit) -> Spot:
        """Return the row where a hit starts; its piece must have been split."""
        entry = flow.entry_at(hit.key)
        if entry is None or not entry.pieces or hit.part >= len(entry.pieces):
            return Spot(hit.key, 0, 0)
        laid = flow.laid(entry, hit.part)
        rows = (
            row
            for row in range(len(laid.rows))
            if any(span.ordinal == hit.ordinal for span in self.spans(laid, row))
        )
        return Spot(hit.key, hit.part, next(rows, 0) + entry.space_above(hit.part))

    def _look(
        self, flow: Flow, entry: Entry, part: int, allowance: int
    ) -> tuple[list[Hit], int, int]:
        """Look through a block from a piece on, as far as the allowance goes.

        Returns the hits, the piece that is next, 0 at the end of the block, and what it cost.
        """
        hits: list[Hit] = []
        cost = 0
        if not part:
            source = entry.source
            cost, self._pieces = len(source), None
            if not self._loose.search(source):
                return hits, 0, cost
        pieces = self._pieces_of(entry)
        for number in range(part, len(pieces)):
            if cost > allowance and number:
                return hits, number, cost
            piece = pieces[number]
            if self._loose.search(piece.text):
                laid = flow.layouts.laid(piece, entry.shape(flow.place), entry.links)
                count = sum(1 for found in self._exact.finditer(laid.flat) if found[0])
                hits += [Hit(entry.key, number, ordinal) for ordinal in range(count)]
                cost += _LAYOUT_COST
        return hits, 0, cost

    def _pieces_of(self, entry: Entry) -> list[Piece]:
        """Return the pieces of a block, without touching one whose height is still a guess."""
        if entry.pieces is not None:
            return entry.pieces
        if self._pieces is None or self._pieces[0] is not entry:
            self._pieces = (entry, split(entry.block.text, entry.block.kind))
        return self._pieces[1]

    def _spans_of(self, laid: Laid) -> dict[int, list[Span]]:
        spans: dict[int, list[Span]] = {}
        matches = [found.span() for found in self._exact.finditer(laid.flat)]
        start = 0
        for index, row in enumerate(laid.rows):
            end = start + len(row.words)
            for ordinal, (first, last) in enumerate(matches):
                low, high = max(first, start), min(last, end)
                if low < high:
                    move = row.lead - start
                    spans.setdefault(index, []).append(Span(low + move, high + move, ordinal))
            start = end + len(row.join)
        return spans
