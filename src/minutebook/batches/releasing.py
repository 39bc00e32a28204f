"""A batch that is never made is released: its orders are as they were, and go another way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from minutebook.batches import planning
from minutebook.batches.means import Means
from minutebook.batches.parcels import Parcels
from minutebook.domain.batches import Batch, BatchState
from minutebook.events import BatchFailed
from minutebook.store import batches, changes, orders
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

ABANDONED = "The worker that wrote it down stopped in the middle."


async def release(
    means: Means,
    parcels: Parcels,
    batch: Batch,
    reason: str,
    state: BatchState = BatchState.RELEASED,
) -> None:
    """End a batch that was never made, unless somebody has taken it further. Raises StoreError."""
    now = means.clock()
    released = replace(batch, state=state, error=reason)

    def work(tx: Transaction) -> bool:
        if not batches.change(tx, released, batch.state):
            return False
        orders.release(tx, batch.id, now)
        planning.wake(tx, now)
        changes.note(tx, Topic.BATCH, batch.id, now)
        return True

    if await means.database.write(work):
        await asyncio.to_thread(parcels.drop, batch.id)
        means.bus.publish(BatchFailed(batch=batch.id, reason=reason))
