"""One text to be read: an entry of the log, a piece in quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.prose import Prose
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult


class ReadText(Guarded, Prose):
    """The text."""


class ReadingScreen(Overlay[None]):
    """A text as it stands: no markup in it means anything."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "close", "Close", show=False)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            yield InkedLine(line(self._title, Ink.ACCENT, right="esc closes"), id="reading-title")
            yield ReadText(id="reading-text")

    def on_mount(self) -> None:
        """Show the text from its start."""
        text = self.query_one(ReadText)
        text.following = False
        text.set_blocks([ProseBlock(id="text", text=self._text, kind=TextKind.VERBATIM)])
        text.focus()


class FailedJobScreen(ReadingScreen):
    """Why a job failed; it can be tried again from here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "retry", "Try it again", show=False)]

    def __init__(self, title: str, text: str, retry: Callable[[], Awaitable[None]]) -> None:
        super().__init__(title, text)
        self._retry = retry

    def action_retry(self) -> None:
        """Try the job again, and go back."""
        run_guarded(self.app, self._retry, "retry a job")
        self.dismiss()
