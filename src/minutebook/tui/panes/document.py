"""The document: the living text of the conversation that is open, with what changed marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.domain.documents import Document, ScribeState
from minutebook.tui.guard import Guarded
from minutebook.tui.panes.pane import Pane
from minutebook.tui.prose.prose import Prose
from minutebook.tui.sections import blocks_of
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.inked import Ink, InkedLine, Span, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from minutebook.engine import Engine
    from minutebook.tui.prose.blocks import ProseBlock

_EMPTY = "The scribe writes here once something is said."


class DocumentText(Guarded, Prose):
    """The text."""

    marked: frozenset[str] = frozenset()
    """Ids of the sections that the last revision changed."""
    _is_read = False
    """Whether a person has gone into the text; from then on it does not move by itself."""

    def begin(self, blocks: Sequence[ProseBlock]) -> None:
        """Show another document, from its start."""
        self.set_blocks([])
        self.following, self.marked = False, frozenset()
        self.set_blocks(blocks)
        self.scroll_home(animate=False)
        self._is_read = self.has_focus

    def renew(self, blocks: Sequence[ProseBlock]) -> None:
        """Show another version, and mark what changed; the marks fade by themselves.

        While nobody reads in it, the text moves to where it changed.
        """
        before = {block.id: block for block in self.blocks}
        changed = [block.id for block in blocks if before.get(block.id) != block]
        self.set_blocks(blocks)
        self.marked = frozenset(changed)
        self.mark_changed(changed)
        if changed and not self._is_read:
            if changed[-1] == blocks[-1].id:
                self.follow()
            else:
                self.scroll_to_block(changed[-1])

    def on_focus(self) -> None:
        """Somebody reads."""
        self._is_read = True

    def on_mouse_scroll_down(self) -> None:
        """Somebody reads."""
        self._is_read = True

    def on_mouse_scroll_up(self) -> None:
        """Somebody reads."""
        self._is_read = True


class DocumentPane(Pane):
    """The newest version of one document."""

    TITLE = "Document"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "screen.toggle_scribe", "Start or stop the scribe"),
        Binding("h", "screen.history", "History of the document"),
    ]

    class Shown(Message):
        """A version of the document is on the screen."""

        def __init__(self, document: Document) -> None:
            super().__init__()
            self.document = document

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self.document: Document | None = None
        self._wanted: str | None = None
        self._upkeep = Upkeep(self, "document", self._load)
        self.text = DocumentText(id="document-text")
        self._empty = InkedLine(id="document-empty")

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield self.title
        yield self._empty
        yield self.text

    def use(self, engine: Engine) -> None:
        """Show documents of this engine."""
        super().use(engine)
        self._upkeep.ask()

    def take_focus(self) -> None:
        """Give the keys to the text."""
        self.text.focus()

    def open(self, document: str | None) -> None:
        """Show a document; None: the conversation has none yet."""
        if document != self._wanted:
            self._wanted = document
            self._upkeep.ask()

    def changed(self, documents: frozenset[str]) -> None:
        """Bring the text up to date if it is one of these."""
        if self._wanted in documents:
            self._upkeep.ask()

    async def _load(self) -> None:
        if self._engine is None:
            return
        wanted = self._wanted
        document = None if wanted is None else await self._engine.scribe.find(wanted)
        if wanted == self._wanted:
            self._show(document)

    def _show(self, document: Document | None) -> None:
        shown, self.document = self.document, document
        blocks = blocks_of("" if document is None else document.content)
        if document is not None and shown is not None and document.id == shown.id:
            self.text.renew(blocks)
        else:
            self.text.begin(blocks)
        self._empty.display = not blocks
        self._empty.show(
            line(_EMPTY if document is None or not document.revision else "", Ink.FAINT)
        )
        self._note()

    def _note(self) -> None:
        document = self.document
        if document is None:
            self.title.note()
            return
        is_live = document.state is ScribeState.LIVE
        mark = (
            Span(text="● live", ink=Ink.GOOD) if is_live else Span(text="○ stopped", ink=Ink.NOTE)
        )
        self.title.note(Span(text=f"r{document.revision} ", ink=Ink.FAINT), mark)
        self.post_message(self.Shown(document))
