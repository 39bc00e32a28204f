"""The job that asks a model for one order, now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from minutebook.batches import judging
from minutebook.batches.asking import OrderReading, read_orders, request_for
from minutebook.batches.judging import Meaning, Verdict
from minutebook.batches.loading import too_long
from minutebook.batches.means import Means, provider_of
from minutebook.batches.planning import OFFLINE
from minutebook.batches.settling import Answer, Settling
from minutebook.domain.batches import Order, OrderState, Route
from minutebook.domain.jobs import Job
from minutebook.errors import (
    ModelBusyError,
    ModelError,
    ModelUnreachableError,
    SpendingCapError,
)
from minutebook.store import approvals, orders
from minutebook.store.transaction import Transaction

_FIRST_BACKOFF = timedelta(seconds=2)
_GONE = Verdict(meaning=Meaning.GIVE_UP, reason="The page is not what it was any more.")


class Pace:
    """Lets so many begin in a minute, evenly."""

    def __init__(
        self, per_minute: int, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._gap = 60 / per_minute if per_minute else 0.0
        self._sleep = sleep
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for the turn of the caller."""
        if not self._gap:
            return
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + self._gap
        if turn > now:
            await self._sleep(turn - now)


class Answering:
    """Asks for orders one by one."""

    def __init__(self, means: Means, settling: Settling) -> None:
        self._means = means
        self._settling = settling
        self._pace = Pace(means.settings.now_per_minute)

    async def ask(self, job: Job) -> datetime | None:
        """Have one order answered; return when to ask once more, if that is needed.

        Raises SpendingCapError, ModelBusyError and ModelUnreachableError, which say nothing of the
        order; ModelUnavailableError and StoreError.
        """
        number = int(job.payload)
        order, reading, until = await self._means.database.read(lambda tx: self._read(tx, number))
        if order.state is not OrderState.READY or order.route is not Route.NOW:
            return None
        if until is not None:
            return until
        verdict = await self._verdict(order, reading, job)
        await self._settling.settle([Answer(order=order.id, verdict=verdict)])
        return await self._again(number)

    def _read(
        self, tx: Transaction, number: int
    ) -> tuple[Order, OrderReading | None, datetime | None]:
        order = orders.get(tx, number)
        provider = provider_of(order.model)
        pauses = approvals.pauses(tx, self._means.clock())
        until = next((pause.until for pause in pauses if pause.provider == provider), None)
        return order, read_orders(tx, [order])[0], until

    async def _verdict(self, order: Order, reading: OrderReading | None, job: Job) -> Verdict:
        if reading is None or reading.is_stale:
            return _GONE
        request = request_for(reading, self._means.settings.zone, job=job.id)
        if (verdict := too_long(self._means, request, order.model)) is not None:
            return verdict
        await self._pace.wait()
        try:
            reply = await self._means.model_of(order.model).complete(request)
        except (SpendingCapError, ModelBusyError, ModelUnreachableError):
            raise
        except ModelError as error:
            return judging.of_error(error)
        if reply.model == OFFLINE:
            raise ModelUnreachableError(
                f"{order.model!r} is out of reach; `offline` stood in for it.",
                hint="Its summary is asked for again later.",
            )
        return judging.of_reply(reply)

    async def _again(self, number: int) -> datetime | None:
        """Return when an order is asked for once more that was not answered well."""
        order = await self._means.database.read(lambda tx: orders.get(tx, number))
        if order.state is not OrderState.READY:
            return None
        return self._means.clock() + _FIRST_BACKOFF * 2.0 ** max(0, order.attempts - 1)
