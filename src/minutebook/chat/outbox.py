"""The outbox: what a person has said while a reply was on its way, in order, until it is said."""

from __future__ import annotations

from functools import partial

from minutebook.clock import Clock
from minutebook.domain.chats import Waiting
from minutebook.domain.turns import Attachment
from minutebook.errors import NotFoundError, UsageError
from minutebook.store import changes, chats
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


class Outbox:
    """Queues messages and withdraws them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def queue(
        self, conversation: str, text: str, attachments: tuple[Attachment, ...] = ()
    ) -> None:
        """Let a message wait; durable when this returns. Raises UsageError for nothing at all."""
        if not text.strip() and not attachments:
            raise UsageError("There is nothing to say.", hint="Type a message first.")

        def work(tx: Transaction) -> None:
            now = self._clock()
            chats.queue(tx, conversation, text, attachments, now)
            changes.note(tx, Topic.CONVERSATION, conversation, now)

        await self._database.write(work)

    async def waiting(self, conversation: str) -> list[Waiting]:
        """Return what waits, the first one first."""
        return await self._database.read(partial(chats.waiting, conversation=conversation))

    async def withdraw(self, message: int) -> None:
        """Take a message out. Raises NotFoundError when it has been said, or was taken out."""
        if not await self._database.write(partial(chats.withdraw, message=message)):
            raise NotFoundError("waiting message", str(message), hint="It may have been said.")
