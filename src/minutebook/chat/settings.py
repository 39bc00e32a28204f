"""What chatting goes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minutebook.record.recorder import RecordPolicy


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
