"""The job that asks a model for one order, now."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from minutebook.batches import judging
from minutebook.batches.asking import OrderReading, read_orders, request_for
from minutebook.batches.estimating import OUTPUT_TOKENS
from minutebook.batches.judging import Meaning, Verdict
from minutebook.batches.loading import too_long
from minutebook.batches.means import Means, provider_of
from minutebook.batches.planning import OFFLINE
from minutebook.batches.settling import Answer, Settling
from minutebook.domain.batches import Order, OrderState, Route
from minutebook.domain.jobs import Job
from minutebook.domain.spending import Charge, Outcome
from minutebook.errors import (
    ModelAccessError,
    ModelBusyError,
    ModelError,
    ModelUnreachableError,
    SpendingCapError,
)
from minutebook.llm.protocol import Reply, Request, Task
from minutebook.store import approvals, asking, orders, usage
from minutebook.store.asking import Call
from minutebook.store.transaction import Transaction

_log = logging.getLogger(__name__)
_FIRST_BACKOFF = timedelta(seconds=2)
_GONE = Verdict(meaning=Meaning.GIVE_UP, reason="The page is not what it was any more.")


_PACE = "summaries"
_LONGEST = timedelta(hours=2)
"""Nobody waits longer for a turn: 64 who share one call a minute do not."""


class Pace:
    """Lets so many begin in a minute, evenly, whichever process of a home they are in."""

    def __init__(
        self, means: Means, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._means = means
        self._sleep = sleep

    async def wait(self) -> None:
        """Wait for the turn of the caller. Raises StoreError."""
        per_minute = self._means.settings.now_per_minute
        if not per_minute:
            return
        now, gap = self._means.clock(), timedelta(minutes=1) / per_minute
        turn = await self._means.database.write_relaxed(
            partial(asking.turn, name=_PACE, now=now, gap=gap, longest=_LONGEST)
        )
        if turn > now:
            await self._sleep((turn - now).total_seconds())


class Answering:
    """Asks for orders one by one.

    A call is written down before it is made and struck out by the transaction that keeps what came
    of it. One that nobody has struck out was begun by a process that ended in the middle: it goes
    on the ledger as in doubt, with our estimate, before the order is asked for again.
    """

    def __init__(self, means: Means, settling: Settling, pace: Pace | None = None) -> None:
        self._means = means
        self._settling = settling
        self._pace = pace or Pace(means)

    async def ask(self, job: Job) -> datetime | None:
        """Have one order answered; return when to ask once more, if that is needed.

        Raises SpendingCapError, ModelBusyError and ModelUnreachableError, which say nothing of the
        order; ModelUnavailableError and StoreError.
        """
        number = int(job.payload)
        read = partial(self._read, number=number)
        order, reading, until, is_in_doubt = await self._means.database.read(read)
        if is_in_doubt:
            await self._means.database.write(partial(self._own_up, order=order))
        if order.state is not OrderState.READY or order.route is not Route.NOW:
            return None
        if until is not None:
            return until
        verdict = await self._verdict(order, reading, job)
        await self._settling.settle([Answer(order=order.id, verdict=verdict)])
        return await self._again(number)

    def _read(
        self, tx: Transaction, number: int
    ) -> tuple[Order, OrderReading | None, datetime | None, bool]:
        order = orders.get(tx, number)
        provider = provider_of(order.model)
        pauses = approvals.pauses(tx, self._means.clock())
        until = next((pause.until for pause in pauses if pause.provider == provider), None)
        is_in_doubt = asking.begun(tx, number) is not None
        return order, read_orders(tx, [order])[0], until, is_in_doubt

    async def _verdict(self, order: Order, reading: OrderReading | None, job: Job) -> Verdict:
        if reading is None or reading.is_stale:
            return _GONE
        request = request_for(reading, self._means.settings.zone, job=job.id)
        if (verdict := too_long(self._means, request, order.model)) is not None:
            return verdict
        await self._pace.wait()
        try:
            reply = await self._called(order, request)
        except (SpendingCapError, ModelBusyError, ModelUnreachableError):
            raise
        except ModelAccessError as error:  # it would be said of every page
            return Verdict(meaning=Meaning.BACK, reason=str(error), pauses=True)
        except ModelError as error:
            return judging.of_error(error)
        if reply.model == OFFLINE:
            raise ModelUnreachableError(
                f"{order.model!r} is out of reach; `offline` stood in for it.",
                hint="Its summary is asked for again later.",
            )
        return judging.of_reply(reply)

    async def _called(self, order: Order, request: Request) -> Reply:
        """Make a call that leaves a trace, whatever ends it. Raises ModelError, StoreError."""
        call = Call(
            order=order.id,
            key=f"now_{order.id}_{secrets.token_hex(6)}",
            begun_at=self._means.clock(),
            tokens=await asyncio.to_thread(self._means.counter.count_request, request, order.model),
        )
        known = replace(request, attribution=replace(request.attribution, key=call.key))
        database = self._means.database
        await database.write(partial(asking.begin, call=call))
        try:
            return await self._means.model_of(order.model).complete(known)
        except BaseException:  # what ended it has been told, and is on the ledger: no doubt is left
            await asyncio.shield(database.write_relaxed(partial(asking.end, order=order.id)))
            raise

    def _own_up(self, tx: Transaction, order: Order) -> None:
        """Put a call on the ledger that was begun before and never ended."""
        lost = asking.begun(tx, order.id)
        if lost is None:
            return
        charge = Charge(
            key=lost.key,
            at=lost.begun_at,
            task=Task.SUMMARISE.value,
            model=order.model,
            outcome=Outcome.IN_DOUBT.value,
            is_estimated=True,
            input_tokens=lost.tokens,
            output_tokens=OUTPUT_TOKENS,
            conversation=order.conversation,
            subject=order.page,
            job=order.job,
            correlation=order.correlation,
        )
        is_doubtful = usage.add(tx, self._means.priced(charge))
        words = "may have been answered and paid" if is_doubtful else "was answered and paid"
        _log.warning("A call for page %s %s; its process ended before", order.page, words)
        asking.end(tx, order.id)

    async def _again(self, number: int) -> datetime | None:
        """Return when an order is asked for once more that was not answered well."""
        order = await self._means.database.read(lambda tx: orders.get(tx, number))
        if order.state is not OrderState.READY:
            return None
        return self._means.clock() + _FIRST_BACKOFF * 2.0 ** max(0, order.attempts - 1)
