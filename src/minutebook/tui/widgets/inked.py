"""Lines of text in a few inks, drawn on the line API.

The text comes from logs and models as often as not, so a line is made of spans that become
segments: there is no markup to be parsed. An ink is a colour of the theme and how much of it. Inks
are no component classes, because Textual would resolve each of them anew for every widget, which
took a third of the time to the first frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from minutebook.domain.display import one_line
from minutebook.tui.guard import Guarded

if TYPE_CHECKING:
    from collections.abc import Sequence


_GAP = 2
_LONGEST = 2_000
"""Characters of a span that are looked at: no screen is wider."""


class Ink(StrEnum):
    """What a span of text is."""

    PLAIN = "plain"
    STRONG = "strong"
    NOTE = "note"
    FAINT = "faint"
    ACCENT = "accent"
    WARNING = "warning"
    ERROR = "error"
    GOOD = "good"
    KEY = "key"


class _Look(NamedTuple):
    """A colour of the theme, and how much of it."""

    colour: str
    strength: float = 1.0
    is_bold: bool = False


_LOOKS = {
    Ink.PLAIN: _Look("foreground"),
    Ink.STRONG: _Look("foreground", is_bold=True),
    Ink.NOTE: _Look("foreground", 0.62),
    Ink.FAINT: _Look("foreground", 0.42),
    Ink.ACCENT: _Look("accent", is_bold=True),
    Ink.WARNING: _Look("warning"),
    Ink.ERROR: _Look("error"),
    Ink.GOOD: _Look("success"),
    Ink.KEY: _Look("accent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Some text that looks the same. It may come from anywhere: it is made harmless here."""

    text: str
    ink: Ink = Ink.PLAIN
    action: str = ""
    """What a click does, as Textual names actions; ours, never from outside."""


class Side(StrEnum):
    """One of the two ends of a line."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: where there is no room for both sides, one is shortened to make room."""

    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()
    shortened: Side = Side.LEFT
    """Left keeps a third of the line when it is the one; right may vanish."""


BLANK = Line()


def line(text: str, ink: Ink = Ink.PLAIN, *, right: str = "", right_ink: Ink = Ink.NOTE) -> Line:
    """Return the common line: one text left, one right."""
    return Line(
        left=(Span(text=text, ink=ink),),
        right=(Span(text=right, ink=right_ink),) if right else (),
    )


class Inked(Guarded, Widget):
    """A widget that draws lines."""

    MARGIN: ClassVar[int] = 2
    """Free cells left and right."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._inks: dict[tuple[Ink, Color], Style] = {}

    def notify_style_update(self) -> None:
        """Forget the styles of the theme before."""
        super().notify_style_update()
        self._inks = {}

    def paint(self, shown: Line, background: Color | None = None) -> Strip:
        """Return a line over the whole width of the widget."""
        over = self.background_colors[1] if background is None else background
        width = self.size.width
        base = self.ink(Ink.PLAIN, over)
        left = [self._segment(span, over) for span in shown.left]
        right = [self._segment(span, over) for span in shown.right]
        inside = max(0, width - 2 * self.MARGIN)
        kept = _cells(left) if shown.shortened is Side.RIGHT else min(_cells(left), inside // 3)
        taken = min(_cells(right), max(0, inside - _GAP - kept))
        room = max(0, inside - taken - (_GAP if taken else 0))
        left, right = _fitted(left, room, base), _fitted(right, taken, base)
        between = " " * max(0, inside - room - taken)
        margin = Segment(" " * self.MARGIN, base)
        strip = Strip([margin, *left, Segment(between, base), *right, margin])
        return strip.adjust_cell_length(width, base)

    def ink(self, ink: Ink, over: Color) -> Style:
        """Return the style of an ink on a background."""
        style = self._inks.get((ink, over))
        if style is None:
            look = _LOOKS[ink]
            colour = Color.parse(self.app.theme_variables[look.colour])
            if look.strength < 1:
                colour = over.blend(colour, look.strength)
            style = Style(color=colour.rich_color, bgcolor=over.rich_color, bold=look.is_bold)
            self._inks[ink, over] = style
        return style

    def _segment(self, span: Span, over: Color) -> Segment:
        style = self.ink(span.ink, over)
        if span.action:
            style += Style.from_meta({"@click": span.action})
        return Segment(_harmless(span.text), style)


class InkedLine(Inked):
    """One line that changes as a whole."""

    def __init__(
        self,
        shown: Line = BLANK,
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._shown = shown

    @property
    def shown(self) -> Line:
        """The line."""
        return self._shown

    def show(self, shown: Line) -> None:
        """Show another line."""
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line; blank below it."""
        return self.paint(self._shown if y == 0 else BLANK)


def text_of(lines: Sequence[Line]) -> str:
    """Return the plain text of some lines, for tests and for copying."""
    return "\n".join(
        " ".join("".join(_harmless(span.text) for span in side) for side in (ln.left, ln.right))
        for ln in lines
    )


def _harmless(text: str) -> str:
    """Return text harmless and on one line, with the spaces at its ends as they are."""
    text = text[:_LONGEST]
    inner = one_line(text)
    if not inner:
        return " " * len(text) if text.isspace() else ""
    before, after = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    return f"{' ' * before}{inner}{' ' * after}"


def _cells(segments: list[Segment]) -> int:
    return sum(cell_len(segment.text) for segment in segments)


def _fitted(segments: list[Segment], room: int, base: Style) -> list[Segment]:
    """Return the segments cut, with an ellipsis, or padded to exactly so many cells."""
    fitted: list[Segment] = []
    for segment in segments:
        size = cell_len(segment.text)
        if size > room:
            cut = set_cell_size(segment.text, max(0, room - 1)).rstrip() + "…" if room else ""
            return [*fitted, Segment(set_cell_size(cut, room), segment.style)]
        fitted.append(segment)
        room -= size
    return [*fitted, Segment(" " * room, base)]
