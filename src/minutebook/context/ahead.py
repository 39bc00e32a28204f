"""Room for the next reply is made while a person reads the last one: nobody waits for it."""

from __future__ import annotations

from minutebook.context.room import Context
from minutebook.events import Bus, ReplyFinished, RoomNeeded


async def make_room_ahead(context: Context, bus: Bus) -> None:
    """After each reply queue a pass if it is time for one, or ask for one, until cancelled.

    Raises StoreError.
    """
    with bus.subscribe() as events:
        async for event in events:
            if isinstance(event, ReplyFinished):
                await _look(context, bus, event.conversation)


async def _look(context: Context, bus: Bus, conversation: str) -> None:
    sizes = await context.after_reply(conversation)
    if sizes is not None:
        tokens = sizes.budget.tokens
        bus.publish(RoomNeeded(conversation=conversation, used=sizes.used, tokens=tokens))
