"""The job that brings one batch a step further, until it is applied.

Whoever holds the job holds the batch: its lease is renewed while a step takes long, and is free for
others when its worker dies. Between steps the job waits, so that any worker of the home may take
the next one. A batch is sent by one call, which is never tried again by itself: when nobody knows
what came of it, the batch is in doubt, and `doubting` finds out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from minutebook.batches import judging, planning
from minutebook.batches.applying import Applying
from minutebook.batches.capping import Capping, unchecked
from minutebook.batches.doubting import OTHER_ACCOUNT, Doubting, adopted
from minutebook.batches.judging import Meaning, Verdict
from minutebook.batches.means import Means
from minutebook.batches.parcels import Parcels
from minutebook.batches.polling import Schedule
from minutebook.batches.refusals import refusal_of
from minutebook.batches.releasing import ABANDONED, release
from minutebook.batches.settling import PAUSE, Answer, Settling
from minutebook.domain.batches import OPEN_STATES, Batch, BatchState, RemoteCopy
from minutebook.domain.jobs import Job, JobKind
from minutebook.errors import (
    ModelAccessError,
    ModelBillingError,
    ModelBusyError,
    ModelError,
    ModelNotReachedError,
    ModelUnavailableError,
    ModelUnreachableError,
    NotFoundError,
)
from minutebook.events import BatchApplied, BatchFailed, BatchSent
from minutebook.llm.batching import BatchClient, Parcel, RemoteBatch, RemoteState
from minutebook.llm.protocol import Attribution
from minutebook.store import batches, changes, jobs, orders
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_log = logging.getLogger(__name__)
_LONGEST = timedelta(minutes=10)
"""A provider that says when to come again is believed so far."""
_AT_ONCE = 200
_LOST_AFTER = timedelta(hours=1)
"""How long behind its expiry a batch must be unknown to its provider to be called lost."""
_DAY = timedelta(hours=24)
_WRITING = timedelta(seconds=30)
"""For how long a batch that is being written down is left alone."""
MOST_FORGETS = 10
"""A provider is asked so often to delete its copy of a batch."""
_NO_PROVIDER = (
    "Its provider has no batches any more. Set it up again under [providers], as it was when the"
    " batch was sent."
)
_NOT_KNOWN = "The provider does not know it yet."
_NO_RESULTS = "It has ended, and the provider does not have its results yet."

Step = Callable[[Batch, BatchClient], Awaitable["Batch | datetime | None"]]
"""Brings a batch further: returns it as it is now, or when to go on; None when it is at its end."""


class Carrying:
    """Brings batches from being written down to being applied."""

    def __init__(self, means: Means, parcels: Parcels, settling: Settling) -> None:
        self._means = means
        self._parcels = parcels
        self._settling = settling
        self._applying = Applying(means, parcels, settling)
        self._doubting = Doubting(means, parcels)
        self._capping = Capping(means)
        self._release = partial(release, means, parcels)
        self._next = Schedule(means.settings.poll, means.clock).next
        self._steps: Mapping[BatchState, Step] = {
            BatchState.PREPARING: self._look_for_writer,
            BatchState.PREPARED: self._send,
            BatchState.SENDING: self._doubt,
            BatchState.IN_DOUBT: self._reconcile,
            BatchState.OPEN: self._poll,
            BatchState.CANCELING: self._poll,
            BatchState.ENDED: self._finish,
            BatchState.APPLIED: self._forget,
        }

    async def step(self, job: Job) -> datetime | None:
        """Bring the batch that the job is about as far as it goes now; return when to go on.

        Raises SpendingCapError and StoreError.
        """
        batch: Batch | datetime | None = await self._means.database.read(
            lambda tx: batches.get(tx, job.payload)
        )
        while isinstance(batch, Batch):
            if batch.state not in OPEN_STATES and batch.remote_copy is not RemoteCopy.UNWANTED:
                return None
            client = self._client(batch.model)
            if client is None:
                is_over = batch.state not in OPEN_STATES
                return None if is_over else await self._wait(batch, _NO_PROVIDER)
            batch = await self._steps[batch.state](batch, client)
        return batch

    def _client(self, model: str) -> BatchClient | None:
        try:
            return self._means.client_of(model)
        except ModelUnavailableError:
            return None

    async def _send(self, batch: Batch, client: BatchClient) -> Batch | datetime | None:
        """Hand a batch over, once."""
        if batch.is_cancel_wanted:
            await self._take_back(batch)
            return None
        if (until := await self._settling.paused_until(batch.model)) is not None:
            return until
        await self._means.check(batch.model, Attribution(subject=batch.id))
        lines = await asyncio.to_thread(self._parcels.open, batch.id, batch.digest)
        if lines is None:
            await self._release(batch, "What was to be sent is not there any more.")
            return None
        left = await self._means.left_today(batch.model)
        try:
            sending = replace(
                batch,
                state=BatchState.SENDING,
                account=await client.account(),
                sent_at=self._means.clock(),
                error="",
            )
            check = partial(self._capping.check, left=left)
            if not await self._change(sending, batch.state, check):
                return None
        except ModelError as error:
            return await self._hold_back(batch, error)
        parcel = Parcel(label=batch.id, model=batch.model, lines=lines)
        try:
            remote = await client.create(parcel)
        except ModelNotReachedError as error:
            return await self._hold_back(sending, error)
        except ModelUnreachableError as error:
            doubtful = replace(sending, state=BatchState.IN_DOUBT, error=str(error), polls=0)
            await self._change(doubtful, BatchState.SENDING)
            return self._next(doubtful)
        except ModelError as error:
            return await self._refused(sending, error)
        return await self._sent(sending, remote, client)

    async def _sent(
        self, sending: Batch, remote: RemoteBatch, client: BatchClient
    ) -> Batch | datetime | None:
        opened = adopted(sending, remote)
        if not await self._change(opened, BatchState.SENDING):
            _log.error("Batch %s was given up while it was sent; it is cancelled", opened.id)
            await client.cancel(remote.id)
            return None
        await asyncio.to_thread(self._parcels.drop_requests, opened.id)
        self._means.bus.publish(BatchSent(batch=opened.id, requests=opened.requests))
        return opened if opened.state is not BatchState.OPEN else self._next(opened)

    async def _refused(self, sending: Batch, error: ModelError) -> Batch | datetime | None:
        """Go on behind a call by which nothing was made."""
        refusal = refusal_of(sending, error, self._means.settings.mode)
        if refusal is None:
            return await self._hold_back(sending, error)
        if refusal.verdict is None:
            await self._release(sending, refusal.reason, refusal.state)
        else:
            await self._fail(sending, refusal.verdict)
        return None

    async def _hold_back(self, batch: Batch, error: ModelError) -> datetime:
        """Keep a batch for later; for much later when its provider wants a person first."""
        now = self._means.clock()
        waiting = replace(
            batch,
            state=BatchState.PREPARED,
            sent_at=None,
            error=str(error),
            polls=batch.polls + 1,
        )
        await self._change(waiting, batch.state)
        if isinstance(error, ModelBillingError | ModelAccessError | ModelUnavailableError):
            await self._settling.pause_until_mended(batch.model, error)
            return now + PAUSE
        asked = error.retry_after if isinstance(error, ModelBusyError) else None
        return max(self._next(waiting), now + min(timedelta(seconds=asked or 0), _LONGEST))

    async def _doubt(self, batch: Batch, client: BatchClient) -> Batch | None:
        """Somebody has begun to send it, and did not come back to say what came of it."""
        words = "The worker that sent it stopped without a word."
        doubtful = replace(batch, state=BatchState.IN_DOUBT, error=words, polls=0)
        return doubtful if await self._change(doubtful, batch.state) else None

    async def _reconcile(self, batch: Batch, client: BatchClient) -> Batch | datetime | None:
        found = await self._doubting.look(batch, client)
        if found.remote is not None:
            opened = adopted(replace(batch, excluded=found.excluded), found.remote)
            if not await self._change(opened, batch.state):
                return None
            await asyncio.to_thread(self._parcels.drop_requests, opened.id)
            self._means.bus.publish(BatchSent(batch=opened.id, requests=opened.requests))
            return opened
        if found.is_certain:
            looked = replace(batch, excluded=found.excluded)
            await self._release(looked, "The provider never got it.")
            return None
        looked = replace(
            batch, excluded=found.excluded, polls=batch.polls + 1, error=found.error or batch.error
        )
        await self._change(looked, batch.state)
        return self._next(looked)

    async def _poll(self, batch: Batch, client: BatchClient) -> Batch | datetime | None:
        """Ask how a batch stands; ask for its end, if a person wants that."""
        try:
            if batch.is_cancel_wanted and batch.state is BatchState.OPEN:
                remote = await client.cancel(batch.provider_id)
                was, batch = batch.state, replace(batch, state=BatchState.CANCELING)
                await self._change(batch, was)
            else:
                remote = await client.retrieve(batch.provider_id)
        except NotFoundError:
            return await self._unknown(batch, client)
        except ModelError as error:
            return await self._put_off(batch, error)
        if remote.state is RemoteState.FAILED:
            reason = remote.reason or "The provider refused it."
            await self._fail(batch, Verdict(meaning=Meaning.AGAIN, reason=reason))
            return None
        if remote.state is RemoteState.ENDED:
            ended = replace(
                adopted(batch, remote), state=BatchState.ENDED, polls=0, missing_since=None
            )
            if not await self._change(ended, batch.state):
                return None
            return await self._finish(ended, client, remote)
        return await self._wait(replace(batch, missing_since=None), "")

    async def _finish(
        self, batch: Batch, client: BatchClient, remote: RemoteBatch | None = None
    ) -> Batch | datetime | None:
        """Fetch the results of a batch, and apply them."""
        try:
            whole = await self._applying.fetch(batch, client, remote)
        except NotFoundError:
            return await self._unknown(batch, client, _NO_RESULTS)
        except ModelError as error:
            return await self._put_off(batch, error)
        if not whole:
            again = replace(batch, downloads=batch.downloads + 1)
            return await self._wait(again, "Its results came in part only.")
        await self._applying.apply(batch, client)
        found, usable = await self._means.database.read(
            lambda tx: (batches.get(tx, batch.id), orders.done_of(tx, batch.id))
        )
        applied = replace(
            batch,
            state=BatchState.APPLIED,
            applied_at=self._means.clock(),
            error="",
            polls=0,
            remote_copy=self._wanted_copy(found),
        )
        if not await self._change(applied, batch.state):
            return None
        await asyncio.to_thread(self._parcels.drop, batch.id)
        self._means.bus.publish(
            BatchApplied(
                batch=batch.id,
                succeeded=found.counts.succeeded,
                requests=batch.requests,
                usable=usable,
            )
        )
        return applied

    def _wanted_copy(self, batch: Batch) -> RemoteCopy:
        """Say what is to become of the provider's copy of a batch that is applied.

        It stays where its results lacked something, so that a person can look into it.
        """
        is_whole = not batch.counts.missing
        is_unwanted = self._means.settings.forget_applied and is_whole
        return RemoteCopy.UNWANTED if is_unwanted else RemoteCopy.KEPT

    async def _forget(self, batch: Batch, client: BatchClient) -> datetime | None:
        """Have the provider delete its copy. All of it is here, synced to the disk with the change
        that called the batch applied; when it cannot be deleted, that is noted, and harms nothing.
        """
        try:
            if await client.account() != batch.account:
                raise ModelAccessError(OTHER_ACCOUNT)
            await client.forget(batch.provider_id)
        except ModelError as error:
            words = f"The provider has not deleted its copy: {error}"
            kept = replace(batch, polls=batch.polls + 1, error=words)
            await self._change(kept, batch.state)
            return self._next(kept) if kept.polls < MOST_FORGETS else None
        deleted = replace(batch, remote_copy=RemoteCopy.DELETED, error="")
        await self._change(deleted, batch.state)
        return None

    async def _unknown(
        self, batch: Batch, client: BatchClient, words: str = _NOT_KNOWN
    ) -> Batch | datetime | None:
        """Wait for a batch that its provider does not know, or call it lost in the end."""
        now = self._means.clock()
        try:
            account = await client.account()
        except ModelError as error:
            return await self._wait(batch, str(error))
        if account != batch.account:
            return await self._wait(batch, OTHER_ACCOUNT)
        missing = replace(batch, missing_since=batch.missing_since or now)
        expires = batch.expires_at or (batch.sent_at or batch.created_at) + _DAY
        is_over = now - (missing.missing_since or now) >= self._means.settings.missing
        if is_over and now > expires + _LOST_AFTER:
            lost = judging.of_silence("The provider knows nothing of it.")
            await self._fail(missing, lost, BatchState.LOST)
            return None
        return await self._wait(missing, words)

    async def _put_off(self, batch: Batch, error: ModelError) -> datetime:
        """Wait for a provider that does not answer; pause it when it wants a person first."""
        wants_person = isinstance(error, ModelAccessError | ModelBillingError)
        if wants_person and await self._settling.paused_until(batch.model) is None:
            await self._settling.pause_until_mended(batch.model, error)
        return await self._wait(batch, str(error))

    async def _wait(self, batch: Batch, error: str) -> datetime:
        waiting = replace(batch, polls=batch.polls + 1, error=error)
        await self._change(waiting, batch.state)
        return self._next(waiting)

    async def _fail(
        self, batch: Batch, verdict: Verdict, state: BatchState = BatchState.FAILED
    ) -> None:
        """End a batch that came to nothing, with what that means for each of its orders."""
        await self._settle_all(batch, verdict, state.value)
        ended = replace(batch, state=state, error=verdict.reason)
        if await self._change(ended, batch.state):
            await asyncio.to_thread(self._parcels.drop, batch.id)
            self._means.bus.publish(BatchFailed(batch=batch.id, reason=verdict.reason))

    async def _look_for_writer(self, batch: Batch, client: BatchClient) -> datetime | None:
        """Leave a batch that is being written down alone; release one that nobody writes any more.

        Only the dispatcher makes batches.
        """
        now = self._means.clock()
        is_written = await self._means.database.read(
            lambda tx: jobs.is_leased(tx, JobKind.DISPATCH, planning.DISPATCH, now)
        )
        if is_written:
            return now + _WRITING
        await self._release(batch, ABANDONED)
        return None

    async def _take_back(self, batch: Batch) -> None:
        """End a batch before it was sent, because a person wants that: its orders wait for one."""
        verdict = Verdict(meaning=Meaning.HOLD, reason="Its batch was cancelled.")
        await self._settle_all(batch, verdict, "canceled")
        await self._release(batch, "A person cancelled it before it was sent.")

    async def _settle_all(self, batch: Batch, verdict: Verdict, outcome: str) -> None:
        """Settle all requests of a batch alike."""
        while found := await self._means.database.read(
            lambda tx: batches.open_items(tx, batch.id, limit=_AT_ONCE)
        ):
            await self._settling.settle(
                [Answer(order=i.order, verdict=verdict, item=i, outcome=outcome) for i in found]
            )

    async def _change(
        self, batch: Batch, was: BatchState, check: Callable[[Transaction], None] = unchecked
    ) -> bool:
        """Keep what a batch has become, unless `check` raises what speaks against it. False when
        somebody else has taken it further."""
        now = self._means.clock()

        def work(tx: Transaction) -> bool:
            check(tx)
            if not batches.change(tx, batch, was):
                return False
            changes.note(tx, Topic.BATCH, batch.id, now)
            return True

        return await asyncio.shield(self._means.database.write(work))
