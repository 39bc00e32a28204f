"""What is said above the input while an answer is on its way: why it waits, why it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from minutebook.events import ReplyDelayed, ReplyFailed, ReplyStarted
from minutebook.tui.widgets.inked import Ink
from minutebook.wording import delayed

if TYPE_CHECKING:
    from minutebook.tui.bridge import ReplyEvent


class Notice(NamedTuple):
    """Some words, and their ink; no words where the old ones are to go."""

    text: str
    ink: Ink = Ink.FAINT
    instead_of: str = ""
    """What has to stand there for it to be said; empty when it does not matter."""


class Notices:
    """Says what becomes of the replies of one pane."""

    def __init__(self) -> None:
        self._waits = False
        """Whether it was last said that a model is asked again."""
        self._expected = ""

    def expect(self, text: str) -> None:
        """Say what takes long before the next answer, as soon as that is begun."""
        self._expected = text

    def of(self, event: ReplyEvent) -> Notice | None:
        """Return what is to be said of an event; None when what stands there stays."""
        was_waiting, self._waits = self._waits, isinstance(event, ReplyDelayed)
        match event:
            case ReplyDelayed():
                return Notice(delayed(event), Ink.WARNING)
            case ReplyFailed(reason=reason):
                self._expected = ""
                return Notice(f"{_said_once(reason)} ctrl+r asks again.", Ink.WARNING)
            case ReplyStarted():
                return Notice(self._expected)
            case _ if self._expected:
                expected, self._expected = self._expected, ""
                return Notice("", instead_of=expected)
            case _:
                return Notice("") if was_waiting else None


def _said_once(reason: str) -> str:
    """Leave out an advice that the key behind it gives better."""
    return reason.removesuffix(" Ask again.").removesuffix(" Try again.")
