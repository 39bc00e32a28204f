"""Replies that are on their way: at most one for each conversation, whichever is on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class ReplySoFar:
    """What has arrived of one reply."""

    model: str
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it as one text."""
        return "".join(self.pieces)


class Replies:
    """The replies on their way, by conversation."""

    def __init__(self) -> None:
        self._running: dict[str, ReplySoFar] = {}

    def begin(self, conversation: str, model: str) -> None:
        """Note that a model has been asked."""
        self._running[conversation] = ReplySoFar(model)

    def add(self, conversation: str, text: str) -> None:
        """Note what has arrived."""
        if (reply := self._running.get(conversation)) is not None:
            reply.pieces.append(text)

    def end(self, conversation: str) -> None:
        """Note that a reply is over."""
        self._running.pop(conversation, None)

    def of(self, conversation: str) -> ReplySoFar | None:
        """Return the reply that is on its way in a conversation."""
        return self._running.get(conversation)
