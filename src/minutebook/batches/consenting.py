"""What a person is asked, and what they have said.

A yes is for what is planned now: a question whose model is not set any more, or with nothing left
to do, lapses, and is not put again while its answer is being followed. A no can be taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from minutebook.batches import planning
from minutebook.batches.estimating import Estimating, told
from minutebook.batches.means import Means
from minutebook.batches.refusals import batches_of
from minutebook.config import BatchMode
from minutebook.domain.batches import Approval, ApprovalKind, ApprovalState, Estimate
from minutebook.domain.jobs import JobKind
from minutebook.errors import UsageError
from minutebook.events import ApprovalNeeded
from minutebook.store import approvals, changes, jobs, orders
from minutebook.store.approvals import Asking
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_AT_ONCE = 2_000
_FRESH = timedelta(minutes=1)
"""A question this young may still be given its orders."""
_NEXT_STEP = {
    ApprovalState.APPROVED: "A worker does it: `minutebook batches work`.",
    ApprovalState.REFUSED: "`minutebook batches approve {}` takes that back.",
    ApprovalState.LAPSED: "`minutebook batches plan` says what waits now.",
}


class Consenting:
    """Asks a person, and keeps what they say. Every verb may raise StoreError."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._database = means.database
        self._estimating = Estimating(means.prices, means.counter)

    async def preflight(self) -> Estimate:
        """Return what the backlog comes to."""
        plan = self._means.plan
        pages = tokens = 0
        behind = ""
        while not plan.is_offline:
            found = await self._database.read(
                partial(
                    orders.backlog,
                    model=plan.model,
                    prompt=plan.prompt,
                    behind=behind,
                    limit=_AT_ONCE,
                )
            )
            if not found:
                break
            pages += len(found)
            tokens += sum(page.tokens for page in found)
            behind = found[-1].id
        is_batch = self._means.settings.mode is not BatchMode.NOW and not plan.is_offline
        has_batches = is_batch and await batches_of(self._means, plan.model) is not None
        return self._estimating.of(
            plan.model, pages, tokens, self._means.clock(), batch=has_batches
        )

    async def ask_about_backlog(self, *, again: bool = True) -> Approval | None:
        """Put the question of the backlog, if there is one, or bring it up to date.

        What was refused is asked about only `again`; what is being done, not at all.
        """
        estimate = await self.preflight()
        await self._lapse(estimate)
        if not estimate.pages:
            return None
        approval, is_news = await self._database.write(
            lambda tx: self._put(tx, estimate, again=again)
        )
        if approval is not None and is_news:
            event = ApprovalNeeded(approval=approval.id, reason=approval.reason)
            self._means.bus.publish(event)
        return approval

    async def refresh(self) -> None:
        """Bring the questions that wait up to date; put no new one."""
        if self._means.plan.is_offline:
            return
        estimate = await self.preflight()
        await self._lapse(estimate)
        await self._database.write(lambda tx: self._revise(tx, estimate))

    def waiting(self, tx: Transaction, limit: int) -> list[Approval]:
        """Return the questions that need an answer and are about the model of the settings."""
        found = approvals.newest(tx, state=ApprovalState.NEEDED, limit=limit)
        return [each for each in found if self._is_current(each)]

    async def answer(self, number: int, state: ApprovalState) -> Approval:
        """Keep what a person says. Raises NotFoundError, and UsageError when it makes no sense."""
        now = self._means.clock()

        def work(tx: Transaction) -> Approval:
            asked = approvals.get(tx, number)
            if not self._is_current(asked):
                raise UsageError(
                    f"Approval {number} is for {asked.model!r}, which writes no summaries now.",
                    hint="`minutebook batches plan` says what waits.",
                )
            is_other = asked.state is ApprovalState.REFUSED and state is ApprovalState.APPROVED
            decide = approvals.reconsider if is_other else approvals.decide
            if not decide(tx, number, state, now):
                hint = _NEXT_STEP[asked.state].format(number)
                raise UsageError(f"Approval {number} is {asked.state.value}.", hint=hint)
            planning.wake(tx, now)
            changes.note(tx, Topic.APPROVAL, str(number), now)
            return approvals.get(tx, number)

        return await self._database.write(work)

    def _is_current(self, approval: Approval) -> bool:
        plan = self._means.plan
        return plan.is_offline or approval.model == plan.model

    def _put(
        self, tx: Transaction, estimate: Estimate, *, again: bool
    ) -> tuple[Approval | None, bool]:
        plan, now = self._means.plan, self._means.clock()
        if any(self._is_backlog(each) for each in approvals.unsettled(tx)):
            return None, False
        asked = approvals.alike(tx, ApprovalKind.BACKLOG, plan.model, plan.prompt)
        if asked is not None and asked.state is ApprovalState.NEEDED:
            self._revise(tx, estimate)
            return approvals.get(tx, asked.id), asked.estimate.pages != estimate.pages
        if asked is not None and asked.state is ApprovalState.REFUSED and not again:
            return None, False
        asking = Asking(
            kind=ApprovalKind.BACKLOG,
            model=plan.model,
            prompt=plan.prompt,
            estimate=estimate,
            reason=self._reason(estimate),
        )
        number = approvals.add(tx, asking, now)
        changes.note(tx, Topic.APPROVAL, str(number), now)
        return approvals.get(tx, number), True

    def _revise(self, tx: Transaction, estimate: Estimate) -> None:
        for asked in self._needed(tx):
            if self._is_backlog(asked):
                approvals.revise(tx, asked.id, estimate, self._reason(estimate))

    def _reason(self, estimate: Estimate) -> str:
        what = told(estimate, self._means.plan.model)
        return f"{what}: these pages have summaries of another kind"

    def _is_backlog(self, approval: Approval) -> bool:
        """Say whether a question is about the backlog as the settings have it."""
        plan = self._means.plan
        is_ours = (approval.model, approval.prompt) == (plan.model, plan.prompt)
        return approval.kind is ApprovalKind.BACKLOG and is_ours

    def _needed(self, tx: Transaction) -> Sequence[Approval]:
        return approvals.newest(tx, state=ApprovalState.NEEDED, limit=_AT_ONCE)

    async def _lapse(self, estimate: Estimate) -> None:
        """Let go of the questions that a yes would change nothing about."""
        if self._means.plan.is_offline:
            return

        def work(tx: Transaction) -> None:
            now = self._means.clock()
            for asked in self._needed(tx):
                if self._is_moot(tx, asked, estimate) and approvals.lapse(tx, asked.id, now):
                    changes.note(tx, Topic.APPROVAL, str(asked.id), now)

        await self._database.write(work)

    def _is_moot(self, tx: Transaction, asked: Approval, estimate: Estimate) -> bool:
        if asked.kind is ApprovalKind.BACKLOG:
            return not (self._is_backlog(asked) and estimate.pages)
        is_settled = asked.created_at < self._means.clock() - _FRESH
        is_busy = jobs.is_any_open(tx, JobKind.DISPATCH)
        return is_settled and not is_busy and not orders.is_any_held(tx, asked.id)
