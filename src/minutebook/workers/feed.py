"""The feed: tells the bus what has changed in the store, whichever process changed it.

A commit of this process is looked at straight away; those of others are found within a quarter of a
second by asking for lines behind the last one known, which costs next to nothing.
"""

from __future__ import annotations

import asyncio

from minutebook.events import (
    ApprovalChanged,
    BatchChanged,
    Bus,
    ConversationChanged,
    DocumentChanged,
    Event,
    PageChanged,
    QuarantineChanged,
    QueueChanged,
    WatchedChanged,
)
from minutebook.store import changes
from minutebook.store.changes import Change, Topic
from minutebook.store.database import Database

_LOOK_AGAIN = 0.25


class Feed:
    """Turns lines of the `changes` table into events."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._loop = asyncio.get_running_loop()
        self._committed = asyncio.Event()
        self._last = 0
        database.on_commit(self._wake_from_thread)

    async def begin(self) -> None:
        """Take what changes from now on for news. Raises StoreError."""
        self._last = await self._database.read(changes.newest)

    async def run(self) -> None:
        """Pass on what changes, until cancelled. Begun anew, it goes on where it was."""
        while True:
            self._committed.clear()
            await self._pass_on()
            await self._wait()

    async def _pass_on(self) -> None:
        while found := await self._database.read(lambda tx: changes.since(tx, self._last)):
            for change in found:
                self._bus.publish(_event(change))
            self._last = found[-1].id

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_AGAIN):
                await self._committed.wait()
        except TimeoutError:
            return

    def _wake_from_thread(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._committed.set)


def _event(change: Change) -> Event:
    match change.topic:
        case Topic.CONVERSATION:
            return ConversationChanged(conversation=change.subject)
        case Topic.PAGE:
            return PageChanged(page=change.subject)
        case Topic.DOCUMENT:
            return DocumentChanged(document=change.subject)
        case Topic.QUARANTINE:
            return QuarantineChanged(path=change.subject)
        case Topic.WATCHED:
            return WatchedChanged()
        case Topic.BATCH:
            return BatchChanged(batch=change.subject)
        case Topic.APPROVAL:
            return ApprovalChanged(approval=int(change.subject))
        case Topic.JOB:
            return QueueChanged()
