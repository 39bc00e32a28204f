"""Asks models, conversation by conversation; nobody on the screen waits for them.

What is said while an answer is on its way waits in the outbox, which the engine empties behind the
answer. Between the engine's last look at it and the end of the work here something may have come
in: so whoever queues leaves a note, and the work ends only when there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.turns import Ending
from minutebook.tui.guard import run_guarded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App

    from minutebook.domain.turns import Attachment, Turn
    from minutebook.engine import Engine

_GOES_ON = frozenset({Ending.WHOLE, Ending.STOPPED, Ending.MAX_TOKENS, Ending.REFUSAL})


class Asking:
    """The answers that were asked for here."""

    def __init__(self, app: App[None], engine: Engine) -> None:
        self._app = app
        self._engine = engine
        self._busy: set[str] = set()
        self._noted: set[str] = set()

    def is_busy(self, conversation: str) -> bool:
        """Say whether an answer is on its way, or is about to be."""
        return conversation in self._busy or self._engine.chat.is_answering(conversation)

    def can_stop(self, conversation: str) -> bool:
        """Say whether there is anything to stop: room that is made, or an answer."""
        return self._engine.context.is_making_room(conversation) or self.is_busy(conversation)

    def stop(self, conversation: str) -> None:
        """Stop making room; else stop the answer that is on its way."""
        if not self._engine.context.stop(conversation):
            self._engine.chat.stop(conversation)

    def answer(self, conversation: str) -> None:
        """Have answered what was said last."""
        self._ask(conversation, self._engine.chat.answer)

    def answer_anew(self, conversation: str) -> None:
        """Have it answered once more, on a branch."""
        self._ask(conversation, self._engine.chat.answer_anew)

    def go_on(self, conversation: str) -> None:
        """Have answered what has no answer yet, then what waits."""
        self._ask(conversation, self._engine.chat.go_on)

    async def queue(
        self, conversation: str, text: str, attachments: tuple[Attachment, ...]
    ) -> None:
        """Let a message wait for the end of the answer. Raises UsageError and StoreError."""
        await self._engine.chat.outbox.queue(conversation, text, attachments)
        self._noted.add(conversation)
        if not self.is_busy(conversation):
            self.go_on(conversation)

    def _ask(self, conversation: str, verb: Callable[[str], Awaitable[Turn | None]]) -> None:
        if self.is_busy(conversation):
            return
        self._busy.add(conversation)

        async def ask() -> None:
            try:
                await self._until_done(conversation, verb)
            finally:
                self._busy.discard(conversation)

        run_guarded(self._app, ask, f"answer {conversation}")

    async def _until_done(
        self, conversation: str, verb: Callable[[str], Awaitable[Turn | None]]
    ) -> None:
        self._noted.discard(conversation)
        turn = await verb(conversation)
        while turn is not None and turn.ending in _GOES_ON and conversation in self._noted:
            self._noted.discard(conversation)
            turn = await self._engine.chat.go_on(conversation)
