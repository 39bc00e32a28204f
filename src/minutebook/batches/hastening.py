"""A summary that somebody waits for: its order is answered here and now, parts and all.

The order and its job are those that a worker would do, so that the same summary is not paid for
twice, and what is left when this process dies is done by another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from minutebook.batches import planning
from minutebook.batches.answering import Answering
from minutebook.batches.means import Means
from minutebook.domain.batches import Order, OrderState, Route
from minutebook.domain.jobs import Job, JobKind
from minutebook.domain.pages import NoSummary
from minutebook.errors import ModelBusyError, ModelError, SpendingCapError
from minutebook.store import jobs, orders, pages
from minutebook.store.transaction import Transaction

_LEASE = timedelta(minutes=10)
_LATER = timedelta(seconds=30)
_LOOK_SECONDS = 0.1
_PATIENCE = timedelta(minutes=2)
"""For how long another worker is waited for that asks for the same summary."""
_WHY_NOT = {
    OrderState.HELD: "its summary waits for your yes (`minutebook batches approvals`)",
    OrderState.SENT: "its summary is in a batch that is under way",
    OrderState.REFUSED: "you said no to its summary",
    OrderState.DROPPED: "it has changed",
}


class Hastening:
    """Has pages summarised at once."""

    def __init__(self, means: Means, answering: Answering) -> None:
        self._means = means
        self._answering = answering

    async def summarise(self, page: str) -> NoSummary | None:
        """Have a page summarised by the model of the settings, if it is not yet.

        Returns why that cannot be now; None when the summary is there. Raises StoreError and
        NotFoundError.
        """
        means = self._means
        if means.plan.is_offline:
            return None
        number = await means.database.write(lambda tx: self._order(tx, page))
        deadline = means.clock() + _PATIENCE
        while True:
            order, job = await means.database.write(lambda tx: self._next(tx, number))
            if order is None or order.state is not OrderState.READY:
                return _why_not(order)
            if job is None:
                if means.clock() >= deadline:
                    return NoSummary(reason="another worker is at its summary")
                await asyncio.sleep(_LOOK_SECONDS)
            elif (missing := await self._ask(job)) is not None:
                return missing

    def _order(self, tx: Transaction, page: str) -> int:
        """Order a summary to be made now; return the number of the order."""
        now, plan = self._means.clock(), self._means.plan
        draft = plan.draft(pages.get(tx, page), is_urgent=True)
        orders.drop_stale(tx, draft.page, draft.content_hash, now)
        orders.add(tx, replace(draft, state=OrderState.READY, route=Route.NOW), now)
        return orders.hasten(tx, draft.key, now)

    def _next(self, tx: Transaction, number: int) -> tuple[Order | None, Job | None]:
        """Return the order as it is, or a part of it that is to be asked for, and its job.

        There is no job while somebody else has it.
        """
        now = self._means.clock()
        root = orders.get(tx, number)
        if root.state is not OrderState.SPLIT:
            return root, self._claimed(tx, root, now)
        ready = [part for part in _family(tx, root) if part.state is OrderState.READY]
        for part in ready:
            if (job := self._claimed(tx, part, now)) is not None:
                return part, job
        return (ready[0] if ready else orders.get(tx, number)), None

    def _claimed(self, tx: Transaction, order: Order, now: datetime) -> Job | None:
        if order.state is not OrderState.READY:
            return None
        planning.want_answer(tx, order.id, now)
        until = now + _LEASE
        owner = self._means.owner
        return jobs.claim_one(
            tx, JobKind.ASK, str(order.id), owner=owner, now=now, lease_until=until
        )

    async def _ask(self, job: Job) -> NoSummary | None:
        """Ask for one order; return why nothing came of it."""
        settle, clock = self._means.database.write, self._means.clock
        wait: float | None = None
        try:
            again_at = await self._answering.ask(job)
        except asyncio.CancelledError:
            await asyncio.shield(settle(lambda tx: jobs.release(tx, job, clock())))
            raise
        except SpendingCapError as error:
            reason, until = str(error), error.resumes_at
        except ModelBusyError as error:
            wait = error.retry_after
            reason, until = str(error), clock() + max(_LATER, timedelta(seconds=wait or 0))
        except ModelError as error:
            reason, until = str(error), clock() + _LATER
        else:
            if again_at is None:
                await settle(lambda tx: jobs.finish(tx, job, clock()))
                return None
            reason, until = (
                "the model gave no usable summary; a worker asks it again later",
                again_at,
            )
        await settle(lambda tx: jobs.postpone(tx, job, reason, clock(), until))
        return NoSummary(reason=reason, is_asked=True, wait=wait)


def _family(tx: Transaction, root: Order) -> Iterator[Order]:
    """Yield the parts of an order that was split, and the parts of these."""
    for part in orders.parts(tx, root.id):
        yield part
        if part.state is OrderState.SPLIT:
            yield from _family(tx, part)


def _why_not(order: Order | None) -> NoSummary | None:
    if order is None or order.state is OrderState.DONE:
        return None
    if (reason := _WHY_NOT.get(order.state)) is not None:
        return NoSummary(reason=reason)
    return NoSummary(reason=order.error or "its summary was given up", is_asked=True)
