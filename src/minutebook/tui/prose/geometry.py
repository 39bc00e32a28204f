"""Which columns of the widget hold what.

From left to right: the bar that marks, the label of the speaker, the text, a free column. Where
there is no room for a column of labels they stand above the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size

_BAR: Final = 1
_RIGHT: Final = 1
_LABEL_SPACE: Final = 2
_LONGEST_LABEL: Final = 12
_ROOM_FOR_LABELS: Final = 48
_LONGEST_LINE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """The columns, in cells."""

    width: int
    labels: int
    """The column of labels with the space after it; 0 when there is none."""
    stacked: bool
    """Whether labels stand above the text."""

    @property
    def left(self) -> int:
        """Cells before the text."""
        return _BAR + self.labels

    @property
    def text(self) -> int:
        """Cells for text: not so many that the eye loses the line."""
        return max(1, min(_LONGEST_LINE, self.width - self.left - _RIGHT))

    def fits_label(self, text: str) -> bool:
        """Tell whether a text fits into the column of labels."""
        return cell_len(text) + _LABEL_SPACE <= self.labels

    def label(self, text: str) -> str:
        """Return a label padded or shortened to its column."""
        room = self.labels - _LABEL_SPACE
        if cell_len(text) > room:
            text = set_cell_size(text, max(0, room - 1)).rstrip() + "…"
        return set_cell_size(text, self.labels)


def geometry(width: int, longest_label: int) -> Geometry:
    """Return the columns for a widget of `width` cells whose widest label has so many cells."""
    stacked = width < _ROOM_FOR_LABELS
    labels = min(longest_label, _LONGEST_LABEL) + _LABEL_SPACE if longest_label else 0
    return Geometry(width=width, labels=0 if stacked else labels, stacked=stacked)
