"""Orders by name, and the jobs that see to them.

The record knows no model: it says that a page wants a summary. Here that becomes work for the model
of the settings, named so that the same summary is ordered once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from minutebook.config import Settings
from minutebook.domain.batches import OrderDraft, OrderState, Route
from minutebook.domain.jobs import JobKind, JobRequest
from minutebook.domain.pages import Page
from minutebook.llm.prompts import summary_version
from minutebook.store import jobs, orders
from minutebook.store.orders import BacklogPage
from minutebook.store.transaction import Transaction

OFFLINE = "offline"
"""The model whose summaries another's may replace."""
DISPATCH = "dispatch"
URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who writes summaries, and how they are asked for."""

    model: str
    prompt: str
    """Version of the prompts."""
    linger: timedelta = timedelta(seconds=5)
    """For how long more pages are waited for before it is decided about them."""

    @classmethod
    def of(cls, settings: Settings) -> Plan:
        """Return the plan of the settings."""
        return cls(
            model=settings.models.summary.strip(),
            prompt=summary_version(),
            linger=timedelta(seconds=settings.batches.linger_seconds),
        )

    @property
    def is_offline(self) -> bool:
        """Whether stand-ins are all that is wanted."""
        return self.model == OFFLINE

    def draft(self, page: Page, *, is_urgent: bool = False) -> OrderDraft:
        """Return the order for the summary of a page."""
        return OrderDraft(
            key=f"{page.id}:{page.content_hash[:16]}:{self.prompt}:{self.model}",
            page=page.id,
            conversation=page.conversation,
            content_hash=page.content_hash,
            prompt=self.prompt,
            model=self.model,
            tokens=page.tokens,
            is_urgent=is_urgent,
        )

    def backlog_draft(self, page: BacklogPage, route: Route) -> OrderDraft:
        """Return the order for a page of a backlog that a person has said yes to."""
        return OrderDraft(
            key=f"{page.id}:{page.content_hash[:16]}:{self.prompt}:{self.model}",
            page=page.id,
            conversation=page.conversation,
            content_hash=page.content_hash,
            prompt=self.prompt,
            model=self.model,
            tokens=page.tokens,
            state=OrderState.READY,
            route=route,
        )


def order(tx: Transaction, draft: OrderDraft, plan: Plan, now: datetime) -> bool:
    """Order a summary, and see to it that somebody decides about it. False when it is known."""
    orders.drop_stale(tx, draft.page, draft.content_hash, now)
    if not orders.add(tx, draft, now):
        return False
    if draft.is_urgent:
        jobs.ensure(tx, JobRequest(kind=JobKind.DISPATCH, key=URGENT, payload=URGENT), now, now)
    wake(tx, now, now + plan.linger)
    return True


def wake(tx: Transaction, now: datetime, due: datetime | None = None) -> None:
    """See to it that somebody looks at the orders by a moment; at once if none is given."""
    by = due or now
    if not jobs.is_queued_by(tx, JobKind.DISPATCH, DISPATCH, by):
        request = JobRequest(kind=JobKind.DISPATCH, key=DISPATCH, payload=DISPATCH)
        jobs.ensure(tx, request, now, by)


def want_answer(tx: Transaction, order_id: int, now: datetime) -> None:
    """See to it that a model is asked for one order."""
    jobs.want(tx, JobRequest(kind=JobKind.ASK, key=str(order_id), payload=str(order_id)), now)


def want_answers(tx: Transaction, ids: Iterable[int], now: datetime) -> None:
    """See to it that a model is asked for some orders."""
    for order_id in ids:
        want_answer(tx, order_id, now)


def want_step(tx: Transaction, batch: str, now: datetime, due: datetime | None = None) -> None:
    """See to it that a batch is brought a step further."""
    jobs.ensure(tx, JobRequest(kind=JobKind.BATCH, key=batch, payload=batch), now, due or now)


def keep_step(tx: Transaction, batch: str, now: datetime) -> None:
    """See to it that a batch that is under way has a job that takes it further."""
    jobs.want(tx, JobRequest(kind=JobKind.BATCH, key=batch, payload=batch), now)


def go_on(tx: Transaction, order_id: int, route: Route, now: datetime) -> None:
    """See to it that an order that is ready is sent on its way."""
    if route is Route.NOW:
        want_answer(tx, order_id, now)
    else:
        wake(tx, now)
