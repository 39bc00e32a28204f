"""Passes that run in this process: each can be stopped by a person.

A pass that was stopped leaves the layout as it was, and is not begun again unasked before there is
a page more to gain, or the prompt does not fit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from minutebook.domain.context import Pass, PassState


class Running:
    """The passes that run here, by conversation."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Pass]] = {}
        self._stopped: set[str] = set()
        self._declined: dict[str, int] = {}
        """Tokens of prompts, by conversation, when a person stopped a pass."""
        self._vain: dict[str, int] = {}
        """The same, when a pass freed nothing."""

    async def run(
        self, conversation: str, used: int, work: Coroutine[Any, Any, Pass]
    ) -> Pass | None:
        """Do a pass over a prompt of so many tokens; None when a person stopped it."""
        task = self._tasks[conversation] = asyncio.create_task(work, name="compaction")
        try:
            done = await task
        except asyncio.CancelledError:
            if conversation not in self._stopped:
                raise
            self._declined[conversation] = used
            return None
        finally:
            self._stopped.discard(conversation)
            self._tasks.pop(conversation, None)
        self._declined.pop(conversation, None)
        self._vain.pop(conversation, None)
        if done.state is PassState.STUCK and done.from_revision == done.to_revision:
            self._vain[conversation] = used
        return done

    def has(self, conversation: str) -> bool:
        """Say whether a pass of a conversation runs here."""
        return conversation in self._tasks

    def stop(self, conversation: str) -> bool:
        """Stop the pass of a conversation; say whether one ran here."""
        task = self._tasks.get(conversation)
        if task is None or task.done():
            return False
        self._stopped.add(conversation)
        task.cancel()
        return True

    def is_declined(self, conversation: str, used: int, page_tokens: int) -> bool:
        """Say whether a person has stopped a pass when there was about as much in the prompt."""
        declined = self._declined.get(conversation)
        return declined is not None and used < declined + page_tokens

    def was_vain(self, conversation: str, used: int, page_tokens: int) -> bool:
        """Say whether a pass freed nothing when there was about as much in the prompt."""
        vain = self._vain.get(conversation)
        return vain is not None and used < vain + page_tokens
