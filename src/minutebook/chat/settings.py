"""What chatting goes by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from minutebook.llm.protocol import Passage
from minutebook.record.recorder import RecordPolicy

FindPassages = Callable[[str], Awaitable[tuple[Passage, ...]]]
"""Looks in the record for what may answer a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSettings:
    """What chatting goes by."""

    model: str
    """Answers where a conversation has no model of its own."""
    policy: RecordPolicy
    owner: str
    """Names this process."""
    is_gone: Callable[[str], bool]
    """Says whether a process is gone."""
    prompt_tokens: int = 60_000
    """Estimated tokens of the conversation that a model is shown, at most."""
    reply_tokens: int = 8_192
    """Tokens of one answer, at most."""
