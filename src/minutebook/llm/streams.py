"""Streams of events: closed when nobody listens any more, or listened to up to their reply."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from minutebook.errors import ModelReplyError
from minutebook.llm.protocol import Listener, Reply, ReplyDone, StreamEvent, nobody


@asynccontextmanager
async def closing(events: AsyncIterator[StreamEvent]) -> AsyncIterator[AsyncIterator[StreamEvent]]:
    """Close a stream when the block ends, however it ends; that ends the call at the provider."""
    try:
        yield events
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()


async def last_reply(events: AsyncIterator[StreamEvent], listener: Listener = nobody) -> Reply:
    """Return the reply that a stream ends with, and close it. Raises ModelError."""
    async with closing(events) as heard:
        async for event in heard:
            if isinstance(event, ReplyDone):
                return event.reply
            listener(event)
    raise ModelReplyError("A stream of a model ended without its reply.", hint="Try again.")
