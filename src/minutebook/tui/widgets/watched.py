"""The folders that are watched: whether all of them could be read, and what came in just now."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.message import Message

from minutebook.tui.samples import place_name
from minutebook.tui.widgets.inked import BLANK, Ink, Inked, Line, Span, line
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

    from minutebook.domain.quarantine import QuarantineItem

_AT_MOST = 4
_MARK = 3
"""Cells for the mark behind a path."""


class Watched(Inked):
    """A heading and a line for each folder; as high as it needs to be."""

    class Clicked(Message):
        """It was clicked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._paths: tuple[str, ...] = ()
        self._broken: dict[str, int] = {}
        self._came_from: Counter[str] = Counter()
        """Turns by the source that brought them."""
        self._came: dict[str, int] = {}
        """Turns by the watched path that they lie below."""

    def on_mount(self) -> None:
        """Take no room before there is something."""
        self._fit()

    @property
    def paths(self) -> tuple[str, ...]:
        """What is watched."""
        return self._paths

    def show_folders(self, paths: Sequence[str], rejected: Sequence[QuarantineItem]) -> None:
        """Show these folders, with the number of pieces in them that could not be read."""
        broken = {path: sum(_lies_in(item.path, path) for item in rejected) for path in paths}
        if (tuple(paths), broken) != (self._paths, self._broken):
            self._paths, self._broken = tuple(paths), broken
            self._came = {path: self._came_below(path) for path in paths}
            self._fit()

    def count_in(self, place: str, turns: int) -> None:
        """Count the turns that a source has brought, also before its folder is known here."""
        if turns:
            self._came_from[place] += turns
            for path in self._paths:
                if _lies_in(place, path):
                    self._came[path] += turns
            self._fit()

    def _came_below(self, path: str) -> int:
        return sum(turns for place, turns in self._came_from.items() if _lies_in(place, path))

    def lines(self) -> list[Line]:
        """Return what is shown."""
        if not self._paths:
            return []
        shown = [each for path in self._paths[:_AT_MOST] for each in self._of(path)]
        more = len(self._paths) - _AT_MOST
        rest = [line(f"and {more} more", Ink.FAINT)] if more > 0 else []
        return [line("Watched", Ink.NOTE), *shown, *rest]

    def _of(self, path: str) -> list[Line]:
        """Return the name of a path, and below it what came in and what could not be read."""
        broken, came = self._broken.get(path, 0), self._came.get(path, 0)
        room = max(8, self.size.width - 2 * self.MARGIN - _MARK)
        mark = () if broken else (Span(text="✓", ink=Ink.GOOD),)
        name = Line(left=(Span(text=place_name(path, room)),), right=mark)
        fresh = (Span(text=plural(came, "turn"), ink=Ink.NOTE),) if came else ()
        comma = (Span(text=", ", ink=Ink.NOTE),) if came and broken else ()
        rest = (Span(text=f"{broken:,} not read", ink=Ink.WARNING),) if broken else ()
        counts = (*fresh, *comma, *rest)
        return [name, Line(left=counts)] if counts else [name]

    def _fit(self) -> None:
        self.styles.height = len(self.lines())
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tell the screen."""
        self.post_message(self.Clicked())

    def render_line(self, y: int) -> Strip:
        """Return one line."""
        shown = self.lines()
        return self.paint(shown[y] if y < len(shown) else BLANK)


def _lies_in(place: str, path: str) -> bool:
    """Say whether a source is a watched path, or lies below it; inside a zip counts."""
    return PurePath(place).is_relative_to(path)
