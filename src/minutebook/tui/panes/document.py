"""The document: the living text of the conversation that is open, written by people and the scribe.

The pane shows one version with all that is known of its blocks. What people do to it goes through
the engine, which merges; nothing is decided here.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from minutebook.domain.documents import Conflict, Document, ScribeState
from minutebook.tui.guard import run_guarded
from minutebook.tui.leaves import Leaf, leaves_of
from minutebook.tui.panes.document_text import DocumentText
from minutebook.tui.panes.editing import Editing
from minutebook.tui.panes.pane import Pane
from minutebook.tui.panes.sureness import Sure
from minutebook.tui.prose.messages import BlockChosen, BlockPointed
from minutebook.tui.standing import facts_of, origin_of, sign_of, trouble_of, turn_of
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.document_editor import DocumentEditor
from minutebook.tui.widgets.hint import Hint
from minutebook.tui.widgets.inked import BLANK, Ink, InkedLine, Span, line
from minutebook.tui.widgets.tell_line import TellLine
from minutebook.tui.wording import turn_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.engine import Engine, ScribeStatus

_EMPTY = "The scribe writes here once something is said."
_PACE = 0.1


class DocumentPane(Pane):
    """The newest version of one document."""

    TITLE = "Document"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit here"),
        Binding("E", "edit_outside", "Edit in $EDITOR"),
        Binding("t,colon", "tell", "Tell the scribe what to change"),
        Binding("b", "blame", "Where the block comes from; enter goes to its turn"),
        Binding("c", "conflicts", "Settle what both changed"),
        Binding("w", "manner", "How it is written: style, standing instructions"),
        Binding("u", "undo", "Take the last change back"),
        Binding("U", "redo", "Bring back what was taken back"),
        Binding("B", "branches", "Revise what it tells of branches that were left"),
        Binding("h", "screen.history", "History: compare, restore"),
        Binding("s", "toggle_scribe", "Start the scribe, or stop it"),
        Binding("r", "trigger", "Bring it up to date now, also after a failure"),
    ]

    class Shown(Message):
        """A version of the document is on the screen."""

        def __init__(self, document: Document) -> None:
            super().__init__()
            self.document = document

    class TurnWanted(Message):
        """The reader wants to see where a block comes from."""

        def __init__(self, conversation: str, turn: str) -> None:
            super().__init__()
            self.conversation = conversation
            self.turn = turn

    class Said(Message):
        """Something has come of what a person did."""

        def __init__(self, text: str, ink: Ink = Ink.NOTE) -> None:
            super().__init__()
            self.text = text
            self.ink = ink

    def __init__(self, clock: Clock, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self._clock = clock
        self.document: Document | None = None
        self.status: ScribeStatus | None = None
        self.conflicts: tuple[Conflict, ...] = ()
        self._leaves: dict[str, Leaf] = {}
        self._wanted: str | None = None
        self._blames = False
        self._sure = Sure()
        self._upkeep = Upkeep(self, "document", self._load, pace=_PACE)
        self.text = DocumentText(id="document-text")
        self.editing = Editing(self)
        self._facts = InkedLine(id="document-facts")
        self._empty = InkedLine(id="document-empty")
        self._origin = InkedLine(id="document-origin")
        self._trouble = Hint(id="document-trouble")

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield self.title
        yield self._facts
        yield self._empty
        yield self.text
        yield self._origin
        yield self._trouble

    def on_mount(self) -> None:
        """Nothing is known yet."""
        self._origin.display = self._trouble.display = False

    def use(self, engine: Engine) -> None:
        """Show documents of this engine."""
        super().use(engine)
        self.editing.use(engine)
        self._upkeep.ask()

    @property
    def engine(self) -> Engine | None:
        """What keeps the document."""
        return self._engine

    def take_focus(self) -> None:
        """Give the keys to the editor if there is one, else to the text."""
        if not self.editing.focus():
            self.text.focus()

    def on_key(self, event: events.Key) -> None:
        """Forget what was asked for once when something else is."""
        self._sure.hear(event)

    def _ask(self, what: str, do: Callable[[], object]) -> None:
        """Say what Enter would do."""
        self._sure.ask(do)
        self.post_message(self.Said(f"Enter {what}; another key leaves it."))

    async def action_toggle_scribe(self) -> None:
        """Start the scribe, or stop it when Enter says so."""
        if self.document is None or self.document.state is not ScribeState.LIVE:
            await self.run_action("screen.toggle_scribe")
        else:
            toggle = partial(self.run_action, "screen.toggle_scribe")
            self._ask("stops the scribe", partial(self.call_later, toggle))

    def open(self, document: str | None) -> None:
        """Show a document; None: the conversation has none yet."""
        if document != self._wanted:
            self._wanted = document
            self._upkeep.ask()

    def changed(self, documents: frozenset[str]) -> None:
        """Bring the text up to date if it is one of these."""
        if self._wanted in documents:
            self._upkeep.ask()

    def worked(self) -> None:
        """Bring the state of the scribe up to date: there was work."""
        if self._wanted is not None:
            self._upkeep.ask()

    async def _load(self) -> None:
        engine, wanted = self._engine, self._wanted
        if engine is None:
            return
        if wanted is None:
            self._clear()
            return
        status = await engine.scribe.status(wanted)
        document = status.document
        leaves: tuple[Leaf, ...] | None = None
        found = await engine.scribe.conflicts(document.id)
        conflicts = tuple(each for each in found if each.revision <= document.revision)
        if not self._is_shown(document, conflicts):
            blamed = await engine.scribe.blame(document.id, document.revision)
            leaves = leaves_of(document.content, blamed, conflicts)
        if wanted == self._wanted:
            self._show(status, conflicts, leaves)

    def _is_shown(self, document: Document, conflicts: tuple[Conflict, ...]) -> bool:
        """Tell whether only the state of the scribe can have changed."""
        shown = self.document
        if shown is None or conflicts != self.conflicts:
            return False
        return (shown.id, shown.revision) == (document.id, document.revision)

    def _clear(self) -> None:
        self.document, self.status, self.conflicts, self._leaves = None, None, (), {}
        self.text.begin([])
        self._empty.display = True
        self._empty.show(line(_EMPTY, Ink.FAINT))
        self.title.note()
        self._facts.show(BLANK)
        self.editing.about(None)
        self._note()

    def _show(
        self,
        status: ScribeStatus,
        conflicts: tuple[Conflict, ...],
        leaves: tuple[Leaf, ...] | None,
    ) -> None:
        shown, document = self.document, status.document
        self.document, self.status, self.conflicts = document, status, conflicts
        if leaves is not None:
            self._leaves = {leaf.block.id: leaf for leaf in leaves}
            blocks = [leaf.block for leaf in leaves]
            is_same = shown is not None and shown.id == document.id
            (self.text.renew if is_same else self.text.begin)(blocks)
        self._empty.display = not self._leaves and not self.editing.is_open
        self._empty.show(line("" if document.revision else _EMPTY, Ink.FAINT))
        self.editing.about(document)
        self._tell()
        self._note()
        self.post_message(self.Shown(document))

    def _tell(self) -> None:
        """Say in the title how the document stands."""
        if (status := self.status) is None:
            return
        count = len(self.conflicts)
        disputed = Span(text=f"⚑ {count}  " if count else "", ink=Ink.WARNING)
        number = Span(text=f"r{status.document.revision} ", ink=Ink.FAINT)
        self.title.note(disputed, number, sign_of(status))
        self._facts.show(facts_of(status))

    def _note(self) -> None:
        """Say what the person should know, and where the block under the cursor comes from."""
        text, ink = ("", Ink.FAINT) if self.status is None else trouble_of(self.status)
        text, ink = self.editing.news or (text, ink)
        self._trouble.display = bool(text)
        self._trouble.say(text, ink)
        leaf = self._leaf()
        self._origin.display = self._blames and not self.editing.is_open
        if leaf is None:
            self._origin.show(BLANK)
            return
        when = turn_time(leaf.blamed.revision.at, self._clock())
        words = origin_of(leaf.blamed, when)
        hint = "enter: the turn" if turn_of(leaf.blamed.revision) else ""
        self._origin.show(line(words, Ink.NOTE, right=hint, right_ink=Ink.FAINT))

    def renote(self) -> None:
        """Say anew what the person should know."""
        self._empty.display = not self._leaves and not self.editing.is_open
        self._note()

    @property
    def line(self) -> int:
        """The line of the document that is read, from 1."""
        leaf = self._leaves.get(self.text.read)
        return 1 if leaf is None else leaf.blamed.first_line

    def _leaf(self) -> Leaf | None:
        """Return the block under the cursor."""
        return self._leaves.get(self.text.pointed)

    @on(BlockPointed)
    def _pointed(self) -> None:
        self._note()

    @on(BlockChosen)
    def _chosen(self) -> None:
        """Go to the turn that a block comes from."""
        leaf, document = self._leaf(), self.document
        if leaf is None or document is None:
            return
        if turn := turn_of(leaf.blamed.revision):
            self.post_message(self.TurnWanted(document.conversation, turn))
        else:
            when = turn_time(leaf.blamed.revision.at, self._clock())
            self.post_message(self.Said(f"No turn: {origin_of(leaf.blamed, when)}."))

    def action_blame(self) -> None:
        """Show where each block comes from, or no longer."""
        self._blames = not self._blames
        self._note()

    def action_edit(self) -> None:
        """Edit the document here."""
        self.editing.begin()

    def action_edit_outside(self) -> None:
        """Edit the document in another program."""
        self.editing.begin_outside()

    @on(DocumentEditor.Saved)
    def _saved(self, event: DocumentEditor.Saved) -> None:
        self.editing.saved(event.outcome)
        self._upkeep.ask()

    @on(DocumentEditor.Left)
    def _left(self) -> None:
        self.editing.close()

    def action_undo(self) -> None:
        """Take the last change back when Enter says so; it can be done again and again."""
        engine, document = self._engine, self.document
        if engine is None or document is None:
            return

        async def undo() -> None:
            after = await engine.scribe.undo(document.id)
            words = f"Taken back: it is at r{after.revision} now; U redoes, h has every version."
            self.post_message(self.Said(words))

        what = f"takes back what led to r{document.revision}"
        self._ask(what, partial(run_guarded, self, undo, "undo a change"))

    def action_redo(self) -> None:
        """Bring back what was taken back last."""
        engine, document = self._engine, self.document
        if engine is None or document is None:
            return

        async def redo() -> None:
            after = await engine.scribe.redo(document.id)
            self.post_message(self.Said(f"Brought back: it is at r{after.revision} now."))

        run_guarded(self, redo, "redo a change")

    def action_branches(self) -> None:
        """Have the document follow the conversation to the branch that is read."""
        engine, document = self._engine, self.document
        if engine is None or document is None:
            return

        async def revise() -> None:
            self.post_message(self.Said("The scribe is asked…"))
            after = await engine.scribe.revise_branches(document.id)
            is_same = after.revision == document.revision
            words = "It tells of no branch that was left." if is_same else "It is revised."
            self.post_message(self.Said(words))

        what = "has what is told of branches that were left revised"
        self._ask(what, partial(run_guarded, self.app, revise, "revise the document"))

    def action_trigger(self) -> None:
        """Have the document brought up to date now."""
        engine, document = self._engine, self.document
        if engine is None or document is None:
            return

        async def trigger() -> None:
            status = await engine.scribe.trigger(document.id)
            if not status.pending:
                self.post_message(self.Said("The document tells every turn."))

        run_guarded(self, trigger, "bring the document up to date")

    def action_conflicts(self) -> None:
        """Show what both changed."""
        engine, document = self._engine, self.document
        if engine is None or document is None or not self.conflicts:
            self.post_message(self.Said("Nothing waits to be settled."))
            return
        from minutebook.tui.screens.conflicts import ConflictsScreen

        leaf = self._leaf()
        first = None if leaf is None or leaf.conflict is None else leaf.conflict.number
        self.app.push_screen(ConflictsScreen(engine, document, first))

    def action_manner(self) -> None:
        """Show how the document is written."""
        if self._engine is not None and self.document is not None:
            from minutebook.tui.screens.manner import MannerScreen

            self.app.push_screen(MannerScreen(self._engine, self.document))

    async def action_tell(self) -> None:
        """Ask what the scribe is to do."""
        if self.document is None:
            self.post_message(self.Said("There is no document yet."))
            return
        if not self.query(TellLine):
            await self.mount(TellLine())
        self.query_one(TellLine).focus()

    @on(TellLine.Closed)
    async def _nothing_told(self, event: TellLine.Closed) -> None:
        await event.line.remove()
        self.take_focus()

    @on(Input.Submitted, "#tell-scribe")
    async def _told(self, event: Input.Submitted) -> None:
        engine, document, text = self._engine, self.document, event.value.strip()
        await event.input.remove()
        self.take_focus()
        if engine is not None and document is not None and text:
            from minutebook.tui.instructing import Instructing

            asked = Instructing(self, engine, document)
            run_guarded(self.app, lambda: asked.ask(text), "instruct the scribe")
