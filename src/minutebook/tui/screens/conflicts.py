"""What two changed at the same time: both texts and the one before, until a person has decided.

The text that stands in the document is on the left. Settling goes through the engine, which keeps
what a person changed since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from minutebook.domain.documents import Choice
from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.prose import Prose
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.standing import author_name
from minutebook.tui.widgets.inked import Ink, InkedLine, line
from minutebook.tui.widgets.text_editor import TextEditor

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.domain.documents import Conflict, Document
    from minutebook.engine import Engine

_KEYS = "m mine · t theirs · b both · e edit · n next · esc closes"
_EDIT_KEYS = "ctrl+s settles with this text · esc goes back"


class _Side(Guarded, Vertical):
    """One of the texts, with what it is above it."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id, classes="conflict-side")
        self._heading = InkedLine()
        self.text = _Text()

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self.text

    def show(self, name: str, note: str, text: str) -> None:
        """Show a text from its start."""
        self._heading.show(line(name, Ink.STRONG, right=note, right_ink=Ink.FAINT))
        self.text.following = False
        block = ProseBlock(id="text", text=text.strip("\n"))
        if not text.strip():
            block = ProseBlock(id="text", text="(removed)", kind=TextKind.VERBATIM)
        self.text.set_blocks([block])
        self.text.scroll_home(animate=False)


class _Text(Guarded, Prose):
    """The text."""


class ConflictsScreen(Overlay[None]):
    """The open conflicts of a document, one at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "settle('mine')", "Keep what stands in the document"),
        Binding("t", "settle('theirs')", "Take the other text"),
        Binding("b", "settle('both')", "Keep both, one behind the other"),
        Binding("e", "edit", "Write another text in the place of both"),
        Binding("n,right", "step(1)", "Next conflict"),
        Binding("p,left", "step(-1)", "Conflict before"),
        Binding("ctrl+s", "settle_with_text", "Settle with what was written", priority=True),
        Binding("escape", "close", "Close", priority=True),
    ]

    def __init__(self, engine: Engine, document: Document, first: int | None = None) -> None:
        super().__init__()
        self._engine = engine
        self._document = document
        self._wanted = first
        self._open: list[Conflict] = []
        self._place = 0
        self._title = InkedLine(id="conflicts-title")
        self._foot = InkedLine(line(_KEYS, Ink.FAINT), id="conflicts-keys")
        self._mine, self._theirs = _Side("conflict-mine"), _Side("conflict-theirs")
        self._base = _Side("conflict-base")
        self._editor: TextEditor | None = None
        self._is_settling = False

    @property
    def conflict(self) -> Conflict | None:
        """What is shown."""
        return self._open[self._place] if self._place < len(self._open) else None

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        self._title.add_class("sheet-title")
        with Vertical(classes="sheet"):
            yield self._title
            with Container(id="conflict-sides"):
                yield self._mine
                yield self._theirs
                yield self._base
            yield self._foot

    def on_mount(self) -> None:
        """Read the conflicts."""
        run_guarded(self, self._load, "conflicts")

    async def _load(self) -> None:
        """Read what is open; close when nothing is."""
        self._open = await self._engine.scribe.conflicts(self._document.id)
        if not self._open:
            self.dismiss()
            return
        numbers = [conflict.number for conflict in self._open]
        if self._wanted in numbers:
            self._place = numbers.index(self._wanted)
        self._wanted, self._place = None, min(self._place, len(numbers) - 1)
        self._show()

    def _show(self) -> None:
        conflict = self.conflict
        if conflict is None:
            return
        where = f"{self._place + 1} of {len(self._open)} · since r{conflict.revision}"
        self._title.show(line("Both changed this", Ink.ACCENT, right=where))
        clash = conflict.clash
        mine, theirs = author_name(conflict.mine_by), author_name(conflict.theirs_by)
        self._mine.show("Mine", f"by {mine}, stands in the document", clash.mine)
        self._theirs.show("Theirs", f"by {theirs}, gave way", clash.theirs)
        self._base.show("Before", "what both saw", clash.base)
        self._mine.text.focus()

    def action_step(self, step: int) -> None:
        """Show another conflict."""
        if self._editor is None and self._open:
            self._place = (self._place + step) % len(self._open)
            self._show()

    def action_settle(self, choice: str) -> None:
        """Settle the conflict that is shown."""
        if self._editor is None:
            self._settle(Choice(choice))

    def _settle(self, choice: Choice, text: str = "") -> None:
        conflict = self.conflict
        if conflict is None or self._is_settling:
            return
        self._is_settling = True

        async def settle() -> None:
            try:
                await self._engine.scribe.settle(self._document.id, conflict.number, choice, text)
                await self._close_editor()
                await self._load()
            finally:
                self._is_settling = False

        run_guarded(self, settle, "settle a conflict")

    async def action_edit(self) -> None:
        """Write another text, beginning with both."""
        conflict = self.conflict
        if conflict is None or self._editor is not None:
            return
        both = [text.strip("\n") for text in (conflict.clash.mine, conflict.clash.theirs)]
        self._editor = TextEditor("\n\n".join(text for text in both if text), id="conflict-edit")
        self.query_one("#conflict-sides").display = False
        await self.query_one(".sheet").mount(self._editor, before=self._foot)
        self._foot.show(line(_EDIT_KEYS, Ink.FAINT))
        self._editor.focus()

    def action_settle_with_text(self) -> None:
        """Settle the conflict with what was written."""
        if self._editor is not None:
            self._settle(Choice.TEXT, self._editor.text)

    async def _close_editor(self) -> None:
        if self._editor is not None:
            editor, self._editor = self._editor, None
            await editor.remove()
            self.query_one("#conflict-sides").display = True
            self._foot.show(line(_KEYS, Ink.FAINT))

    def action_close(self) -> None:
        """Leave the editor, or the screen."""
        if self._editor is None:
            self.dismiss()
        else:
            run_guarded(self, self._go_back, "leave the editor")

    async def _go_back(self) -> None:
        await self._close_editor()
        self._show()
