"""What is said above the input of a conversation in which something waits for an answer.

A message may wait, a question may have none, or another process is being answered. Nothing tells
this process when a reply there begins, and nothing when that process is gone; so while one is on
its way, it is looked again, once a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.turns import Role
from minutebook.tui.widgets.inked import Ink

if TYPE_CHECKING:
    from minutebook.domain.conversations import Conversation
    from minutebook.engine import Engine
    from minutebook.tui.panes.chat import ChatPane

_ANSWERED = "Another minutebook is being answered here"
_ELSEWHERE = f"{_ANSWERED}. What you say waits behind that."
_UNANSWERED = "This has no answer yet. ctrl+r asks for one."
_LOOK_AGAIN = 1.0


class Elsewhere:
    """Says what waits for an answer, and how it gets one, for as long as that is so."""

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._told = ""
        self._is_looked_for = False

    async def tell(
        self, engine: Engine, conversation: Conversation, *, is_opened: bool = False
    ) -> None:
        """Say it where nothing else is said. Of a question without an answer it is said when a
        conversation is opened, and when another process is not being answered any more."""
        hint = self._pane.input.hint.text
        if not self._may_tell(hint):
            return
        is_looked_at = is_opened or bool(hint)
        is_elsewhere = await engine.chat.is_elsewhere(conversation.id)
        if not self._may_tell(hint):
            return
        if is_elsewhere:
            self._look_again()
        said = _ELSEWHERE if is_elsewhere else self._waits()
        if not said and is_looked_at and self._is_unanswered():
            said = _UNANSWERED
        if said != hint:
            self._pane.tell(said, Ink.NOTE)
        self._told = said

    def _may_tell(self, hint: str) -> bool:
        """Say whether nothing stands there but what was said from here."""
        is_ours = hint in {"", self._told} or hint.startswith(_ANSWERED)
        return is_ours and hint == self._pane.input.hint.text and not self._pane.is_busy

    def _waits(self) -> str:
        count = len(self._pane.input.waits)
        said = "A message waits" if count == 1 else f"{count} messages wait"
        return f"{said}. Enter goes on; ↑ takes the last one back." if count else ""

    def _is_unanswered(self) -> bool:
        """Say whether a question stands at the end, after a crash for one."""
        window, turns = self._pane.transcript.window, self._pane.transcript.turns
        is_at_end = window is not None and not window.has_newer
        return is_at_end and bool(turns) and turns[-1].role is Role.USER

    def _look_again(self) -> None:
        if not self._is_looked_for:
            self._is_looked_for = True
            self._pane.set_timer(_LOOK_AGAIN, self._look)

    def _look(self) -> None:
        self._is_looked_for = False
        self._pane.bring_up_to_date()
