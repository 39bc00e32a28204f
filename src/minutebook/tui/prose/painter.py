"""Rows become strips: the bar, the label, the text, and on top of it what is selected or found.

The strips of a few views are kept, until the palette changes: one is some fifty objects with its
caches, and all of a long text would keep the garbage collector busy. Selection and hits are painted
over them and not kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from minutebook.tui.prose.blocks import Mark, Tone
from minutebook.tui.prose.codes import Codes
from minutebook.tui.prose.entry import Entry
from minutebook.tui.prose.flow import FOOT, HEAD, Flow, Spot
from minutebook.tui.prose.highlight import coloured
from minutebook.tui.prose.layouts import Laid
from minutebook.tui.prose.palette import Palette
from minutebook.tui.prose.rows import BLANK, Role, Row, Run
from minutebook.tui.prose.wrap import wrap

LINK_META: Final = "prose_link"
_STRIPS: Final = 200
"""Rows whose strips are kept: some five views."""
_BAR: Final = "▌"
_THIN_BAR: Final = "▏"
_UNDER: Final = {Tone.THOUGHT: (Role.THOUGHT,)}
_GLOW: Final = (None, Role.CHANGED_FADING, Role.CHANGED)
_SPEAKERS: Final = {
    Tone.YOU: Role.SPEAKER_YOU,
    Tone.MODEL: Role.SPEAKER_MODEL,
    Tone.TOOL: Role.SPEAKER_TOOL,
    Tone.SYSTEM: Role.SPEAKER_SYSTEM,
    Tone.PERSON: Role.SPEAKER_PERSON,
    Tone.THOUGHT: Role.THOUGHT,
}
_MARKS: Final = {
    Mark.CHANGED: Role.CHANGED,
    Mark.ATTENTION: Role.ATTENTION,
    Mark.CHOSEN: Role.CHOSEN,
    Mark.OWN: Role.OWN,
}

_StripKey = tuple[Laid, int, Run | None, Run, bool, tuple[Role, ...]]
"""Layout, row, bar, label, whether its code has its colours, and the roles all of its text has."""


class Overlay(NamedTuple):
    """A part of a row's characters, and what is painted over it."""

    start: int
    end: int
    style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A row's strip, and how many characters of it stand before the text."""

    strip: Strip
    left: int


