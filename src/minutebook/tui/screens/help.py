"""Every key, by pane. The list is read off the bindings, so that it cannot tell of another key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import App, ComposeResult

_NAMES = {
    "slash": "/",
    "escape": "esc",
    "space": "space",
    "question_mark": "?",
    "pagedown": "page down",
    "pageup": "page up",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "alt+up": "alt+↑",
    "alt+down": "alt+↓",
    "up": "↑",
    "colon": ":",
}
TYPED = "Typed into the input"
"""The section of the commands."""
_ROOMY = 64
"""Columns from which on what keys do stands in a column."""
_MORE = {
    "Everywhere": (("ctrl+p", "Command palette"),),
    "Lists": (
        ("j, k, arrows", "Move"),
        ("g, G", "First, last"),
        ("enter", "Open"),
    ),
    "Chat and document": (
        ("j, k, page up, page down", "Scroll; in a document from block to block"),
        ("g, G", "Start, end"),
        ("l, L", "Choose the next link, the one before"),
        ("enter", "Follow the chosen link; in a document go to the block's turn"),
        ("mouse", "Select; ctrl+c copies"),
    ),
}


class HelpScreen(Overlay[None]):
    """The keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "close", "Close", show=False)]

    def __init__(self, about: str = "") -> None:
        """Begin at a section, or at a command by its title; at the top unless one is given."""
        super().__init__()
        self._about = about

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            title = InkedLine(line("Keys", Ink.ACCENT, right="esc closes"), id="help-title")
            title.add_class("sheet-title")
            yield title
            yield RowList(id="help-keys")
            yield InkedLine(id="help-more")

    def on_mount(self) -> None:
        """List the keys."""
        self._list()
        keys = self.query_one(RowList)
        keys.focus()
        self.call_after_refresh(self._go_to, self._about)
        self.watch(keys, "scroll_y", self._tell_more)
        self.call_after_refresh(self._tell_more)

    def _go_to(self, about: str) -> None:
        """Show a section from its beginning, or point at a command."""
        if about:
            keys = self.query_one(RowList)
            keys.action_edge(1)
            keys.point_at(f"about {TYPED}")
            keys.point_at(f"{TYPED} {about}")

    def on_resize(self) -> None:
        """Use the room there is, and count again what is out of sight."""
        self._list()
        self.call_after_refresh(self._tell_more)

    def _list(self) -> None:
        is_roomy = self.app.size.width >= _ROOMY
        self.query_one(RowList).show(list(_rows(type(self.app), is_roomy=is_roomy)))

    def _tell_more(self) -> None:
        """Say how much lies below."""
        keys = self.query_one(RowList)
        below = len(keys.rows) - 1 - keys.scroll_offset.y - keys.size.height
        words = f"↓ {below} more lines; j, page down" if below > 0 else "That is all."
        self.query_one("#help-more", InkedLine).show(line(words, Ink.NOTE))


def _sections(app: type[App[object]]) -> dict[str, list[tuple[str, str]]]:
    from minutebook.tui.panes.chat import ChatPane
    from minutebook.tui.panes.conversations import ConversationsPane
    from minutebook.tui.panes.document import DocumentPane
    from minutebook.tui.panes.transcript import Transcript
    from minutebook.tui.screens.conflicts import ConflictsScreen
    from minutebook.tui.screens.history import HistoryScreen
    from minutebook.tui.screens.inspection import InspectionScreen
    from minutebook.tui.screens.main import MainScreen
    from minutebook.tui.screens.manner import MannerScreen
    from minutebook.tui.screens.plan import PlanScreen
    from minutebook.tui.screens.sql import SqlScreen
    from minutebook.tui.sql.editor import SqlEditor
    from minutebook.tui.sql.grid import Grid
    from minutebook.tui.widgets.composer import Composer
    from minutebook.tui.widgets.document_editor import DocumentEditor
    from minutebook.tui.widgets.drawer import Drawer

    classes = {
        "Everywhere": (app, MainScreen),
        "Conversations": (ConversationsPane,),
        "Chat": (ChatPane, Transcript, Composer),
        "Document": (DocumentPane,),
        "Document, while it is edited": (DocumentEditor,),
        "Document, what both changed": (ConflictsScreen,),
        "Document, how it is written": (MannerScreen,),
        "Document history": (HistoryScreen,),
        "Lower bar": (Drawer,),
        "What would be sent": (InspectionScreen,),
        "What would leave": (PlanScreen,),
        "SQL": (SqlScreen, SqlEditor),
        "SQL, in the rows": (Grid,),
    }
    found = {
        name: [key for each in group for key in _keys(each.BINDINGS)]
        for name, group in classes.items()
    }
    found[TYPED] = _commands()
    for name, keys in _MORE.items():
        found.setdefault(name, []).extend(keys)
    return found


def title_of(name: str) -> str:
    """Return where the help on a command begins, or on all of them. Raises UsageError."""
    from minutebook.tui.slash.commands import find
    from minutebook.tui.slash.table import COMMANDS

    return find(COMMANDS, name).title if name else TYPED


def _commands() -> list[tuple[str, str]]:
    """Return the commands that are typed into the composer."""
    from minutebook.tui.slash.table import COMMANDS

    return [(command.title, command.help) for command in COMMANDS.values()]


def _keys(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    return [
        (", ".join(_NAMES.get(key, key) for key in binding.key.split(",")), binding.description)
        for binding in bindings
        if isinstance(binding, Binding) and binding.description
    ]


def _rows(app: type[App[object]], *, is_roomy: bool) -> Iterable[ListRow]:
    """Yield the keys; what they do stands in a column of its own where there is room for one."""
    sections = _sections(app)
    width = max(len(key) for keys in sections.values() for key, _ in keys) if is_roomy else 0
    for name, keys in sections.items():
        yield ListRow(id=f"about {name}", lines=(line(name, Ink.STRONG),))
        for key, words in keys:
            shown = Line(
                left=(
                    Span(text=f"  {key:<{width}} ", ink=Ink.KEY),
                    Span(text=words, ink=Ink.NOTE),
                )
            )
            yield ListRow(id=f"{name} {key}", lines=(shown,))
        yield ListRow(id="", lines=(Line(),))
