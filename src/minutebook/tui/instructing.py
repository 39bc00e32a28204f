"""A person tells the scribe what to do with a document, and decides on what it proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.errors import MinutebookError
from minutebook.tui.guard import run_guarded
from minutebook.tui.widgets.inked import Ink

if TYPE_CHECKING:
    from minutebook.domain.documents import Document
    from minutebook.engine import Engine, Proposal
    from minutebook.tui.panes.document import DocumentPane


class Instructing:
    """One instruction."""

    def __init__(self, pane: DocumentPane, engine: Engine, document: Document) -> None:
        self._pane = pane
        self._engine = engine
        self._document = document

    async def ask(self, text: str) -> None:
        """Have the document revised; a rewrite is shown first. Raises what the engine does."""
        from minutebook.engine import Proposal

        self._say("The scribe is at work on it …")
        try:
            outcome = await self._engine.scribe.instruct(self._document.id, text)
        except MinutebookError:
            self._say("Nothing was changed.", Ink.WARNING)
            raise
        if isinstance(outcome, Proposal):
            self._propose(outcome)
        elif outcome.revision == self._document.revision:
            self._say("The scribe found nothing to change.")
        else:
            self._say(f"Done: r{outcome.revision} of {outcome.title}.")

    def _propose(self, proposal: Proposal) -> None:
        from minutebook.tui.screens.proposal import ProposalScreen

        self._say("The scribe proposes a rewrite.")
        self._pane.app.push_screen(ProposalScreen(self._document.title, proposal), self._answered)

    def _answered(self, proposal: Proposal | None) -> None:
        if proposal is None:
            self._say("Refused: nothing was changed.")
            return

        async def accept() -> None:
            after = await self._engine.scribe.accept(proposal)
            self._say(f"Done: r{after.revision} of {after.title}; u takes it back.")

        run_guarded(self._pane.app, accept, "accept a proposal")

    def _say(self, text: str, ink: Ink = Ink.NOTE) -> None:
        self._pane.post_message(self._pane.Said(text, ink))
