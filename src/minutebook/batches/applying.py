"""Results of batches: fetched to a file, checked, and applied a handful at a time.

A line of results is about a request by its id. What is applied is known by its item, which is
closed once: results may be read from the beginning as often as it takes, there may be lines
twice, and lines of nobody's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from minutebook.batches import judging
from minutebook.batches.asking import read_orders, request_for
from minutebook.batches.judging import Verdict
from minutebook.batches.means import Means
from minutebook.batches.parcels import Parcels, lines_of
from minutebook.batches.settling import Answer, Settling
from minutebook.domain.batches import Batch, BatchItem
from minutebook.domain.spending import Charge
from minutebook.errors import ModelReplyError
from minutebook.llm.batching import BatchClient, ItemOutcome, ItemResult, RemoteBatch
from minutebook.llm.protocol import Request, Task
from minutebook.store import batches, orders
from minutebook.store.transaction import Transaction

_log = logging.getLogger(__name__)
_AT_ONCE = 25
"""How many results are applied in one transaction: no other writer waits long."""
_MOST_DOWNLOADS = 10
"""Results that lack something are fetched this often before they are believed."""
MISSING = "missing"
_ANSWERED = frozenset({ItemOutcome.SUCCEEDED, ItemOutcome.ERRORED})
"""What no results leave out; some lack what was cancelled or has expired."""


class Applying:
    """Fetches results and applies them."""

    def __init__(self, means: Means, parcels: Parcels, settling: Settling) -> None:
        self._means = means
        self._parcels = parcels
        self._settling = settling

    async def fetch(self, batch: Batch, client: BatchClient, ended: RemoteBatch | None) -> bool:
        """Have the results of a batch on the disk; its provider is asked where they are, unless it
        has just said so. False when they are not whole.

        Raises NotFoundError, ModelError and StoreError.
        """
        if self._parcels.results(batch.id).exists():
            return True
        remote = ended or await client.retrieve(batch.provider_id)
        counts = remote.counts
        arriving = self._parcels.arriving(batch.id)
        await client.download(remote, arriving)
        seen = await asyncio.to_thread(_outcomes, client, batch.model, arriving)
        ours = await self._means.database.read(
            lambda tx: [
                seen[item.custom_id]
                for item in batches.items(tx, batch.id)
                if item.custom_id in seen
            ]
        )
        answered = sum(outcome in _ANSWERED for outcome in ours)
        expected = counts.succeeded + counts.errored if counts.total else batch.requests
        is_whole = len(ours) == batch.requests or answered >= expected
        if not is_whole and batch.downloads < _MOST_DOWNLOADS:
            return False
        await asyncio.to_thread(self._parcels.accept, batch.id)
        return True

    async def apply(self, batch: Batch, client: BatchClient) -> None:
        """Apply the results that lie on the disk, and send back what is not in them.

        Raises StoreError.
        """
        path = self._parcels.results(batch.id)
        lines = _readable(client, batch.model, path)
        while results := await asyncio.to_thread(lambda: list(islice(lines, _AT_ONCE))):
            answers = await self._means.database.read(
                partial(self._answers, batch=batch, results=results)
            )
            await self._settling.settle(answers, lasting=False)
        await self._send_back_missing(batch)

    def _answers(self, tx: Transaction, batch: Batch, results: list[ItemResult]) -> list[Answer]:
        """Return what results mean, each of our requests once."""
        answers: dict[str, Answer] = {}
        found = batches.items_of(tx, [result.custom_id for result in results])
        items = {item.custom_id: item for item in found}
        for result in results:
            item = items.get(result.custom_id)
            if item is None or item.batch != batch.id:
                _log.warning("Batch %s has a result of nobody's: %r", batch.id, result.custom_id)
            elif item.outcome or result.custom_id in answers:
                _log.info("Batch %s has a result twice: %s", batch.id, result.custom_id)
            else:
                told = self._restored(tx, item, result)
                answers[result.custom_id] = self._answer(batch, item, told)
        return list(answers.values())

    def _restored(self, tx: Transaction, item: BatchItem, result: ItemResult) -> ItemResult:
        """Return a result in which what was hidden stands again, as far as its page is there."""
        if result.reply is None:
            return result
        reply = self._means.restored(result.reply, partial(self._request, tx, item))
        return replace(result, reply=reply)

    def _request(self, tx: Transaction, item: BatchItem) -> Request | None:
        found = orders.of_ids(tx, [item.order])
        (reading,) = read_orders(tx, found) or [None]
        return None if reading is None else request_for(reading, self._means.settings.zone)

    def _answer(self, batch: Batch, item: BatchItem, result: ItemResult) -> Answer:
        return Answer(
            order=item.order,
            verdict=_verdict(batch, result),
            item=item,
            outcome=result.outcome.value,
            charge=self._charge(item, result),
        )

    def _charge(self, item: BatchItem, result: ItemResult) -> Charge | None:
        reply = result.reply
        if reply is None:
            return None
        return Charge(
            key=item.custom_id,
            at=self._means.clock(),
            task=Task.SUMMARISE.value,
            model=reply.model,
            outcome=reply.stop_reason.value,
            is_batch=True,
            input_tokens=reply.usage.input_tokens,
            output_tokens=reply.usage.output_tokens,
            cache_read_tokens=reply.usage.cache_read_tokens,
            cache_write_tokens=reply.usage.cache_write_tokens,
            cache_write_1h_tokens=reply.usage.cache_write_1h_tokens,
            subject=item.page,
        )

    async def _send_back_missing(self, batch: Batch) -> None:
        database = self._means.database
        while found := await database.read(
            lambda tx: batches.open_items(tx, batch.id, limit=_AT_ONCE)
        ):
            verdict = judging.MISSING
            if batch.is_cancel_wanted:
                verdict = judging.of_outcome(ItemOutcome.CANCELED, by_person=True)
            await self._settling.settle(
                [Answer(order=i.order, verdict=verdict, item=i, outcome=MISSING) for i in found]
            )


def _verdict(batch: Batch, result: ItemResult) -> Verdict:
    if result.outcome is ItemOutcome.SUCCEEDED and result.reply is not None:
        return judging.of_reply(result.reply)
    if result.error is not None:
        return judging.of_error(result.error)
    return judging.of_outcome(result.outcome, by_person=batch.is_cancel_wanted)


def _outcomes(client: BatchClient, model: str, path: Path) -> dict[str, ItemOutcome]:
    return {result.custom_id: result.outcome for result in _readable(client, model, path)}


def _readable(client: BatchClient, model: str, path: Path) -> Iterator[ItemResult]:
    for number, line in enumerate(lines_of(path), 1):
        try:
            yield client.read(model, line)
        except ModelReplyError as error:
            _log.warning("Line %d of %s cannot be read: %s", number, path.name, error)