class Painter:
    """Paints the rows of a flow."""

    def __init__(self, flow: Flow, codes: Codes) -> None:
        self._flow = flow
        self._codes = codes
        self._palette = Palette(Style.null(), {})
        self._strips: OrderedDict[_StripKey, Strip] = OrderedDict()

    @property
    def palette(self) -> Palette:
        """What the roles look like."""
        return self._palette

    @palette.setter
    def palette(self, palette: Palette) -> None:
        self._palette = palette
        self._strips.clear()

    def paint(self, spot: Spot) -> Painted:
        """Return the strip of the row at `spot`."""
        entry = self._flow.entry_at(spot.key)
        if entry is None:
            return Painted(strip=self.blank(), left=0)
        left = self._left(entry, self._flow.entry_row(spot))
        characters = 1 + len(left.text)
        if spot.part in {HEAD, FOOT}:
            row = self._edge(entry, spot)
            return Painted(strip=self._strip(row, None, left), left=characters)
        space = entry.space_above(spot.part)
        if spot.row < space:
            return Painted(strip=self._strip(BLANK, None, left), left=characters)
        strip = self._kept_strip(entry, spot.part, spot.row - space, left)
        return Painted(strip=strip, left=characters)

    def row(self, spot: Spot) -> Row:
        """Return the row of text at `spot`; an empty one where there is none."""
        entry = self._flow.entry_at(spot.key)
        if entry is None or spot.part in {HEAD, FOOT}:
            return BLANK
        index = spot.row - entry.space_above(spot.part)
        rows = self._flow.laid(entry, spot.part).rows
        return rows[index] if 0 <= index < len(rows) else BLANK

    def blank(self) -> Strip:
        """Return a strip with nothing on it."""
        return Strip.blank(self._flow.place.width, self.palette.base)

    def _kept_strip(self, entry: Entry, part: int, index: int, left: Run) -> Strip:
        laid = self._flow.laid(entry, part)
        if index >= len(laid.rows):
            return self.blank()
        row = laid.rows[index]
        colours = self._codes.colours(entry, part, row)
        bar = self._bar(entry, part)
        under = _UNDER.get(entry.block.tone, ())
        key = (laid, index, bar, left, colours is not None, under)
        strip = self._strips.get(key)
        if strip is not None:
            self._strips.move_to_end(key)
            return strip
        if colours is not None and row.code is not None:
            row = _in_colour(row, coloured(row.words, row.code.start, colours))
        strip = self._strips[key] = self._strip(row, bar, left, under)
        if len(self._strips) > _STRIPS:
            self._strips.popitem(last=False)
        return strip

    def _bar(self, entry: Entry, part: int) -> Run | None:
        role = _MARKS.get(entry.block.mark)
        if entry.glow and (entry.fresh is None or part in entry.fresh):
            role = _GLOW[min(entry.glow, len(_GLOW) - 1)]
        if role is None:
            return None
        return Run(_THIN_BAR if role is Role.OWN else _BAR, (role,))

    def _left(self, entry: Entry, row: int) -> Run:
        """Return what stands in the column of labels, beside a row of a block."""
        place = self._flow.place
        if not place.labels:
            return Run("")
        if row == 0:
            return Run(place.label(entry.label), (_SPEAKERS[entry.block.tone],))
        if row == 1 and not entry.has_meta_row(place):
            return Run(place.label(entry.note), (Role.META,))
        return Run(" " * place.labels)

    def _edge(self, entry: Entry, spot: Spot) -> Row:
        """Return the row above or below the text of a block."""
        place = self._flow.place
        if spot.part == HEAD:
            label = Run(entry.label, (_SPEAKERS[entry.block.tone],))
            return wrap([label, Run("  "), Run(entry.note, (Role.META,))], place.text)[0]
        notes, row = entry.notes(place), spot.row - entry.first_note_row()
        if 0 <= row < len(notes):
            return wrap([Run(notes[row], (Role.META,))], place.text)[0]
        return BLANK

    def _strip(self, row: Row, bar: Run | None, left: Run, under: tuple[Role, ...] = ()) -> Strip:
        """Return a row; `under` are the roles that all of its text has."""
        style, place = self.palette.style, self._flow.place
        segments = [Segment(" ", style(())) if bar is None else Segment(bar.text, style(bar.roles))]
        if left.text:
            segments.append(Segment(left.text, style(left.roles)))
        used = 0
        for run in row.runs:
            if run.text:
                worn = Run(run.text, (*under, *run.roles), run.link) if under else run
                segments.append(Segment(run.text, self._run_style(worn, row.fill)))
                used += cell_len(run.text)
        if used < place.text:
            fill = () if row.fill is None else (row.fill,)
            segments.append(Segment(" " * (place.text - used), style(fill)))
        strip = Strip(segments, place.left + max(used, place.text))
        return strip.adjust_cell_length(place.width, self.palette.base)

    def _run_style(self, run: Run, fill: Role | None) -> Style:
        style = self.palette.style(run.roles, fill)
        return style + _link_meta(run.link) if run.link else style


def with_spot(painted: Painted, spot: Spot, overlays: list[Overlay]) -> Strip:
    """Return a strip with overlays painted, that knows which character stands where.

    Textual finds the selected characters by this: x counts characters from the start of the text,
    y is the spot as a number.
    """
    strip = painted.strip
    for overlay in overlays:
        strip = _painted_over(strip, painted.left, overlay)
    return strip.apply_offsets(-painted.left, spot_number(spot))


def spot_number(spot: Spot) -> int:
    """Return a number for a spot; it grows from top to bottom."""
    return (spot.key << 48) | ((spot.part + 1) << 20) | spot.row


def spot_of(number: int) -> Spot:
    """Return the spot that `spot_number` gave a number."""
    return Spot(number >> 48, ((number >> 20) & ((1 << 28) - 1)) - 1, number & ((1 << 20) - 1))


def _link_meta(link: str) -> Style:
    meta: dict[str, Any] = {LINK_META: link}
    return Style.from_meta(meta)


def _in_colour(row: Row, runs: list[Run]) -> Row:
    """Return a row of code with other runs."""
    return Row(runs=(row.runs[0], *runs), lead=row.lead, join=row.join, fill=row.fill)


def _painted_over(strip: Strip, left: int, overlay: Overlay) -> Strip:
    """Return a strip with a style over some of its characters; no grapheme is cut."""
    segments: list[Segment] = []
    position = -left
    for segment in strip:
        text, style, _ = segment
        first = max(0, overlay.start - position)
        last = min(len(text), overlay.end - position)
        position += len(text)
        if last <= first:
            segments.append(segment)
            continue
        first, last = _whole(text, first, last)
        middle = overlay.style if style is None else style + overlay.style
        parts = ((text[:first], style), (text[first:last], middle), (text[last:], style))
        segments += [Segment(part, look) for part, look in parts if part]
    return Strip(segments, strip.cell_length)


def _whole(text: str, first: int, last: int) -> tuple[int, int]:
    """Widen a span to whole graphemes."""
    if text.isascii():
        return first, last
    for start, end, _ in split_graphemes(text)[0]:
        if start < first < end:
            first = start
        if start < last < end:
            last = end
    return first, last
