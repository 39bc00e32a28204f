"""Replies that are on their way: at most one for each conversation, whichever is on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from minutebook.domain.turns import OFFLINE
from minutebook.tui.prose.blocks import ProseBlock, TextKind, Tone
from minutebook.tui.references import SignedText
from minutebook.tui.transcript import model_label, thought_block

_ASKED = "asked, esc stops"


@dataclass(slots=True)
class ReplySoFar:
    """What has arrived of one reply."""

    model: str
    number: int
    """Tells it from others."""
    pieces: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """The same as it is shown, as far as that is certain: see `references`."""
    thoughts: list[str] = field(default_factory=list)
    _signed: SignedText = field(default_factory=SignedText)

    def add(self, text: str) -> str:
        """Take more of it; return what of it is shown by that."""
        self.pieces.append(text)
        return self._show(text if self.model == OFFLINE else self._signed.feed(text))

    def finish(self) -> str:
        """Take it that nothing comes any more; return what was held back."""
        return self._show(self._signed.finish())

    def _show(self, text: str) -> str:
        if text:
            self.shown.append(text)
        return text

    @property
    def text(self) -> str:
        """All that was said, as one text."""
        return "".join(self.pieces)

    @property
    def thinking(self) -> str:
        """All that was thought, as one text."""
        return "".join(self.thoughts)

    @property
    def id(self) -> str:
        """Id of its block, until it is a turn."""
        return f"reply {self.number}"


def reply_block(reply: ReplySoFar) -> ProseBlock:
    """Return a reply that is on its way as a block: what is thought, until something is said."""
    if not reply.pieces and reply.thoughts:
        thought = thought_block(reply.id, reply.thinking, is_open=True)
        return replace(thought, speaker="thinking")
    return ProseBlock(
        id=reply.id,
        text="".join(reply.shown),
        kind=TextKind.CHAT,
        speaker=model_label(reply.model),
        tone=Tone.MODEL,
        foot="" if reply.pieces else _ASKED,
    )


class Replies:
    """The replies on their way, by conversation."""

    def __init__(self) -> None:
        self._running: dict[str, ReplySoFar] = {}
        self._begun = 0

    @property
    def conversations(self) -> frozenset[str]:
        """Where one is on its way."""
        return frozenset(self._running)

    def begin(self, conversation: str, model: str) -> None:
        """Note that a model has been asked."""
        self._begun += 1
        self._running[conversation] = ReplySoFar(model, self._begun)

    def add(self, conversation: str, text: str) -> str:
        """Note what has arrived of the answer; return what of it is shown."""
        reply = self._running.get(conversation)
        return "" if reply is None else reply.add(text)

    def think(self, conversation: str, text: str) -> None:
        """Note what has arrived of the thinking."""
        if (reply := self._running.get(conversation)) is not None:
            reply.thoughts.append(text)

    def end(self, conversation: str) -> None:
        """Note that a reply is over."""
        self._running.pop(conversation, None)

    def of(self, conversation: str) -> ReplySoFar | None:
        """Return the reply that is on its way in a conversation."""
        return self._running.get(conversation)
