"""Where a person has come from: what leads somewhere else can be gone back from, like a page of a
book that a finger was left in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minutebook.tui.prose.prose import Anchor

_MOST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A conversation as it was read."""

    conversation: str
    title: str
    pane: str
    """The pane that had the keys."""
    anchor: Anchor | None = None
    """The row at the top of the view; None at the end of the conversation."""


class Places:
    """The places that were left, the last one at the end."""

    def __init__(self) -> None:
        self._left: list[Place] = []

    def leave(self, place: Place) -> None:
        """Note where one was."""
        self._left = [*self._left[1 - _MOST :], place]

    def back(self) -> Place | None:
        """Take the last place; None when there is none."""
        return self._left.pop() if self._left else None

    def forget(self) -> None:
        """Begin anew: the person has gone somewhere by themselves."""
        self._left = []
