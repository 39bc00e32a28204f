"""The first start with nothing in the record: one calm screen that says what this is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on
from textual.containers import Vertical

from minutebook.tui.samples import find_samples
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, line
from minutebook.tui.widgets.row_list import ListRow, RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.tui.app import Workbench

_WORDS = (
    line("minutebook", Ink.ACCENT),
    Line(),
    line("It keeps the record of long conversations. Every turn is", Ink.PLAIN),
    line("kept the moment it is said, and a document that tells the", Ink.PLAIN),
    line("whole of it grows beside the chat. Everything can be found", Ink.PLAIN),
    line("again. No key and no network are needed.", Ink.PLAIN),
    Line(),
    Line(),
)
_CHOICES = (
    ("talk", "Start talking", "A conversation of your own, with its document"),
    ("folder", "Point it at a folder", "Chat logs in it are read, and watched from then on"),
    ("samples", "Open the sample conversations", "A small world to look around in"),
)


class WelcomeScreen(Overlay[None]):
    """What it is, and three ways to begin."""

    def __init__(self) -> None:
        super().__init__()
        self._choices = RowList(row_height=3, id="welcome-choices")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            for words in _WORDS:
                yield InkedLine(words)
            yield self._choices
            yield InkedLine(line("esc looks at the empty workbench; F1 lists the keys", Ink.FAINT))

    def on_mount(self) -> None:
        """Offer what there is."""
        samples = find_samples()
        self._choices.show(
            [
                ListRow(id=name, lines=(line(title, Ink.STRONG), line(note, Ink.FAINT)))
                for name, title, note in _CHOICES
                if name != "samples" or samples is not None
            ]
        )
        self._choices.styles.height = 3 * len(self._choices.rows)
        self._choices.focus()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        app = cast("Workbench", self.app)
        samples = find_samples()
        if event.row_id == "talk":
            app.action_new_conversation()
        elif event.row_id == "folder":
            app.action_watch_folder()
        elif samples is not None:
            app.watch_path(Path(samples))
