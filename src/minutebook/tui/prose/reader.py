"""The view on a flow: scrolls, follows the end, paints what is in sight.

Height estimates are corrected while the text in sight stays where it is: the scroll offset is moved
by as much as the rows above it have grown. Scrolling is never animated, because an animation would
aim at rows that have moved meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from minutebook.tui.prose.codes import Codes
from minutebook.tui.prose.copying import selected_text
from minutebook.tui.prose.finding import Finding
from minutebook.tui.prose.flow import FOOT, HEAD, Flow, Held, Spot
from minutebook.tui.prose.geometry import Geometry, geometry
from minutebook.tui.prose.messages import FollowChanged, OlderWanted
from minutebook.tui.prose.painter import Overlay, Painter, spot_number, with_spot
from minutebook.tui.prose.palette import read_palette
from minutebook.tui.prose.rows import Role

if TYPE_CHECKING:
    from textual.color import Color
    from textual.timer import Timer

_FIRST_WIDTH = 80
_COLOUR_DELAY = 0.03


class Reader(ScrollView, can_focus=True):
    """Shows a flow of blocks, of which only what is in sight is laid out."""

    ALLOW_SELECT = True

    following: var[bool] = var(True)
    """Whether the view sticks to the end as text is added."""
    new_below: var[bool] = var(False)
    """Whether something has been added below that the reader has not seen."""
    has_older: var[bool] = var(False)
    """Whether there is more to load above; set by the app."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._longest_label = 0
        self._flow = Flow(geometry(_FIRST_WIDTH, 0))
        self._codes = Codes()
        self._painter = Painter(self._flow, self._codes)
        self._finding: Finding | None = None
        self._placing = False
        self._older_asked = False
        self._palette_read = False
        self._background: Color | None = None
        self._colour_timer: Timer | None = None

    @property
    def _rows(self) -> int:
        return self.size.height

    @property
    def _columns(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _top(self) -> int:
        return self.scroll_offset.y

    def _show(self, top: int | None = None, changed_from: int = 0) -> None:
        """Lay out what is in sight, from row `top` on, or at the end while following it.

        What stands above row `changed_from` is not painted again, unless the view moves.
        """
        if not self._rows:
            return
        old_top = self._top
        if self.following:
            top = self._flow.settle_end(self._rows)
        else:
            top = self._flow.settle(self._top if top is None else top, self._rows)
        self._place(top)
        first = changed_from - top if top == old_top else 0
        if first < self._rows:
            self.refresh(Region(0, max(0, first), self.size.width, self._rows))
        self._ask_for_older(top)
        if not self.following:
            self.call_after_refresh(self._prepare_margin)

    def _prepare_margin(self) -> None:
        """Lay out a view's height above what is in sight, for the next scroll upwards."""
        if self._rows and not self.following:
            self._place(self._flow.settle_above(self._top, self._rows))

    def _place(self, top: int) -> None:
        """Scroll to a row without taking it for an act of the reader.

        The virtual size is set without the layout of the whole screen that a change of it would
        cause: the widget's own size does not depend on it, only its scrollbar does.
        """
        self._placing = True
        size = Size(self.size.width, self._flow.height)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        self.scroll_y = self.scroll_target_y = top
        self._placing = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Lay out what has come in sight."""
        super().watch_scroll_y(old_value, new_value)
        if not self._placing and self._rows and round(old_value) != round(new_value):
            held = Held.END if new_value < old_value else Held.START
            self._moved_to(round(new_value), held if new_value else Held.START)

    def _moved_to(self, row: int, held: Held = Held.START) -> None:
        """Take note that the reader has scrolled."""
        top = self._flow.settle(row, self._rows, held)
        self._place(top)
        self.following = top >= self._flow.height - self._rows
        if self.following:
            self.new_below = False
        self._ask_for_older(top)
        self.call_after_refresh(self._prepare_margin)

    def _ask_for_older(self, top: int) -> None:
        if self.has_older and not self._older_asked and top < self._rows:
            self._older_asked = True
            self.post_message(OlderWanted())

    def watch_following(self) -> None:
        """Tell the app."""
        self._tell_following()

    def watch_has_older(self) -> None:
        """Ask at once, when the view is near the top."""
        if self._rows:
            self._ask_for_older(self._top)

    def watch_new_below(self) -> None:
        """Tell the app."""
        self._tell_following()

    def _tell_following(self) -> None:
        if self.is_mounted:
            message = FollowChanged(following=self.following, new_below=self.new_below)
            self.post_message(message)

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.following = True
        self.new_below = False
        self._show()

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll to a row at once, whatever is asked for."""
        options["animate"] = False
        super().scroll_to(x, y, **options)

    def action_scroll_end(self) -> None:
        """Go to the end and stay there."""
        self.follow()

    def action_scroll_home(self) -> None:
        """Go to the start."""
        self.scroll_to(y=0)
        self._ask_for_older(0)

    def on_resize(self) -> None:
        """Lay out again when the width has changed, keeping the text at the top where it is."""
        if self._columns and self._columns != self._flow.place.width:
            self._change_place(geometry(self._columns, self._longest_label))
        self._show()

    def _change_place(self, place: Geometry) -> None:
        """Lay out in other columns."""
        spot = self._flow.spot(self._top)
        self.screen_clear_selection()
        self._flow.reshape(place)
        if spot is not None and not self.following:
            self._place(self._flow.reveal(spot, 0))

    def screen_clear_selection(self) -> None:
        """Forget the selection in this widget: what it pointed at has moved."""
        if self.is_attached and self.text_selection is not None:
            self.screen.clear_selection()

    def notify_style_update(self) -> None:
        """Look at the styles again before the next paint."""
        super().notify_style_update()
        self._palette_read = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint, with the palette of the present theme."""
        background = self.background_colors[1]
        if not self._palette_read or background != self._background:
            self._background = background
            self._palette_read = True
            palette = read_palette(self)
            if palette != self._painter.palette:
                self._painter.palette = palette
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one row of the view."""
        row = self._top + y
        spot = self._flow.spot(row) if row < self._flow.height else None
        if spot is None:
            return Strip.blank(self.size.width, self._painter.palette.base)
        painted = self._painter.paint(spot)
        if self._codes.is_waiting and self._colour_timer is None:
            self._colour_timer = self.set_timer(_COLOUR_DELAY, self._colour)
        return with_spot(painted, spot, self._overlays(spot))

    def _overlays(self, spot: Spot) -> list[Overlay]:
        """Return what is painted over a row, the topmost last."""
        return [*self._hits_at(spot), *self._selection_at(spot)]

    def _colour(self) -> None:
        """Find more colours for the code in sight."""
        self._colour_timer = None
        self._codes.step()
        self.refresh()

    def _hits_at(self, spot: Spot) -> list[Overlay]:
        finding, entry = self._finding, self._flow.entry_at(spot.key)
        if finding is None or entry is None or spot.part in {HEAD, FOOT}:
            return []
        laid = self._flow.laid(entry, spot.part)
        here = (spot.key, spot.part)
        current = finding.current
        return [
            Overlay(span.start, span.end, self._hit_style(current == (*here, span.ordinal)))
            for span in finding.spans(laid, spot.row - entry.space_above(spot.part))
        ]

    def _hit_style(self, is_current: bool) -> Style:
        return self._painter.palette.part(Role.HIT_CURRENT if is_current else Role.HIT)

    def _selection_at(self, spot: Spot) -> list[Overlay]:
        selection = self.text_selection
        span = None if selection is None else selection.get_span(spot_number(spot))
        if span is None:
            return []
        length = len(self._painter.row(spot).text)
        start, end = max(0, span[0]), length if span[1] < 0 else min(span[1], length)
        return [Overlay(start, end, self._selection_style())] if end > start else []

    def _selection_style(self) -> Style:
        """Return what a selection adds: a background, because text keeps its own colour."""
        if self.app.no_color:
            return Style(reverse=True)
        colour = self.screen.get_component_styles("screen--selection").background
        return Style(bgcolor=(self.background_colors[1] + colour).rich_color)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text under a selection, without what stands beside it."""
        return selected_text(self._flow, selection), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint the selection."""
        self.refresh()

    def _select_part(self, spot: Spot) -> None:
        """Select the whole piece at a spot."""
        entry = self._flow.entry_at(spot.key)
        if entry is None or spot.part in {HEAD, FOOT}:
            return
        last = entry.rows_of(spot.part) - 1
        start = spot_number(Spot(spot.key, spot.part, entry.space_above(spot.part)))
        end = Spot(spot.key, spot.part, last)
        width = len(self._painter.row(end).text) + 1
        selection = Selection(Offset(0, start), Offset(width, spot_number(end)))
        self.screen.selections = {self: selection}
