"""What the scribe would make of a document, to be accepted or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.diff_text import DiffText
from minutebook.tui.widgets.inked import Ink, InkedLine, line
from minutebook.tui.wording import dollars

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.engine import Proposal


class ProposalScreen(Overlay["Proposal"]):
    """Gives the proposal when it is accepted, None when it is refused."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", "Accept"),
        Binding("n", "close", "Refuse"),
    ]

    def __init__(self, title: str, proposal: Proposal) -> None:
        super().__init__()
        self._title_of_document = title
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        asked = self._proposal
        cost = "" if asked.cost_usd is None else f" · asking cost {dollars(asked.cost_usd)}"
        size = f"{asked.before:,} → {asked.after:,} characters{cost}"
        with Vertical(classes="sheet"):
            name = f"A rewrite of {self._title_of_document}"
            title = InkedLine(line(name, Ink.ACCENT, right="a accepts, esc refuses"))
            title.add_class("sheet-title")
            yield title
            yield InkedLine(line(f"“{asked.instruction}”"))
            yield InkedLine(line(size, Ink.NOTE), id="proposal-size")
            yield DiffText(id="proposal-diff")

    def on_mount(self) -> None:
        """Show what would change."""
        diff = self.query_one(DiffText)
        diff.show_diff(self._proposal.diff, "Nothing would change.")
        diff.focus()

    def action_accept(self) -> None:
        """Have it."""
        self.dismiss(self._proposal)
