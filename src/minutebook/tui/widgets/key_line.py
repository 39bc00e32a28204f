"""The last line: the keys that work everywhere, and behind them those of the place that has the
keys. Each can be clicked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Side, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events

Key = tuple[str, str, str]
"""Its name, what it does, and the action of a click; empty when there is none."""
_KEYS: tuple[Key, ...] = (
    ("^P", "palette", "app.command_palette"),
    ("F1", "help", "app.help"),
    ("^N", "new", "app.new_conversation"),
    ("^F", "search", "app.search"),
    ("F2–F6", "panes", "app.next_pane"),
    ("^Q", "quit", "app.quit"),
)
_HELP: tuple[Key, ...] = (("F1", "", "app.help"),)
"""What is left of them where those of the place need the room."""
_LEAST = 20
"""Columns that some of them are to have."""
_ROOMY = 100
_SHORT = {"F2–F6": ""}
"""Words where there is less room than that."""
_HERE: dict[str, tuple[Key, ...]] = {
    "composer": (("esc", "to the turns", "screen.chat"),),
    "transcript": (("i", "type", "screen.chat"), ("l", "link", ""), ("esc", "back", "screen.back")),
    "conversation-list": (("/", "find", ""), ("enter", "go", "")),
    "conversation-search": (("esc", "all again", ""),),
    "view-context": (
        ("c", "room", ""),
        ("i", "inspect", ""),
        ("v", "passes", ""),
        ("m", "map", ""),
    ),
    "view-archive": (("v", "verify", ""), ("L", "ledger", ""), ("m", "maintenance", "")),
    "document-text": (("e", "edit", ""), ("t", "tell", "")),
}
"""By the id of the widget with the keys."""


class KeyLine(InkedLine):
    """Keys and what they do."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._place = ""

    def at(self, place: str) -> None:
        """Show the keys of a place too, named by the id of its widget."""
        self._place = place
        self._paint()

    def on_resize(self, event: events.Resize) -> None:
        """Use the room there is."""
        self._paint()

    def _paint(self) -> None:
        is_roomy = self.size.width >= _ROOMY
        gap = "   " if is_roomy else "  "
        here = _spans(_HERE.get(self._place, ()), gap)
        keys = _KEYS if is_roomy else [(key, _SHORT.get(key, word), do) for key, word, do in _KEYS]
        # What works everywhere stands under F1 as well; what works here alone is said here.
        side = Side.RIGHT if is_roomy else Side.LEFT
        if here and _width(here) + _LEAST > self.size.width:
            keys = _HELP
        self.show(Line(left=_spans(keys, gap), right=here, shortened=side))


def _width(spans: Iterable[Span]) -> int:
    return sum(len(span.text) for span in spans)


def _spans(keys: Iterable[Key], gap: str) -> tuple[Span, ...]:
    """Return keys as spans, with a gap between them."""
    spans: list[Span] = []
    for key, word, action in keys:
        between = gap if spans else ""
        spans.append(Span(text=f"{between}{key}", ink=Ink.KEY, action=action))
        spans.append(Span(text=f" {word}" if word else "", ink=Ink.FAINT, action=action))
    return tuple(spans)
