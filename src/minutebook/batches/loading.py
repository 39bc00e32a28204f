"""Batches are put together and written down.

What is going to be sent is on the disk, byte by byte, and in the store, request by request, before
anything is sent: from then on the batch has a job of its own.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from minutebook.batches import planning
from minutebook.batches.asking import OrderReading, read_orders, request_for
from minutebook.batches.judging import Meaning, Verdict
from minutebook.batches.means import Means, provider_of
from minutebook.batches.parcels import Parcels
from minutebook.batches.refusals import batches_of, room_of
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
_GONE = Verdict(meaning=Meaning.GIVE_UP, reason="The page is not what it was any more.")
"""Settling finds the page gone or changed, and drops the order."""

Found = tuple[Order, OrderReading | None]


class _TakenError(Exception):
    """Orders of a batch are not ready any more; undoes the transaction that found out."""


@dataclass(slots=True, kw_only=True)
class _Load:
    """A batch that is being put together."""

    id: str
    room: int
    """Bytes that still fit."""
    lines: list[bytes] = field(default_factory=list)
    items: list[BatchItem] = field(default_factory=list)
    unfit: list[Answer] = field(default_factory=list)
    """Orders that cannot be sent, and why."""
    is_full: bool = False


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
        most = min(self._means.settings.requests, client.limits.requests)
        while True:
            found = await self._means.database.read(
                partial(
                    orders.in_state,
                    state=OrderState.READY,
                    model=model,
                    route=Route.BATCH,
                    limit=most,
                )
            )
            if not found or not await self._make_batch(found, client):
                return True

    async def _make_batch(self, found: Sequence[Order], client: BatchClient) -> bool:
        """Write a batch down. False when nothing came of it."""
        room = await room_of(self._means, self._means.plan.model, client)
        load = _Load(id=f"bt_{secrets.token_hex(6)}", room=room)
        for start in range(0, len(found), _READ_AT_ONCE):
            some = found[start : start + _READ_AT_ONCE]
            readings = await self._means.database.read(partial(_read, found=some))
            await asyncio.to_thread(self._fill, load, readings, client)
            if load.is_full:
                break
        if load.unfit:
            await self._settling.settle(load.unfit)
        if not load.items:
            return bool(load.unfit)
        return await self._seal(load)

    async def _seal(self, load: _Load) -> bool:
        sealed = await asyncio.to_thread(self._parcels.seal, load.id, load.lines)
        model = self._means.plan.model
        batch = Batch(
            id=load.id,
            provider=provider_of(model),
            model=model,
            state=BatchState.PREPARED,
            requests=len(load.items),
            bytes=sealed.bytes,
            digest=sealed.digest,
            created_at=self._means.clock(),
        )
        try:
            await self._means.database.write(partial(self._intend, batch=batch, items=load.items))
        except _TakenError:
            _log.info("Another worker has taken orders of batch %s", batch.id)
            await asyncio.to_thread(self._parcels.drop, batch.id)
            return False
        return True

    def _intend(self, tx: Transaction, batch: Batch, items: Sequence[BatchItem]) -> None:
        """Write down that these requests are going to be sent; all of them or none."""
        now = self._means.clock()
        if orders.send(tx, [item.order for item in items], batch.id, now) < len(items):
            raise _TakenError
        batches.add(tx, batch, items)
        planning.want_step(tx, batch.id, now)
        changes.note(tx, Topic.BATCH, batch.id, now)

    def _fill(self, load: _Load, readings: Sequence[Found], client: BatchClient) -> None:
        """Put requests into a batch as long as there is room."""
        for order, reading in readings:
            custom_id = f"{load.id}_{order.id}_{order.attempts}"
            made = self._line(order, reading, custom_id, client)
            if isinstance(made, Verdict):
                load.unfit.append(Answer(order=order.id, verdict=made))
                continue
            if load.items and len(made) + 1 > load.room:
                load.is_full = True
                return
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


def _read(tx: Transaction, found: Sequence[Order]) -> list[Found]:
    return list(zip(found, read_orders(tx, found), strict=True))
