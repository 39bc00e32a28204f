"""The history of a document: every revision, what it did, and how the text changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.prose import Prose
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.wording import plural, turn_time

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.domain.documents import Document
    from minutebook.engine import Engine, HistoryEntry

_AT_MOST = 300


class DiffText(Guarded, Prose):
    """What one revision changed."""


class HistoryScreen(Overlay[None]):
    """Revisions above, the change below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "restore", "Make this version the newest again"),
    ]

    def __init__(self, engine: Engine, document: Document, clock: Clock) -> None:
        super().__init__()
        self._engine = engine
        self._document = document
        self._clock = clock
        self._list = RowList(id="history-list")
        self._diff = DiffText(id="history-diff")
        self._showing = Upkeep(self, "diff", self._show_diff)

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        hint = "r restores, esc closes"
        with Vertical(classes="sheet"):
            title = InkedLine(
                line(f"History of {self._document.title}", Ink.ACCENT, right=hint),
                id="history-title",
            )
            title.add_class("sheet-title")
            yield title
            yield self._list
            yield self._diff

    def on_mount(self) -> None:
        """Read the revisions."""
        self._diff.following = False
        run_guarded(self, self._load, "history")

    async def _load(self) -> None:
        entries = await self._engine.scribe.history(self._document.id, limit=_AT_MOST)
        self._list.show([self._row(entry) for entry in entries])
        self._list.focus()

    def _row(self, entry: HistoryEntry) -> ListRow:
        revision = entry.revision
        covers = plural(revision.covers.turns, "turn") if revision.covers.turns else "no turns"
        shown = Line(
            left=(
                Span(text=f"r{revision.number:<5} ", ink=Ink.STRONG),
                Span(text=entry.change, ink=Ink.FAINT if entry.is_quiet else Ink.PLAIN),
            ),
            right=(
                Span(text=f"{revision.author}, {covers}  ", ink=Ink.NOTE),
                Span(text=turn_time(revision.at, self._clock()), ink=Ink.FAINT),
            ),
        )
        return ListRow(id=str(revision.number), lines=(shown,))

    @on(RowList.Pointed)
    def _pointed(self) -> None:
        self._showing.ask()

    async def _show_diff(self) -> None:
        if not (pointed := self._list.pointed):
            return
        number = int(pointed)
        if number > 1:
            lines = await self._engine.scribe.diff(self._document.id, number - 1, number)
        else:
            lines = (await self._engine.scribe.show(self._document.id, 1)).content.split("\n")
        text = "\n".join(ln.rstrip("\n") for ln in lines) or "This revision changed no text."
        self._diff.set_blocks([ProseBlock(id=pointed, text=text, kind=TextKind.VERBATIM)])
        self._diff.scroll_home()

    def action_restore(self) -> None:
        """Make the version under the cursor the newest again; nothing is lost by it."""
        run_guarded(self, self._restore, "restore")

    async def _restore(self) -> None:
        if self._list.pointed:
            number = int(self._list.pointed)
            document = await self._engine.scribe.restore(self._document.id, number)
            self.notify(f"Revision {number} is now r{document.revision}.", markup=False)
            await self._load()
