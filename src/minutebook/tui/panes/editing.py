"""What of a document is being edited in the workbench, or was when it ended.

There is one editor at a time. When another document is opened the edit is kept, and offered when
its document is shown again, as after a crash.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from minutebook.domain.display import terminal_safe
from minutebook.tui.guard import run_guarded
from minutebook.tui.standing import short_moment
from minutebook.tui.unsaved import UnsavedEdit, UnsavedEdits, begun
from minutebook.tui.widgets.document_editor import DocumentEditor
from minutebook.tui.widgets.inked import Ink
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from minutebook.domain.documents import Document
    from minutebook.engine import EditOutcome, Engine
    from minutebook.tui.panes.document import DocumentPane


class Editing:
    """The editor of a pane."""

    def __init__(self, pane: DocumentPane) -> None:
        self._pane = pane
        self._engine: Engine | None = None
        self._edits: UnsavedEdits | None = None
        self._document: Document | None = None
        self._editor: DocumentEditor | None = None
        self._waiting: UnsavedEdit | None = None
        """What was not saved of the document that is shown."""
        self._is_outside = False

    def use(self, engine: Engine) -> None:
        """Keep edits in the home of this engine."""
        self._engine = engine
        self._edits = UnsavedEdits(engine.home.unsaved)

    @property
    def is_open(self) -> bool:
        """Whether a document is being edited here."""
        return self._editor is not None

    @property
    def editor(self) -> DocumentEditor | None:
        """What it is edited in."""
        return self._editor

    @property
    def news(self) -> tuple[str, Ink] | None:
        """What is to be said of an edit that waits; None when there is none."""
        if self._waiting is None or self._editor is not None:
            return None
        at = short_moment(self._waiting.at)
        return f"Your edit of {at} is not saved: e goes on with it.", Ink.KEY

    def focus(self) -> bool:
        """Give the keys to the editor; tell whether there is one."""
        if self._editor is not None:
            self._editor.area.focus()
        return self._editor is not None

    def about(self, document: Document | None) -> None:
        """Learn what the pane shows: another document, or another version."""
        before, self._document = self._document, document
        is_same = before is not None and document is not None and before.id == document.id
        if document is not None and is_same:
            if self._editor is not None:
                self._editor.saw(document.revision)
            return
        self._waiting = None
        if self._editor is not None:
            self.close()
        elif document is not None:
            self._look()

    def begin(self) -> None:
        """Edit the document, or go on with an edit that was not saved."""
        if self._editor is None and self._document is not None:
            run_guarded(self._pane, self._begin, "edit the document")

    async def _begin(self) -> None:
        engine, document, edits = self._engine, self._document, self._edits
        if engine is None or document is None or edits is None:
            return
        seen = await engine.scribe.head_for_edit(document.id)
        waiting = await asyncio.to_thread(edits.newest, document.id)
        shown = self._document
        if self._editor is not None or shown is None or shown.id != document.id:
            return
        edit = waiting or begun(document.id, seen.revision, seen.text)
        self._editor = DocumentEditor(engine, edit, edits)
        line = self._pane.line
        self._pane.text.display = False
        await self._pane.mount(self._editor, after=self._pane.text)
        if waiting is not None:
            self._editor.resumed(terminal_safe(seen.text))
            self._editor.saw(seen.revision)
        else:
            self._editor.go_to(line)
        self._pane.renote()
        self._editor.area.focus()

    def begin_outside(self) -> None:
        """Edit the document in the person's own editor."""
        if self._editor is None and self._document is not None and not self._is_outside:
            run_guarded(self._pane, self._begin_outside, "edit in $EDITOR")

    async def _begin_outside(self) -> None:
        from minutebook.tui import outside

        engine, document, edits = self._engine, self._document, self._edits
        if engine is None or document is None or edits is None:
            return
        self._is_outside = True
        try:
            seen = await engine.scribe.head_for_edit(document.id)
            waiting = await asyncio.to_thread(edits.newest, document.id)
            edit = waiting or begun(document.id, seen.revision, seen.text)
            text = await outside.written(self._pane.app, edit.text)
            if text == terminal_safe(seen.text).rstrip("\n"):
                self._pane.post_message(self._pane.Said("Nothing was changed."))
                return
            edit = begun(document.id, edit.base, text) if waiting is None else waiting
            await asyncio.to_thread(edits.keep, edit)
            outcome = await engine.scribe.edit(document.id, edit.base, text)
            edits.drop(edit)
            self.saved(outcome)
        finally:
            self._is_outside = False

    def saved(self, outcome: EditOutcome) -> None:
        """Say what came of an edit."""
        self._waiting = None
        self.close()
        after = outcome.document
        words, ink = f"Saved as r{after.revision}.", Ink.NOTE
        if not outcome.is_changed:
            words = "Nothing was changed."
        elif outcome.conflicts:
            places = plural(len(outcome.conflicts), "place")
            words, ink = f"Saved as r{after.revision}. Both changed {places}: c shows.", Ink.WARNING
        self._pane.post_message(self._pane.Said(words, ink))

    def close(self) -> None:
        """Show the text again. What is not saved is kept by the editor itself."""
        editor, self._editor = self._editor, None
        if editor is None:
            return
        had_focus = self._pane.has_focus_within
        self._pane.text.display = True

        async def leave() -> None:
            await editor.remove()
            if had_focus:
                self._pane.text.focus()
            await self._find_waiting()

        run_guarded(self._pane, leave, "close the editor")

    def _look(self) -> None:
        run_guarded(self._pane, self._find_waiting, "look for edits that are not saved")

    async def _find_waiting(self) -> None:
        """Find what was not saved of the document that is shown."""
        document, edits = self._document, self._edits
        if document is None or edits is None:
            return
        waiting = await asyncio.to_thread(edits.newest, document.id)
        if self._document is not None and self._document.id == document.id:
            self._waiting = waiting
            self._pane.renote()
