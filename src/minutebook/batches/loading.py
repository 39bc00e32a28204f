"""Batches are put together and written down.

What is going to be sent is on the disk, byte by byte, and in the store, request by request, before
anything is sent: from then on the batch has a job of its own. The requests are written down some at
a time, so that no other writer waits long; a batch whose worker stops in the middle is released.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from minutebook.batches import planning
from minutebook.batches.asking import OrderReading, read_orders, request_for
from minutebook.batches.judging import Meaning, Verdict
from minutebook.batches.means import Means, provider_of
from minutebook.batches.parcels import Parcels
from minutebook.batches.refusals import batches_of, room_of
from minutebook.batches.releasing import ABANDONED, release
from minutebook.batches.settling import Answer, Settling
from minutebook.domain.batches import Batch, BatchItem, BatchState, Order, OrderState, Route
from minutebook.errors import ModelRequestError
from minutebook.llm.batching import BatchClient
from minutebook.llm.protocol import Request
from minutebook.store import batches, changes, orders
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_log = logging.getLogger(__name__)
_READ_AT_ONCE = 100
_CLAIMED_AT_ONCE = 200
"""Requests that are written down in one transaction."""
_LEFT_ALONE = timedelta(minutes=1)
"""So long nobody asks whether a batch is still being written down."""
_GONE = Verdict(meaning=Meaning.GIVE_UP, reason="The page is not what it was any more.")
"""Settling finds the page gone or changed, and drops the order."""
_TAKEN = "Another worker had taken its orders."

Found = tuple[Order, OrderReading | None]


class _TakenError(Exception):
    """A batch, or an order of it, is not ours any more; undoes the transaction that found out."""


@dataclass(slots=True, kw_only=True)
class _Load:
    """A batch that is being put together."""

    id: str
    most: int
    """Requests that it may have."""
    room: int
    """Bytes that still fit."""
    lines: list[bytes] = field(default_factory=list)
    items: list[BatchItem] = field(default_factory=list)
    unfit: list[Answer] = field(default_factory=list)
    """Orders that cannot be sent, and why."""
    is_full: bool = False
    last: int = 0
    """The order that was looked at last."""


class Loading:
    """Makes batches of the orders that are ready."""

    def __init__(self, means: Means, parcels: Parcels, settling: Settling) -> None:
        self._means = means
        self._parcels = parcels
        self._settling = settling

    async def make_batches(self) -> bool:
        """Write down batches until no order is left that can go into one.

        False when the provider has no batches. Raises ModelUnavailableError and StoreError.
        """
        model = self._means.plan.model
        client = await batches_of(self._means, model)
        if client is None:
            return False
        await self._clear_away()
        while await self._make_batch(client):
            pass
        return True

    async def _clear_away(self) -> None:
        """Release what is left of workers that stopped while they wrote a batch down.

        Whoever is here has the lease of the dispatcher: nobody else makes batches.
        """
        states = [BatchState.PREPARING]
        for batch in await self._means.database.read(partial(batches.in_states, states=states)):
            await release(self._means, self._parcels, batch, ABANDONED)

    async def _make_batch(self, client: BatchClient) -> bool:
        """Write a batch down. False when nothing came of it."""
        load = _Load(
            id=f"bt_{secrets.token_hex(6)}",
            most=min(self._means.settings.requests, client.limits.requests),
            room=await room_of(self._means, self._means.plan.model, client),
        )
        while not load.is_full:
            found = await self._means.database.read(partial(self._next, behind=load.last))
            if not found:
                break
            await asyncio.to_thread(self._fill, load, found, client)
        if load.unfit:
            await self._settling.settle(load.unfit)
        if not load.items:
            return bool(load.unfit)
        return await self._seal(load)

    def _next(self, tx: Transaction, behind: int) -> list[Found]:
        """Return some orders that can go into a batch, and what they are about."""
        found = orders.in_state(
            tx,
            OrderState.READY,
            self._means.plan.model,
            route=Route.BATCH,
            behind=behind,
            limit=_READ_AT_ONCE,
        )
        return list(zip(found, read_orders(tx, found), strict=True))

    async def _seal(self, load: _Load) -> bool:
        sealed = await asyncio.to_thread(self._parcels.seal, load.id, load.lines)
        model = self._means.plan.model
        batch = Batch(
            id=load.id,
            provider=provider_of(model),
            model=model,
            state=BatchState.PREPARING,
            requests=len(load.items),
            bytes=sealed.bytes,
            digest=sealed.digest,
            created_at=self._means.clock(),
        )
        try:
            await self._write_down(batch, load.items)
        except _TakenError:
            _log.info("Another worker has taken orders of batch %s", batch.id)
            await release(self._means, self._parcels, batch, _TAKEN)
            await asyncio.to_thread(self._parcels.drop, batch.id)
            return False
        return True

    async def _write_down(self, batch: Batch, items: Sequence[BatchItem]) -> None:
        """Write down that these requests are going to be sent; all of them, or it is not sent.

        The last transaction waits for the disk, and the others are on it then, too.
        """
        database = self._means.database
        await database.write_relaxed(partial(self._begin, batch=batch))
        for start in range(0, len(items), _CLAIMED_AT_ONCE):
            some = items[start : start + _CLAIMED_AT_ONCE]
            await database.write_relaxed(partial(self._claim, batch=batch, items=some))
        await database.write(partial(self._end, batch=batch))

    def _begin(self, tx: Transaction, batch: Batch) -> None:
        now = self._means.clock()
        batches.add(tx, batch)
        planning.want_step(tx, batch.id, now, now + _LEFT_ALONE)

    def _claim(self, tx: Transaction, batch: Batch, items: Sequence[BatchItem]) -> None:
        if batches.get(tx, batch.id).state is not batch.state:
            raise _TakenError
        ids = [item.order for item in items]
        if orders.send(tx, ids, batch.id, self._means.clock()) < len(ids):
            raise _TakenError
        batches.add_items(tx, items)

    def _end(self, tx: Transaction, batch: Batch) -> None:
        now = self._means.clock()
        if not batches.change(tx, replace(batch, state=BatchState.PREPARED), batch.state):
            raise _TakenError
        planning.want_step(tx, batch.id, now)
        changes.note(tx, Topic.BATCH, batch.id, now)

    def _fill(self, load: _Load, readings: Sequence[Found], client: BatchClient) -> None:
        """Put requests into a batch as long as there is room."""
        for order, reading in readings:
            if len(load.items) >= load.most:
                load.is_full = True
                return
            custom_id = f"{load.id}_{order.id}_{order.attempts}"
            made = self._line(order, reading, custom_id, client)
            if isinstance(made, Verdict):
                load.unfit.append(Answer(order=order.id, verdict=made))
                load.last = order.id
                continue
            if load.items and len(made) + 1 > load.room:
                load.is_full = True
                return
            load.last = order.id
            load.room -= len(made) + 1
            load.lines.append(made)
            load.items.append(
                BatchItem(
                    custom_id=custom_id,
                    batch=load.id,
                    order=order.id,
                    page=order.page,
                    content_hash=order.content_hash,
                )
            )

    def _line(
        self, order: Order, reading: OrderReading | None, custom_id: str, client: BatchClient
    ) -> bytes | Verdict:
        if reading is None or reading.is_stale:
            return _GONE
        request = request_for(reading, self._means.settings.zone)
        if (verdict := too_long(self._means, request, order.model)) is not None:
            return verdict
        try:
            return client.written(order.model, custom_id, request)
        except ModelRequestError as error:
            return Verdict(meaning=Meaning.GIVE_UP, reason=str(error))


def too_long(means: Means, request: Request, model: str) -> Verdict | None:
    """Return the verdict on a prompt that a model would not take, or would charge more for."""
    window = means.model_of(model).capabilities.context_window - request.max_tokens
    limit = min(means.settings.prompt_tokens, window)
    size = len(request.system) + sum(len(message.text) for message in request.messages)
    if size <= limit or means.counter.count_request(request, model) <= limit:
        return None
    return Verdict(meaning=Meaning.SPLIT, reason="Its prompt is longer than its model takes.")
