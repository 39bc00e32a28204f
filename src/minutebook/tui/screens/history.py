"""The history of a document: every revision, what it did, and how any two differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.guard import run_guarded
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.standing import author_name, cause_of, is_person
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.diff_text import DiffText
from minutebook.tui.widgets.inked import BLANK, Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.wording import dollars, plural, turn_time

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.domain.documents import Document
    from minutebook.engine import Engine, HistoryEntry

_AT_MOST = 300
_KEYS = "m marks one to compare with · r restores · esc closes"


class HistoryScreen(Overlay[None]):
    """Revisions above; below, how the one under the cursor differs from the one before it, or from
    the one that is marked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "mark", "Mark this version: others are compared with it"),
        Binding("r", "restore", "Make this version the newest again"),
    ]

    def __init__(self, engine: Engine, document: Document, clock: Clock) -> None:
        super().__init__()
        self._engine = engine
        self._document = document
        self._clock = clock
        self._entries: dict[str, HistoryEntry] = {}
        self._marked = ""
        self._list = RowList(id="history-list")
        self._about = InkedLine(id="history-about")
        self._diff = DiffText(id="history-diff")
        self._showing = Upkeep(self, "diff", self._show_diff)

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            title = InkedLine(
                line(f"History of {self._document.title}", Ink.ACCENT), id="history-title"
            )
            title.add_class("sheet-title")
            yield title
            yield self._list
            yield self._about
            yield self._diff
            yield InkedLine(line(_KEYS, Ink.FAINT), id="history-keys")

    def on_mount(self) -> None:
        """Read the revisions."""
        self._diff.following = False
        run_guarded(self, self._load, "history")

    async def _load(self) -> None:
        entries = await self._engine.scribe.history(self._document.id, limit=_AT_MOST)
        self._entries = {str(entry.revision.number): entry for entry in entries}
        self._list_entries()
        self._list.focus()
        self._showing.ask()

    def _list_entries(self) -> None:
        self._list.show([self._row(id_, entry) for id_, entry in self._entries.items()])

    def _row(self, id_: str, entry: HistoryEntry) -> ListRow:
        revision = entry.revision
        covers = plural(revision.covers.turns, "turn") if revision.covers.turns else "no turns"
        author = author_name(revision.author)
        shown = Line(
            left=(
                Span(text="◆ " if id_ == self._marked else "  ", ink=Ink.ACCENT),
                Span(text=f"r{revision.number:<5} ", ink=Ink.STRONG),
                Span(text=entry.change, ink=Ink.FAINT if entry.is_quiet else Ink.PLAIN),
            ),
            right=(
                Span(text=author, ink=Ink.ACCENT if is_person(revision.author) else Ink.NOTE),
                Span(text=f", {covers}  ", ink=Ink.NOTE),
                Span(text=turn_time(revision.at, self._clock()), ink=Ink.FAINT),
            ),
        )
        return ListRow(id=id_, lines=(shown,))

    @on(RowList.Pointed)
    def _pointed(self) -> None:
        self._showing.ask()

    async def _show_diff(self) -> None:
        if not (pointed := self._list.pointed):
            return
        number = int(pointed)
        with_ = int(self._marked) if self._marked and self._marked != pointed else number - 1
        old, new = sorted((with_, number))
        self._about.show(self._words(self._entries.get(pointed), old, new))
        lines = await self._engine.scribe.diff(self._document.id, old, new)
        self._diff.show_diff(lines, "These versions do not differ.")

    def _words(self, entry: HistoryEntry | None, old: int, new: int) -> Line:
        """Return what is compared, and what set the revision off."""
        if entry is None:
            return BLANK
        revision = entry.revision
        parts = [f"r{old} → r{new}", cause_of(revision)]
        if revision.cost_usd is not None:
            parts.append(dollars(revision.cost_usd))
        return line(" · ".join(part for part in parts if part), Ink.NOTE)

    def action_mark(self) -> None:
        """Compare others with the version under the cursor, or no longer."""
        pointed = self._list.pointed
        self._marked = "" if pointed == self._marked else pointed
        self._list_entries()
        self._showing.ask()

    def action_restore(self) -> None:
        """Make the version under the cursor the newest again; nothing is lost by it."""
        run_guarded(self, self._restore, "restore")

    async def _restore(self) -> None:
        if self._list.pointed:
            number = int(self._list.pointed)
            document = await self._engine.scribe.restore(self._document.id, number)
            self.notify(f"Revision {number} is now r{document.revision}.", markup=False)
            await self._load()
