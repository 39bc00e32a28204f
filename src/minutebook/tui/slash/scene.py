"""Where a command runs: the engine, the conversation that is open, and the panes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minutebook.errors import UsageError
from minutebook.tui.widgets.inked import Ink

if TYPE_CHECKING:
    from minutebook.domain.conversations import Conversation
    from minutebook.domain.turns import Turn
    from minutebook.engine import Engine
    from minutebook.tui.app import Workbench
    from minutebook.tui.panes.chat import ChatPane


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a command can reach."""

    app: Workbench
    engine: Engine
    pane: ChatPane
    conversation: Conversation

    def say(self, text: str, ink: Ink = Ink.NOTE) -> None:
        """Say in a line what came of it."""
        self.pane.tell(text, ink)

    async def document(self) -> str:
        """Return the id of the document. Raises UsageError when there is none."""
        found = await self.engine.library.conversation(self.conversation.id)
        if found.document is None:
            raise UsageError("There is no document yet.", hint="/scribe start begins one.")
        return found.document

    def turn(self) -> Turn:
        """Return the turn that is chosen, else the last one. Raises UsageError without any."""
        turn = self.pane.transcript.turn
        if turn is None:
            raise UsageError("Nothing has been said yet.")
        return turn
