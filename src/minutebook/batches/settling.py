"""What becomes of orders, written down: summaries, charges, attempts, parts.

All of it is one transaction for a handful of answers. An item is closed once, so that the same
results can be read again from the beginning after a crash, and change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from minutebook.batches import planning
from minutebook.batches.asking import OrderReading, read_orders
from minutebook.batches.estimating import Estimating, plus
from minutebook.batches.judging import Meaning, Verdict
from minutebook.batches.keeping import keep, summarised
from minutebook.batches.means import Means, provider_of
from minutebook.batches.splitting import halves, joined
from minutebook.domain.batches import (
    ApprovalKind,
    BatchItem,
    Estimate,
    Order,
    OrderState,
    Route,
)
from minutebook.domain.pages import Page
from minutebook.domain.spending import Charge
from minutebook.errors import ModelError, NoBatchesError
from minutebook.events import SendingPaused
from minutebook.llm.protocol import Reply, StopReason
from minutebook.llm.summaries import PageSummary, read, written
from minutebook.store import approvals, asking, batches, changes, orders, usage
from minutebook.store.approvals import Asking
from minutebook.store.changes import Topic
from minutebook.store.orders import Settlement
from minutebook.store.transaction import Transaction

PAUSE = timedelta(hours=1)
"""For how long nothing is sent to a provider whose credit is used up, unless a person lifts it."""
_ASK_NOW = 'Set mode to "auto" or "now" under [batches]: pages are then asked for directly.'
_MOST_LASTING = 2
"""So often is paid for answers that are of no use, and may be so however often one asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one order."""

    order: int
    verdict: Verdict
    item: BatchItem | None = None
    """The request of a batch that it is the answer to; None when the model was asked directly."""
    outcome: str = ""
    """What the provider says became of the item."""
    charge: Charge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """An answer, with all that can be found out before it is written down."""

    answer: Answer
    reading: OrderReading | None
    page: Page | None = None
    """The page with its summary, when that is good and of the whole page."""
    charge: Charge | None = None
    """What the request of a batch has cost."""
    direct_cost: Decimal | None = None
    """What it had cost without a batch, in US dollars."""


class Settling:
    """Writes down what becomes of orders."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._estimating = Estimating(means.prices, means.counter)

    async def settle(self, answers: Sequence[Answer], *, lasting: bool = True) -> None:
        """Write down what came of some orders; `lasting` waits for the disk. Raises StoreError."""
        database = self._means.database
        prepared = await database.read(lambda tx: self._prepare(answers, _read(tx, answers)))
        write = database.write if lasting else database.write_relaxed
        await write(lambda tx: self._write_all(tx, prepared))
        self._tell_of_pauses(answers)

    def pause(self, tx: Transaction, model: str, reason: str) -> None:
        """Send nothing to the provider of a model for a while."""
        now = self._means.clock()
        approvals.pause(tx, provider_of(model), reason, now, now + PAUSE)
        changes.note(tx, Topic.BATCH, "", now)

    def tell_of_pause(self, model: str, reason: str) -> None:
        """Let everybody know that nothing is sent to the provider of a model."""
        until = self._means.clock() + PAUSE
        event = SendingPaused(provider=provider_of(model), reason=reason, until=until)
        self._means.bus.publish(event)

    async def pause_until_mended(self, model: str, error: ModelError) -> None:
        """Send nothing to the provider of a model until a person has mended what is wrong."""
        reason = f"{error.message} {_ASK_NOW}" if isinstance(error, NoBatchesError) else str(error)
        await self._means.database.write(lambda tx: self.pause(tx, model, reason))
        self.tell_of_pause(model, reason)

    async def paused_until(self, model: str) -> datetime | None:
        """Return until when nothing is sent to the provider of a model; None when it is."""
        now, provider = self._means.clock(), provider_of(model)
        pauses = await self._means.database.read(lambda tx: approvals.pauses(tx, now))
        return next((pause.until for pause in pauses if pause.provider == provider), None)

    def _tell_of_pauses(self, answers: Sequence[Answer]) -> None:
        paused = next((answer for answer in answers if answer.verdict.pauses), None)
        if paused is not None:
            self.tell_of_pause(self._means.plan.model, paused.verdict.reason)

    def _write_all(self, tx: Transaction, prepared: Sequence[_Prepared]) -> None:
        for each in prepared:
            self._write(tx, each)

    def _write(self, tx: Transaction, prepared: _Prepared) -> None:
        answer = prepared.answer
        if answer.item is not None and not self._close(tx, prepared, answer.item):
            return
        if answer.item is None:
            asking.end(tx, answer.order)
        if prepared.reading is None:
            self._end(tx, orders.get(tx, answer.order), OrderState.DROPPED, "The page has gone.")
            return
        order = orders.get(tx, answer.order)
        if order.state not in {OrderState.READY, OrderState.SENT}:
            return
        if answer.item is not None and order.batch != answer.item.batch:
            return
        if prepared.reading.is_stale:
            self._end(tx, order, OrderState.DROPPED, "The page says something else now.")
            return
        self._follow(tx, order, prepared)

    def _prepare(
        self, answers: Sequence[Answer], readings: dict[int, OrderReading | None]
    ) -> list[_Prepared]:
        return [self._charged(_prepared(each, readings.get(each.order))) for each in answers]

    def _charged(self, prepared: _Prepared) -> _Prepared:
        """Put its price on a request of a batch."""
        charge, reading = prepared.answer.charge, prepared.reading
        if charge is None:
            return prepared
        if reading is not None:
            order = reading.order
            charge = replace(charge, conversation=order.conversation, job=order.job)
        direct = self._means.priced(replace(charge, is_batch=False)).cost
        return replace(prepared, charge=self._means.priced(charge), direct_cost=direct)

    def _close(self, tx: Transaction, prepared: _Prepared, item: BatchItem) -> bool:
        """Note what became of a request, and what it cost. False when that has been done."""
        charge = prepared.charge
        outcome = prepared.answer.outcome
        if not batches.close_item(tx, item, outcome, charge, prepared.direct_cost):
            return False
        if charge is not None:
            usage.add(tx, charge)
        return True

    def _follow(self, tx: Transaction, order: Order, prepared: _Prepared) -> None:
        verdict = prepared.answer.verdict
        match verdict.meaning:
            case Meaning.GOOD:
                self._keep(tx, order, prepared)
            case Meaning.BACK:
                if verdict.pauses:
                    self.pause(tx, order.model, verdict.reason)
                self._again(tx, order, verdict.reason, attempts=0)
            case Meaning.AGAIN:
                self._try_again(tx, order, prepared)
            case Meaning.SPLIT:
                self._split(tx, order, prepared)
            case Meaning.HOLD:
                self._hold_cancelled(tx, order, verdict.reason)
            case Meaning.GIVE_UP:
                self._give_up(tx, order, prepared, verdict.reason)

    def _keep(self, tx: Transaction, order: Order, prepared: _Prepared) -> None:
        now = self._means.clock()
        summary = prepared.answer.verdict.summary
        if prepared.page is not None:
            keep(tx, prepared.page, now)
        result = written(summary) if summary is not None and order.parent is not None else ""
        done = Settlement(state=OrderState.DONE, result=result)
        if orders.settle(tx, order.id, done, now) and order.parent is not None:
            self._merge_if_whole(tx, order.parent)

    def _merge_if_whole(self, tx: Transaction, parent: int) -> None:
        """Have one summary made of those of the parts, when all of them are there."""
        if any(part.state is not OrderState.DONE for part in orders.parts(tx, parent)):
            return
        now, order = self._means.clock(), orders.get(tx, parent)
        if orders.settle(tx, parent, Settlement(state=OrderState.READY), now):
            planning.go_on(tx, parent, order.route, now)

    def _again(self, tx: Transaction, order: Order, reason: str, *, attempts: int) -> None:
        now = self._means.clock()
        back = Settlement(state=OrderState.READY, error=reason, attempts=attempts)
        orders.settle(tx, order.id, back, now)
        if order.state is OrderState.SENT:
            planning.wake(tx, now, now + self._means.plan.linger)

    def _try_again(self, tx: Transaction, order: Order, prepared: _Prepared) -> None:
        verdict = prepared.answer.verdict
        most = self._means.settings.max_attempts
        if order.attempts + 1 < (min(most, _MOST_LASTING) if verdict.is_lasting else most):
            self._again(tx, order, verdict.reason, attempts=1)
        elif self._may_go_now(order, verdict):
            self._ask_now(tx, order, verdict.reason)
        else:
            self._give_up(tx, order, prepared, verdict.reason)

    def _may_go_now(self, order: Order, verdict: Verdict) -> bool:
        is_batch = order.route is Route.BATCH
        return is_batch and verdict.is_unanswered and self._means.settings.now_if_unanswered

    def _ask_now(self, tx: Transaction, order: Order, reason: str) -> None:
        """Let an order that no batch brought an answer for go now, unless that becomes dear."""
        now, most = self._means.clock(), self._means.settings.max_attempts
        pages, tokens = orders.fallen(tx, order.model, most)
        whole = self._estimate(order.model, pages + 1, tokens + order.tokens)
        settled = Settlement(state=OrderState.READY, route=Route.NOW, error=reason, attempts=1)
        if self._means.settings.is_much(whole):
            held = replace(settled, error=f"{reason} To ask now costs the full price.")
            this = self._estimate(order.model, 1, order.tokens)
            self._hold(tx, order, held, ApprovalKind.UNANSWERED, this)
        elif orders.settle(tx, order.id, settled, now):
            planning.want_answer(tx, order.id, now)

    def _estimate(self, model: str, pages: int, tokens: int) -> Estimate:
        now = self._means.clock()
        return self._estimating.of(model, pages, tokens, now, batch=False)

    def _split(self, tx: Transaction, order: Order, prepared: _Prepared) -> None:
        reading = prepared.reading
        if reading is None or reading.parts:  # even the summaries of the parts are too long
            self._give_up(tx, order, prepared, prepared.answer.verdict.reason)
            return
        parts = halves(order, reading.page)
        if not parts:
            reason = f"{prepared.answer.verdict.reason} It cannot be halved any further."
            self._give_up(tx, order, prepared, reason)
            return
        now = self._means.clock()
        orders.settle(tx, order.id, Settlement(state=OrderState.SPLIT), now)
        for draft in parts:
            orders.add(tx, draft, now, approval=order.approval)
        for part in orders.parts(tx, order.id):
            planning.go_on(tx, part.id, part.route, now)

    def _hold_cancelled(self, tx: Transaction, order: Order, reason: str) -> None:
        now, is_batch = self._means.clock(), order.route is Route.BATCH
        estimate = self._estimating.of(order.model, 1, order.tokens, now, batch=is_batch)
        settled = Settlement(state=OrderState.HELD, error=reason)
        self._hold(tx, order, settled, ApprovalKind.CANCELED, estimate)

    def _hold(
        self,
        tx: Transaction,
        order: Order,
        settled: Settlement,
        kind: ApprovalKind,
        estimate: Estimate,
    ) -> None:
        """Let an order wait for a yes: put a question, or add to the one that waits."""
        now = self._means.clock()
        asked = approvals.alike(tx, kind, order.model, order.prompt)
        if asked is not None and asked.decided_at is None:
            number = asked.id
            approvals.revise(tx, number, plus(asked.estimate, estimate), settled.error)
        else:
            asking = Asking(
                kind=kind,
                model=order.model,
                prompt=order.prompt,
                estimate=estimate,
                reason=settled.error,
            )
            number = approvals.add(tx, asking, now)
        changes.note(tx, Topic.APPROVAL, str(number), now)
        held = replace(settled, state=OrderState.HELD, approval=number)
        orders.settle(tx, order.id, held, now)

    def _give_up(self, tx: Transaction, order: Order, prepared: _Prepared, reason: str) -> None:
        """Leave an order to a person; one whose parts are there is made of them without a model."""
        reading = prepared.reading
        if reading is not None and reading.parts:
            try:
                summary = joined([parsed(part.result) for part in reading.parts])
            except ModelError:
                summary = None
            if summary is not None:
                verdict = Verdict(meaning=Meaning.GOOD, summary=summary, by=order.model)
                answer = replace(prepared.answer, verdict=verdict)
                self._keep(tx, order, _prepared(answer, reading))
                return
        asked = 0 if prepared.answer.verdict.meaning is Meaning.SPLIT else 1
        self._end(tx, order, OrderState.DEAD, reason, attempts=asked)

    def _end(
        self, tx: Transaction, order: Order, state: OrderState, reason: str, *, attempts: int = 0
    ) -> None:
        """End an order, and with it what it is a part of."""
        now = self._means.clock()
        ended = Settlement(state=state, error=reason, attempts=attempts)
        if orders.settle(tx, order.id, ended, now):
            changes.note(tx, Topic.JOB, "", now)
        if order.parent is not None:
            self._end(tx, orders.get(tx, order.parent), state, reason)


def parsed(text: str) -> PageSummary:
    """Return the summary of a part, as it was kept. Raises ModelError."""
    return read(Reply(model="", text=text, stop_reason=StopReason.END))


def _read(tx: Transaction, answers: Sequence[Answer]) -> dict[int, OrderReading | None]:
    found = orders.of_ids(tx, [answer.order for answer in answers])
    readings = read_orders(tx, found)
    return {order.id: reading for order, reading in zip(found, readings, strict=True)}


def _prepared(answer: Answer, reading: OrderReading | None) -> _Prepared:
    """Resolve a good summary of a whole page, so that no writer waits for that."""
    summary = answer.verdict.summary
    if reading is None or summary is None or reading.order.parent is not None:
        return _Prepared(answer=answer, reading=reading)
    order = reading.order
    page = replace(
        summarised(reading.page, summary, answer.verdict.by),
        summary_prompt=order.prompt,
        summary_order=order.id,
    )
    return _Prepared(answer=answer, reading=reading, page=page)
