"""Links by keys: one of those in sight is chosen, then followed.

A link that is broken over rows is one link. The choice is named by piece and row, so that it holds
while text is added elsewhere; where something else stands now, nothing is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from minutebook.tui.prose.flow import Spot
from minutebook.tui.prose.messages import LinkClicked
from minutebook.tui.prose.painter import Overlay
from minutebook.tui.prose.reader import Reader
from minutebook.tui.prose.render import COPY
from minutebook.tui.prose.rows import Row


class LinkPart(NamedTuple):
    """The part of a link that is on one row, in characters of the row."""

    spot: Spot
    start: int
    end: int
    target: str


Link = tuple[LinkPart, ...]
"""A link in sight, from its first row to its last."""


class Linked(Reader):
    """A reader whose links are reached by keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "choose_link(1)", "Choose the next link", show=False),
        Binding("L", "choose_link(-1)", "Choose the link before", show=False),
        Binding("enter", "follow_link", "Follow the link", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._chosen: Link = ()

    def action_choose_link(self, step: int) -> None:
        """Choose the next link in sight, or the one before; the last is followed by the first."""
        links = self._links()
        if self._chosen in links:
            self._chosen = links[(links.index(self._chosen) + step) % len(links)]
        else:
            self._chosen = links[0 if step > 0 else -1] if links else ()
        self.refresh()

    def action_follow_link(self) -> None:
        """Follow the chosen link; when there is only one in sight, that one."""
        links = self._links()
        if self._chosen in links:
            self.post_message(LinkClicked(self._chosen[0].target))
        elif len(links) == 1:
            self.post_message(LinkClicked(links[0][0].target))
        else:
            self.action_choose_link(1)

    def _overlays(self, spot: Spot) -> list[Overlay]:
        chosen = [
            Overlay(part.start, part.end, self._hit_style(True))
            for part in self._chosen
            if part.spot == spot and part in _parts_of(spot, self._painter.row(spot))
        ]
        return [*super()._overlays(spot), *chosen]

    def _links(self) -> list[Link]:
        """Return the links in sight, from top to bottom."""
        links: list[Link] = []
        for part in self._link_parts():
            if links and _goes_on(links[-1][-1], part):
                links[-1] = (*links[-1], part)
            else:
                links.append((part,))
        return links

    def _link_parts(self) -> Iterator[LinkPart]:
        for number in range(self._top, min(self._top + self._rows, self._flow.height)):
            spot = self._flow.spot(number)
            if spot is not None:
                yield from _parts_of(spot, self._painter.row(spot))


def _parts_of(spot: Spot, row: Row) -> Iterator[LinkPart]:
    """Yield what is linked on a row; runs of one link that look different are one part."""
    start = position = 0
    target = ""
    for text, link in [*((run.text, run.link) for run in row.runs), ("", "")]:
        if link != target:
            if target and target != COPY:
                yield LinkPart(spot, start, position, target)
            start, target = position, link
        position += len(text)


def _goes_on(above: LinkPart, part: LinkPart) -> bool:
    """Tell whether a part is the rest of the link that ends on the row above."""
    here, there = part.spot, above.spot
    is_next = here._replace(row=here.row - 1) == there
    return is_next and part.target == above.target
