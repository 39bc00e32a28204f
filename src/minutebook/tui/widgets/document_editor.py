"""A document under a person's hands: edited in place, saved as one revision.

What is typed is on disk within half a second, until it is saved or thrown away. The scribe goes on
writing meanwhile; that is told, and merged when the edit is saved.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import TextArea

from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.hint import Hint
from minutebook.tui.widgets.inked import Ink
from minutebook.tui.widgets.text_editor import TextEditor

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.engine import EditOutcome, Engine
    from minutebook.tui.unsaved import UnsavedEdit, UnsavedEdits

_log = logging.getLogger(__name__)
_PACE = 0.5
"""Seconds between two writings to disk."""
_KEYS = "ctrl+s saves · esc leaves"


class DocumentEditor(Guarded, Vertical):
    """The text of one edit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("escape", "leave", "Leave; asks when there is something to save", priority=True),
        Binding("ctrl+g", "outside", "Go on in $EDITOR", priority=True),
    ]

    class Saved(Message):
        """The edit is a revision now."""

        def __init__(self, outcome: EditOutcome) -> None:
            super().__init__()
            self.outcome = outcome

    class Left(Message):
        """The editor is to be closed."""

    def __init__(self, engine: Engine, edit: UnsavedEdit, edits: UnsavedEdits) -> None:
        super().__init__(id="document-editor")
        self._engine = engine
        self._edit = edit
        self._edits = edits
        self._written = edit.text
        """What is on disk, or was there at the beginning."""
        self._is_over = False
        self._keeping = Upkeep(self, "keep an edit", self._keep, pace=_PACE)
        self._line = Hint(id="document-editor-line")
        self._line.say(_KEYS)
        self.area = TextEditor(edit.text, id="document-edit")
        self._start = self.area.text

    def compose(self) -> ComposeResult:
        """Lay out the editor."""
        yield self.area
        yield self._line

    @property
    def document(self) -> str:
        """Id of the document."""
        return self._edit.document

    @property
    def is_changed(self) -> bool:
        """Whether something was typed."""
        return self.area.text != self._start

    def go_to(self, number: int) -> None:
        """Put the cursor at the start of a line, counted from 1."""
        self.area.move_cursor((max(0, number - 1), 0), center=True)

    def resumed(self, head: str) -> None:
        """Say that this edit was begun earlier, on what the document said then."""
        self._start = head
        self._say("This is the edit that was not saved. ctrl+s saves it, esc leaves.", Ink.KEY)

    def saw(self, revision: int) -> None:
        """Say that there is a newer revision than the one this is an edit of."""
        if revision > self._edit.base:
            self._say(f"The scribe wrote r{revision} meanwhile; it is merged when you save.")

    def _say(self, text: str, ink: Ink = Ink.NOTE) -> None:
        self._line.say(text, ink)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if not self._is_over and self.area.text != self._written:
            self._keeping.ask()

    async def _keep(self) -> None:
        """Write down what was typed."""
        if not self._is_over:
            edit = self._current()
            await asyncio.to_thread(self._edits.keep, edit)
            self._written = edit.text

    def _current(self) -> UnsavedEdit:
        return replace(self._edit, text=self.area.text, at=datetime.now(UTC))

    def on_unmount(self) -> None:
        """Keep what is not saved: it is offered again."""
        if not self._is_over and self.is_changed and self.area.text != self._written:
            try:
                self._edits.keep(self._current())
            except OSError:
                _log.exception("An edit that is not saved could not be kept")

    def action_save(self) -> None:
        """Make the text a revision, with all that was typed: this key overtakes letters."""
        self.area.call_later(self._save_typed)

    def _save_typed(self) -> None:
        if not self.area.read_only:
            run_guarded(self, self._save, "save an edit")

    async def _save(self) -> None:
        self.area.read_only = True
        try:
            outcome = await self._engine.scribe.edit(
                self._edit.document, self._edit.base, self.area.text
            )
        finally:
            self.area.read_only = False
        self._end()
        self.post_message(self.Saved(outcome))

    def action_leave(self) -> None:
        """Close the editor, once all that was typed is in it; ask first when something is not
        saved."""
        self.area.call_later(self._leave_typed)

    def _leave_typed(self) -> None:
        if not self.is_changed:
            self._throw_away()
            return
        from minutebook.tui.screens.question import QuestionScreen

        answers = (
            ("s", "Save", "Make it a revision"),
            ("l", "Later", "Keep it; e goes on with it"),
            ("d", "Discard", "Throw it away"),
        )
        self.app.push_screen(QuestionScreen("The edit is not saved", answers), self._answered)

    def _answered(self, answer: str | None) -> None:
        if answer == "s":
            self.action_save()
        elif answer == "l":
            self.post_message(self.Left())
        elif answer == "d":
            self._throw_away()

    def action_outside(self) -> None:
        """Let the person go on in their own editor."""
        self.area.call_later(run_guarded, self, self._outside, "edit in $EDITOR")

    async def _outside(self) -> None:
        from minutebook.tui import outside

        text = await outside.written(self.app, self.area.text)
        if text != self.area.text.rstrip("\n"):
            self.area.text = text

    def _throw_away(self) -> None:
        self._end()
        self.post_message(self.Left())

    def _end(self) -> None:
        """Nothing is left to be kept."""
        self._is_over = True
        self._edits.drop(self._edit)
