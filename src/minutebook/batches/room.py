"""What front ends call: how batches stand, what waits for a yes, what was given up.

Every verb may raise StoreError. What follows from an answer of a person is done by a job, so that
it is done whoever works on the home.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from minutebook.batches import planning
from minutebook.batches.answering import Answering
from minutebook.batches.carrying import MOST_FORGETS, Carrying
from minutebook.batches.consenting import Consenting
from minutebook.batches.dispatching import Dispatching
from minutebook.batches.estimating import Estimating
from minutebook.batches.hastening import Hastening
from minutebook.batches.loading import Loading
from minutebook.batches.means import Means
from minutebook.batches.parcels import Parcels
from minutebook.batches.refusals import batches_of
from minutebook.batches.settling import Settling
from minutebook.domain.batches import (
    OPEN_STATES,
    Approval,
    ApprovalState,
    Batch,
    BatchItem,
    BatchState,
    CacheUse,
    Doubt,
    Estimate,
    Order,
    OrderState,
    Pause,
    PutOff,
    Route,
)
from minutebook.domain.jobs import Job, JobKind
from minutebook.domain.pages import NoSummary
from minutebook.errors import UsageError
from minutebook.store import approvals, asking, batches, changes, jobs, orders, pages
from minutebook.store.batches import Savings
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_AT_ONCE = 2_000
_WISHES_AT_ONCE = 250
_SWEEP_SECONDS = 3_600.0
_PATIENCE = timedelta(minutes=20)
"""What was postponed for longer waits for no provider: that is asked again sooner."""
_SPENDING = (JobKind.ASK, JobKind.BATCH)
_UNANSWERED = (OrderState.WAITING, OrderState.READY, OrderState.SENT, OrderState.SPLIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStatus:
    """How everything stands."""

    orders: Mapping[OrderState, int]
    batches: Mapping[BatchState, int]
    approvals: tuple[Approval, ...]
    """Those that need an answer."""
    pauses: tuple[Pause, ...]
    savings: Savings
    made: int = 0
    """Summaries of whole pages that models have made."""
    put_off: PutOff | None = None
    """What waits for a cap of ours to leave room again."""

    @property
    def in_flight(self) -> int:
        """Batches that a provider has, or may have."""
        return self.open - self.unsent

    @property
    def unsent(self) -> int:
        """Batches that are written down, or are about to be."""
        return self.batches[BatchState.PREPARING] + self.batches[BatchState.PREPARED]

    @property
    def is_stalled(self) -> bool:
        """Whether something waits for a provider that is paused, or for a cap of ours."""
        return self.paused_until is not None and self.unanswered > 0

    @property
    def paused_until(self) -> datetime | None:
        """When all goes on that is paused; None when nothing is."""
        moments = [pause.until for pause in self.pauses]
        moments += [self.put_off.until] if self.put_off else []
        return max(moments, default=None)

    @property
    def unanswered(self) -> int:
        """Summaries that are to come."""
        return sum(self.orders[state] for state in _UNANSWERED)

    @property
    def open(self) -> int:
        """Batches of which something is still to come."""
        return sum(number for state, number in self.batches.items() if state in OPEN_STATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDetails:
    """A batch and its requests."""

    batch: Batch
    items: tuple[BatchItem, ...]


class BatchRoom:
    """Orders, batches, approvals."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._database = means.database
        self._parcels = Parcels(means.folder)
        settling = Settling(means)
        self._consenting = Consenting(means)
        self._dispatching = Dispatching(means, Loading(means, self._parcels, settling))
        self._answering = Answering(means, settling)
        self._hastening = Hastening(means, self._answering)
        self._carrying = Carrying(means, self._parcels, settling)
        self._estimating = Estimating(means.prices, means.counter)
        self._has_begun = False

    @property
    def handlers(self) -> Mapping[JobKind, Callable[[Job], Awaitable[datetime | None]]]:
        """What the jobs of this room are done by."""
        return {
            JobKind.DISPATCH: self._dispatching.dispatch,
            JobKind.ASK: self._answering.ask,
            JobKind.BATCH: self._carrying.step,
        }

    async def status(self) -> BatchStatus:
        """Return how everything stands."""
        now = self._means.clock()

        def work(tx: Transaction) -> BatchStatus:
            return BatchStatus(
                orders=orders.counts(tx),
                batches=batches.counts(tx),
                approvals=tuple(self._consenting.waiting(tx, _AT_ONCE)),
                pauses=tuple(approvals.pauses(tx, now)),
                savings=batches.savings(tx),
                made=orders.made(tx),
                put_off=_put_off(jobs.put_off(tx, _SPENDING, now + _PATIENCE)),
            )

        return await self._database.read(work)

    async def show(self, wanted: str) -> BatchDetails:
        """Return a batch by its id, the beginning of one, or its provider's id.

        Raises NotFoundError.
        """

        def work(tx: Transaction) -> BatchDetails:
            batch = batches.get(tx, wanted)
            return BatchDetails(batch=batch, items=tuple(batches.items(tx, batch.id)))

        return await self._database.read(work)

    async def cancel(self, wanted: str) -> Batch:
        """End a batch as soon as may be; what is not done by then waits for a person's yes.

        Raises NotFoundError, and UsageError when it has ended.
        """
        now = self._means.clock()

        def work(tx: Transaction) -> Batch:
            batch = batches.get(tx, wanted)
            if batch.state not in OPEN_STATES:
                raise UsageError(
                    f"Batch {batch.id} is {batch.state.value}.", hint="There is nothing to cancel."
                )
            batches.want_cancel(tx, batch.id)
            planning.want_step(tx, batch.id, now)
            changes.note(tx, Topic.BATCH, batch.id, now)
            return batches.get(tx, batch.id)

        return await self._database.write(work)

    async def cache_use(self, found: Sequence[Batch]) -> Mapping[str, CacheUse]:
        """Return the tokens of batches that were read from caches, or written to them, by id."""
        ids = [batch.id for batch in found]
        return await self._database.read(partial(batches.cache_use, ids=ids))

    async def approvals(
        self, *, state: ApprovalState | None = ApprovalState.NEEDED, limit: int = 200
    ) -> list[Approval]:
        """Return what waits for a yes, or was given an answer; the newest first."""
        if state is ApprovalState.NEEDED:
            return await self._database.read(partial(self._consenting.waiting, limit=limit))
        return await self._database.read(lambda tx: approvals.newest(tx, state=state, limit=limit))

    async def approve(self, number: int) -> Approval:
        """Say yes to what waits, or take back a no.

        Raises NotFoundError, and UsageError when it was approved, or is not wanted any more.
        """
        return await self._consenting.answer(number, ApprovalState.APPROVED)

    async def refuse(self, number: int) -> Approval:
        """Say no to what waits: its pages keep the summaries they have. Raises as `approve`."""
        return await self._consenting.answer(number, ApprovalState.REFUSED)

    async def dead(self, *, limit: int = 200) -> list[Order]:
        """Return the orders that were given up, the last one first."""
        return await self._database.read(
            lambda tx: orders.newest(tx, state=OrderState.DEAD, limit=limit)
        )

    async def doubts(self, *, limit: int = 200) -> list[Doubt]:
        """Return the direct calls that may have been paid without an answer, the newest first."""
        now = self._means.clock()
        return await self._database.read(partial(asking.doubts, now=now, limit=limit))

    async def orders(self, *, state: OrderState | None = None, limit: int = 200) -> list[Order]:
        """Return orders, the one that changed last first."""
        return await self._database.read(lambda tx: orders.newest(tx, state=state, limit=limit))

    async def retry(self, number: int = 0) -> int:
        """Give one order that was given up another try, or all; return how many.

        Raises NotFoundError.
        """
        now = self._means.clock()

        def work(tx: Transaction) -> int:
            if number:
                orders.get(tx, number)
            again = orders.retry(tx, now, number)
            planning.wake(tx, now)
            changes.note(tx, Topic.JOB, "", now)
            return again

        return await self._database.write(work)

    async def resume(self, provider: str = "") -> int:
        """Send to a provider again that nothing is sent to, or to all; return how many."""
        now = self._means.clock()

        def work(tx: Transaction) -> int:
            lifted = approvals.resume(tx, provider)
            for batch in batches.in_states(tx, [BatchState.PREPARED]):
                planning.want_step(tx, batch.id, now)
            jobs.hasten_kind(tx, JobKind.ASK, now)
            planning.wake(tx, now)
            changes.note(tx, Topic.BATCH, "", now)
            return lifted

        return await self._database.write(work)

    async def summarise_now(self, page: str) -> NoSummary | None:
        """Have a page summarised by the model of the settings, if it is not yet; wait for it.

        Returns why that cannot be now; None when the summary is there. Raises NotFoundError.
        """
        return await self._hastening.summarise(page)

    async def preflight(self) -> Estimate:
        """Return what it comes to to have the pages summarised that are not by the model of the
        settings, or were asked for with other prompts."""
        return await self._consenting.preflight()

    async def ask_about_backlog(self, *, again: bool = True) -> Approval | None:
        """Ask a person whether the backlog is to be summarised; None when there is none.

        What was refused is asked about only `again`; what is being done, not at all.
        """
        return await self._consenting.ask_about_backlog(again=again)

    async def refresh_approvals(self) -> None:
        """Bring what waits for a yes up to date: its numbers, and whether it is still wanted."""
        await self._consenting.refresh()

    async def want(self, wanted: Sequence[str], route: Route = Route.UNDECIDED) -> Estimate:
        """Order a model's summary of pages, to go in a way; return what that comes to.

        Pages are named by their ids. Left alone is what is on its way, waits for a yes, or is
        there. Raises UsageError when no model writes summaries.
        """
        plan, now = self._means.plan, self._means.clock()
        if plan.is_offline:
            raise UsageError(
                "No model writes summaries.", hint="Name one as `summary` under [models]."
            )

        def work(tx: Transaction, ids: Sequence[str]) -> list[int]:
            found = pages.of_ids(tx, ids)
            drafts = [replace(plan.draft(page), route=route) for page in found]
            return [draft.tokens for draft in drafts if orders.wish(tx, draft, now)]

        tokens: list[int] = []
        for start in range(0, len(wanted), _WISHES_AT_ONCE):
            ids = wanted[start : start + _WISHES_AT_ONCE]
            tokens += await self._database.write(partial(work, ids=ids))
        if tokens:
            await self._database.write(lambda tx: planning.wake(tx, now, now + plan.linger))
        is_batch = route is Route.BATCH and await batches_of(self._means, plan.model) is not None
        return self._estimating.of(plan.model, len(tokens), sum(tokens), now, batch=is_batch)

    async def pages_since(self, moment: datetime) -> list[str]:
        """Return the ids of the pages that were closed since a moment."""
        return await self._database.read(partial(pages.closed_since, moment=moment))

    async def is_open(self) -> bool:
        """Say whether summaries by models are still to come without a person's doing.

        What a paused provider was to do is not, nor what waits for a cap of ours.
        """

        now = self._means.clock()

        def work(tx: Transaction) -> bool:
            paused = {pause.provider for pause in approvals.pauses(tx, now)}
            kinds, late = (JobKind.DISPATCH, JobKind.SUMMARISE), now + _PATIENCE
            put_off = {job.payload for job in jobs.put_off(tx, [JobKind.BATCH], late)}
            return (
                any(
                    not _is_stuck(batch, paused) and batch.id not in put_off
                    for batch in batches.in_states(tx)
                )
                or any(jobs.is_any_open(tx, kind) for kind in kinds)
                or orders.is_any_asked(tx, paused, late)
            )

        return await self._database.read(work)

    async def begin(self) -> None:
        """Try providers again that are paused, once: whoever begins anew may have mended them."""
        if self._has_begun:
            return
        self._has_begun = True
        if (await self.status()).pauses:
            await self.resume()

    async def hurry(self) -> None:
        """Wait for no more orders: decide about those that are there."""
        now = self._means.clock()
        self._dispatching.is_in_a_hurry = True
        if not self._means.plan.is_offline:
            await self._database.write(lambda tx: planning.wake(tx, now))

    async def look_after(self) -> None:
        """See to it that nothing lies about: orders, batches, files."""
        now, plan = self._means.clock(), self._means.plan

        def work(tx: Transaction) -> list[str]:
            if not plan.is_offline and (orders.is_due(tx, plan.model) or approvals.unsettled(tx)):
                planning.wake(tx, now, now + plan.linger)
            found = batches.in_states(tx)
            open_ = [batch.id for batch in found]
            for batch in (*open_, *batches.unwanted(tx, MOST_FORGETS)):
                planning.keep_step(tx, batch, now)
            return open_

        wanted = await self._database.write_relaxed(work)
        self._parcels.sweep(wanted, now.timestamp() - _SWEEP_SECONDS)

    async def look_for_backlog(self) -> None:
        """Ask a person about pages whose summaries are not by the model of the settings."""
        if not self._means.plan.is_offline:
            await self.ask_about_backlog(again=False)

    async def list(self, *, state: BatchState | None = None, limit: int = 200) -> list[Batch]:
        """Return batches, the newest first."""
        return await self._database.read(lambda tx: batches.newest(tx, state=state, limit=limit))


def _put_off(found: Sequence[Job]) -> PutOff | None:
    if not found:
        return None
    return PutOff(jobs=len(found), reason=found[0].error, until=found[0].not_before)


def _is_stuck(batch: Batch, paused: Collection[str]) -> bool:
    """Say whether a batch goes no further until a person has mended its provider."""
    is_kept_back = batch.state is BatchState.PREPARED or bool(batch.error)
    return batch.provider in paused and is_kept_back
