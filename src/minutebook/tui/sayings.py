"""What the person has said before, to be said again: here first, then in other conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.conversations import LIVE_SOURCE
from minutebook.domain.turns import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minutebook.engine import Engine

_HERE = 400
"""Turns of the open conversation that are looked at."""
_ELSEWHERE = 60
_CONVERSATIONS = 12


class Sayings:
    """A list that is walked, the newest first; the text one came from is its lower end."""

    def __init__(self) -> None:
        self._said: tuple[str, ...] = ()
        self._at = -1
        self._before = ""

    @property
    def is_walking(self) -> bool:
        """Whether an old text is shown."""
        return self._at >= 0

    def begin(self, said: Iterable[str], before: str) -> None:
        """Walk these texts, and come back to the text before."""
        self._said = tuple(dict.fromkeys(text for text in said if text.strip()))
        self._at, self._before = -1, before

    def step(self, step: int) -> str | None:
        """Return the next older text, or newer; None where there is none."""
        at = self._at - step
        if not -1 <= at < len(self._said):
            return None
        self._at = at
        return self._before if at < 0 else self._said[at]

    def shows(self, text: str) -> bool:
        """Say whether a text is what the walk has come to, not changed since."""
        return self.is_walking and self._said[self._at] == text

    def leave(self) -> None:
        """Walk no more."""
        self._at = -1


async def read(engine: Engine, conversation: str) -> list[str]:
    """Return what a person has said, the newest first, this conversation before others."""
    newest = await engine.library.conversations(limit=_CONVERSATIONS, source=LIVE_SOURCE)
    said = await _said(engine, conversation, _HERE)
    for other in newest:
        if other.id != conversation:
            said += await _said(engine, other.id, _ELSEWHERE)
    return said


async def _said(engine: Engine, conversation: str, limit: int) -> list[str]:
    turns = await engine.library.turns_before(conversation, limit=limit)
    return [turn.content.text for turn in reversed(turns) if turn.role is Role.USER]
