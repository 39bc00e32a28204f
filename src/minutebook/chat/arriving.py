"""A reply on its way: told as it comes, and kept at a pace, so that a crash loses a moment of it.

The pieces are kept without waiting for the disk: they outlive this process, and a power cut may
take less than a second of them. The turn that the reply becomes is as durable as any other.
"""

from __future__ import annotations

import asyncio
from functools import partial

from minutebook.domain.chats import PartialReply
from minutebook.events import Bus, ReplyDelayed, TextArrived, ThinkingArrived
from minutebook.llm.protocol import AskedAgain, StreamEvent, TextDelta, ThinkingDelta
from minutebook.store import replies
from minutebook.store.database import Database

_KEEP_SECONDS = 0.25


class Arriving:
    """Gathers the text of one reply."""

    def __init__(self, reply: PartialReply, database: Database, bus: Bus) -> None:
        self.reply = reply
        self._database = database
        self._bus = bus
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._kept = (0, 0)
        """How many pieces of either list are in the store."""
        self._number = 0
        self._has_more = asyncio.Event()

    @property
    def text(self) -> str:
        """What has come of the answer."""
        return "".join(self._text)

    @property
    def thinking(self) -> str:
        """What the model has thought aloud."""
        return "".join(self._thinking)

    def take(self, event: StreamEvent) -> None:
        """Take what came, and tell it."""
        conversation = self.reply.conversation
        match event:
            case TextDelta(text=text):
                self._text.append(text)
                self._bus.publish(TextArrived(conversation=conversation, text=text))
            case ThinkingDelta(text=text):
                self._thinking.append(text)
                self._bus.publish(ThinkingArrived(conversation=conversation, text=text))
            case AskedAgain(model=model, wait=wait, reason=reason):
                self._bus.publish(
                    ReplyDelayed(
                        conversation=conversation, model=model, seconds=wait, reason=reason
                    )
                )
                return
            case _:
                return
        self._has_more.set()

    async def keep_up(self) -> None:
        """Keep what comes, at a pace, until cancelled. Raises StoreError."""
        while True:
            await self._has_more.wait()
            await self._keep()
            await asyncio.sleep(_KEEP_SECONDS)

    async def _keep(self) -> None:
        self._has_more.clear()
        thoughts, words = self._kept
        self._kept = (len(self._thinking), len(self._text))
        self._number += 1
        piece = partial(
            replies.grow,
            key=self.reply.key,
            number=self._number,
            thinking="".join(self._thinking[thoughts:]),
            text="".join(self._text[words:]),
        )
        await self._database.write_relaxed(piece)
