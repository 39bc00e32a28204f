"""The job that decides how orders go to their model.

Small work and urgent work goes now, a backlog as batches; what may cost more than is spent
unasked is held until a person says yes. Orders are decided about some at a time, so that no other
writer waits long, however many there are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from minutebook.batches import planning
from minutebook.batches.estimating import Estimating, plus, told
from minutebook.batches.loading import Loading
from minutebook.batches.means import Means
from minutebook.batches.refusals import batches_of
from minutebook.config import BatchMode
from minutebook.domain.batches import (
    Approval,
    ApprovalKind,
    ApprovalState,
    Estimate,
    Order,
    OrderState,
    Route,
)
from minutebook.domain.jobs import Job
from minutebook.events import ApprovalNeeded
from minutebook.store import approvals, changes, orders
from minutebook.store.approvals import Asking
from minutebook.store.changes import Topic
from minutebook.store.orders import Chosen, Settlement, Waiting
from minutebook.store.transaction import Transaction

_AT_ONCE = 250
"""How many orders are decided about in one transaction."""
_LONGEST_LINGER = 12
"""How many times the linger the first order waits while more keep coming in."""
_WHY_NOW = {ApprovalKind.UNANSWERED: ": there are no batches, and to ask now is the full price"}


class Dispatching:
    """Decides about orders."""

    def __init__(self, means: Means, loading: Loading) -> None:
        self._means = means
        self._loading = loading
        self._estimating = Estimating(means.prices, means.counter)
        self.is_in_a_hurry = False
        """Whether nothing more is waited for."""

    async def dispatch(self, job: Job) -> datetime | None:
        """Do all that can be done about orders now; return when to look again.

        Raises ModelUnavailableError and StoreError.
        """
        if self._means.plan.is_offline:
            return None
        if job.payload == planning.URGENT:
            await self._decide(urgent_only=True)
            return None
        await self._follow_answers()
        if (again := await self._lingers()) is not None:
            return again
        await self._decide(urgent_only=False)
        if not await self._loading.make_batches():
            await self._go_without_batches()
        await self._want_answers()
        return None

    async def _lingers(self) -> datetime | None:
        """Return when to decide, if more orders may come in before."""
        plan, now = self._means.plan, self._means.clock()
        waiting = await self._means.database.read(lambda tx: orders.waiting(tx, plan.model))
        if self.is_in_a_hurry or not waiting.orders:
            return None
        is_due = now >= waiting.last_at + plan.linger
        is_late = now >= waiting.first_at + plan.linger * _LONGEST_LINGER
        return None if is_due or is_late else waiting.last_at + plan.linger

    async def _decide(self, *, urgent_only: bool) -> None:
        """Decide about the orders that wait; the urgent ones never wait for a batch."""
        await self._decide_about(None, urgent_only=True)
        for wish in () if urgent_only else (Route.NOW, Route.BATCH, Route.UNDECIDED):
            await self._decide_about(wish, urgent_only=False)

    async def _decide_about(self, wish: Route | None, *, urgent_only: bool) -> None:
        """Decide about the orders that are wished to go in a way, or in whatever way."""
        model = self._means.plan.model
        waiting = await self._means.database.read(
            lambda tx: orders.waiting(tx, model, route=wish, urgent_only=urgent_only)
        )
        if not waiting.orders:
            return
        chosen = Chosen(
            state=OrderState.WAITING,
            model=model,
            route=wish,
            up_to=waiting.last_id,
            urgent_only=urgent_only,
        )
        decided = wish or await self._route_of(0 if urgent_only else waiting.orders)
        await self._send_or_hold(chosen, waiting, decided)

    async def _route_of(self, pages: int) -> Route:
        settings, plan = self._means.settings, self._means.plan
        is_small = settings.mode is BatchMode.AUTO and pages < settings.small
        if is_small or settings.mode is BatchMode.NOW:
            return Route.NOW
        return Route.BATCH if await batches_of(self._means, plan.model) else Route.NOW

    async def _send_or_hold(self, chosen: Chosen, waiting: Waiting, route: Route) -> None:
        if not await self._is_asked_about(waiting, route):
            await self._settle(chosen, Settlement(state=OrderState.READY, route=route))
            return
        number = await self._asked(
            self._estimate(waiting.orders, waiting.tokens, route), ApprovalKind.COST
        )
        await self._settle(chosen, Settlement(state=OrderState.HELD, route=route, approval=number))

    async def _settle(self, chosen: Chosen, settlement: Settlement) -> None:
        """Decide about all the chosen orders, some at a time."""

        def work(tx: Transaction) -> int:
            now = self._means.clock()
            decided = orders.route(tx, chosen, settlement, now, limit=_AT_ONCE)
            if settlement.state is OrderState.READY and settlement.route is Route.NOW:
                for order in decided:
                    planning.want_answer(tx, order, now)
            return len(decided)

        while await self._means.database.write(work):
            pass

    async def _is_asked_about(self, waiting: Waiting, route: Route) -> bool:
        """Say whether a person is asked first.

        What is under way without a yes counts too: a backlog in small pieces is a backlog.
        """
        model = self._means.plan.model
        pages, tokens = await self._means.database.read(lambda tx: orders.unasked(tx, model))
        whole = self._estimate(pages + waiting.orders, tokens + waiting.tokens, route)
        return self._means.settings.is_much(whole)

    def _estimate(self, pages: int, tokens: int, route: Route) -> Estimate:
        return self._estimating.of(
            self._means.plan.model, pages, tokens, self._means.clock(), batch=route is Route.BATCH
        )

    async def _asked(self, estimate: Estimate, kind: ApprovalKind) -> int:
        """Put a question to a person, or add to the one that waits for an answer."""
        plan, now = self._means.plan, self._means.clock()

        def work(tx: Transaction) -> Approval:
            asked = approvals.alike(tx, kind, plan.model, plan.prompt)
            is_open = asked is not None and asked.state is ApprovalState.NEEDED
            whole = plus(asked.estimate, estimate) if asked is not None and is_open else estimate
            reason = f"{told(whole, plan.model)}{_WHY_NOW.get(kind, '')}"
            if asked is not None and is_open:
                approvals.revise(tx, asked.id, whole, reason)
                number = asked.id
            else:
                asking = Asking(
                    kind=kind,
                    model=plan.model,
                    prompt=plan.prompt,
                    estimate=whole,
                    reason=reason,
                )
                number = approvals.add(tx, asking, now)
            changes.note(tx, Topic.APPROVAL, str(number), now)
            return approvals.get(tx, number)

        approval = await self._means.database.write(work)
        self._means.bus.publish(ApprovalNeeded(approval=approval.id, reason=approval.reason))
        return approval.id

    async def _follow_answers(self) -> None:
        """Do what follows from what a person has said."""
        for approval in await self._means.database.read(approvals.unsettled):
            if approval.state is ApprovalState.REFUSED:
                await self._let_go(approval, OrderState.REFUSED)
            else:
                await self._let_go(approval, OrderState.READY)
                if approval.kind is ApprovalKind.BACKLOG:
                    await self._order_backlog(approval)
            await self._means.database.write(partial(approvals.settle, id_=approval.id))

    async def _let_go(self, approval: Approval, state: OrderState) -> None:
        now = self._means.clock()
        while await self._means.database.write(
            lambda tx: orders.decide(tx, approval.id, state, now, limit=_AT_ONCE)
        ):
            pass

    async def _order_backlog(self, approval: Approval) -> None:
        """Order a model's summary of every page that lacks one."""
        plan = replace(self._means.plan, model=approval.model, prompt=approval.prompt)
        route = await self._route_of(approval.estimate.pages)
        behind = ""
        while True:
            found = await self._means.database.read(
                partial(
                    orders.backlog,
                    model=plan.model,
                    prompt=plan.prompt,
                    behind=behind,
                    limit=_AT_ONCE,
                )
            )
            if not found:
                return
            drafts = [plan.backlog_draft(page, route) for page in found]
            await self._means.database.write(
                partial(
                    orders.add_all, drafts=drafts, now=self._means.clock(), approval=approval.id
                )
            )
            behind = found[-1].id

    async def _want_answers(self) -> None:
        """See to it that what goes now is asked for."""
        async for ids in self._ready(Route.NOW):
            await self._means.database.write_relaxed(
                partial(planning.want_answers, ids=ids, now=self._means.clock())
            )

    async def _ready(self, route: Route) -> AsyncIterator[list[int]]:
        behind = 0
        while True:
            found: list[Order] = await self._means.database.read(
                partial(
                    orders.in_state,
                    state=OrderState.READY,
                    model=self._means.plan.model,
                    route=route,
                    behind=behind,
                    limit=_AT_ONCE,
                )
            )
            if not found:
                return
            yield [order.id for order in found]
            behind = found[-1].id

    async def _go_without_batches(self) -> None:
        """Let what was to be sent in batches go now, since there are none, unless that is dear."""
        model = self._means.plan.model
        pages, tokens = await self._means.database.read(
            lambda tx: orders.ready(tx, model, Route.BATCH)
        )
        if not pages:
            return
        chosen = Chosen(state=OrderState.READY, model=model, route=Route.BATCH)
        settlement = Settlement(state=OrderState.READY, route=Route.NOW)
        estimate = self._estimate(pages, tokens, Route.NOW)
        if self._means.settings.is_much(estimate):
            number = await self._asked(estimate, ApprovalKind.UNANSWERED)
            settlement = replace(settlement, state=OrderState.HELD, approval=number)
        await self._settle(chosen, settlement)
