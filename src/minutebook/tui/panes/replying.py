"""The reply that is on its way, at the end of a text.

A reply is an open block until it has ended. Then it stays, closed, until what it became has been
read from the record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minutebook.domain.turns import Role
from minutebook.events import (
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyWentOn,
    TextArrived,
    ThinkingArrived,
)
from minutebook.tui.guard import Guarded
from minutebook.tui.prose.prose import Prose
from minutebook.tui.replies import Replies, ReplySoFar, reply_block
from minutebook.tui.transcript import thought_block

if TYPE_CHECKING:
    from minutebook.domain.turns import Turn
    from minutebook.tui.bridge import ReplyEvent
    from minutebook.tui.prose.blocks import ProseBlock


class ReplyText(Guarded, Prose):
    """What is settled, and a reply behind it."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.replies = Replies()
        self._ended: list[ProseBlock] = []
        """Blocks of replies that have ended and are not read from the record yet."""

    @property
    def is_answering(self) -> bool:
        """Whether a reply is on its way in the conversation that is shown."""
        return self._reply is not None

    @property
    def _reply(self) -> ReplySoFar | None:
        return self.replies.of(self._shown_id)

    @property
    def _shown_id(self) -> str:
        """Return the id of the conversation that is shown; empty for none."""
        raise NotImplementedError

    def _settled(self) -> list[ProseBlock]:
        """Return what stands before the reply."""
        raise NotImplementedError

    def _show_all(self) -> None:
        """Show what is settled, replies that have just ended, and what is on its way."""
        shown = [*self._settled(), *self._ended]
        if (reply := self._reply) is not None and reply.pieces and reply.thoughts:
            shown.append(thought_block(reply.id, reply.thinking, is_open=False))
        self.set_blocks(shown)

    def hear(self, event: ReplyEvent) -> None:
        """Show what becomes of a reply."""
        id_ = event.conversation
        is_here = id_ == self._shown_id
        match event:
            case ReplyStarted(model=model):
                self.replies.begin(id_, model)
                if is_here:
                    self._resume()
            case ThinkingArrived(text=text):
                self.replies.think(id_, text)
                if is_here:
                    self._write_thought(text)
            case TextArrived(text=text):
                shown = self.replies.add(id_, text)
                if is_here:
                    self._write_answer(shown)
            case ReplyWentOn():
                self._go_on(event)
            case ReplyFinished() | ReplyFailed():
                self._end(id_)

    def _end(self, conversation: str) -> None:
        if conversation == self._shown_id:
            self._end_reply()
        self.replies.end(conversation)

    def _go_on(self, event: ReplyWentOn) -> None:
        """Begin the part of a reply that follows the results of tools."""
        self._end(event.conversation)
        self.replies.begin(event.conversation, event.model)
        if event.conversation == self._shown_id:
            self._resume()

    def _resume(self) -> None:
        """Open the block of the reply that is on its way here, if there is one."""
        if (reply := self._reply) is not None:
            self._close_open()
            self.open_block(reply_block(reply))

    def _write_thought(self, text: str) -> None:
        """Show what is thought, as long as nothing has been said."""
        if (reply := self._reply) is None or reply.pieces:
            return
        if len(reply.thoughts) == 1 or not self.is_streaming:
            self._drop_open()
            self._resume()
        else:
            self.write(text)

    def _write_answer(self, text: str) -> None:
        """Show what is said; what was thought before it is folded."""
        if (reply := self._reply) is None:
            return
        is_first = len(reply.pieces) == 1
        if (is_first and reply.thoughts) or not self.is_streaming:
            self._drop_open()
            self._show_all()
            self._resume()
            return
        if is_first:
            self._say_nothing_below()
        if text:
            self.write(text)

    def _say_nothing_below(self) -> None:
        """Take the note below the open block away: its text has begun."""
        if self._open is not None:
            self.update_block(replace(self._open.block, foot=""))

    def _end_reply(self) -> None:
        """Keep the blocks of a reply until it is read from the record."""
        if (reply := self._reply) is None:
            return
        self._say_nothing_below()
        rest = reply.finish()
        if rest and self.is_streaming:
            self.write(rest)
        ended = self.close_block() if self.is_streaming else None
        if reply.pieces and reply.thoughts:
            self._ended.append(thought_block(reply.id, reply.thinking, is_open=False))
        if ended is not None and reply.pieces:
            self._ended.append(ended)

    def _close_open(self) -> None:
        if self.is_streaming:
            self.close_block()

    def _drop_open(self) -> None:
        """Take the open block away: another takes its place."""
        if self.is_streaming:
            self.close_block()
            self.set_blocks([*self._settled(), *self._ended])

    def _end_recorded(self, turn: Turn) -> None:
        """End the reply that this turn is: the record may tell of it before the reply has ended.

        What is on the screen of it is kept, as else a long one would be laid out a second time.
        """
        reply, text = self._reply, turn.content.text
        if reply is None or not reply.pieces or turn.role is not Role.ASSISTANT:
            return
        said = reply.text
        if text.startswith(said):
            if self.is_streaming and len(text) > len(said):
                self.write(reply.add(text[len(said) :]))
            self._end_reply()
            self.replies.end(turn.conversation)
