"""What follows when a provider does not take a batch.

A batch that is too large says nothing against its pages: they go in smaller ones, and only a page
that is refused alone is too long. A provider without batches is asked directly, for a day. Both is
known by the batches that were refused, so that all workers of a home know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from minutebook.batches import judging
from minutebook.batches.judging import Meaning, Verdict
from minutebook.batches.means import Means, provider_of
from minutebook.config import BatchMode
from minutebook.domain.batches import Batch, BatchState
from minutebook.errors import ModelError, ModelRequestError, NoBatchesError, PromptTooLongError
from minutebook.llm.batching import BatchClient
from minutebook.store import batches

REMEMBERED = timedelta(days=1)
"""For how long a refusal is believed before the provider is asked anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What becomes of a batch that was not taken."""

    state: BatchState
    reason: str
    verdict: Verdict | None = None
    """On each of its orders; None when they go back as they were."""


def refusal_of(batch: Batch, error: ModelError, mode: BatchMode) -> Refusal | None:
    """Return what follows from a refusal; None when the same batch may be taken later."""
    if isinstance(error, PromptTooLongError):
        if batch.requests > 1:
            reason = (
                f"The provider takes no batch of {batch.bytes:,} bytes; its"
                f" {batch.requests:,} requests go in smaller ones."
            )
            return Refusal(state=BatchState.SPLIT, reason=reason)
        return Refusal(state=BatchState.FAILED, reason=str(error), verdict=judging.of_error(error))
    if isinstance(error, NoBatchesError) and mode is not BatchMode.BATCH:
        reason = f"{error.message} Its requests are asked for directly."
        return Refusal(state=BatchState.DECLINED, reason=reason)
    if isinstance(error, ModelRequestError):
        verdict = Verdict(meaning=Meaning.AGAIN, reason=str(error))
        return Refusal(state=BatchState.FAILED, reason=str(error), verdict=verdict)
    return None


async def batches_of(means: Means, model: str) -> BatchClient | None:
    """Return the batches of the provider of a model; None when it has none, as far as is known.

    Raises ModelUnavailableError and StoreError.
    """
    client = means.client_of(model)
    if client is None or means.settings.mode is BatchMode.BATCH:
        return client
    since = means.clock() - REMEMBERED
    declined = await means.database.read(
        lambda tx: batches.declined_accounts(tx, provider_of(model), since)
    )
    if not declined:
        return client
    try:
        account = await client.account()
    except ModelError:  # that is told when something is sent
        return client
    return None if account in declined else client


async def room_of(means: Means, model: str, client: BatchClient) -> int:
    """Return how many bytes a batch may have. Raises StoreError."""
    since = means.clock() - REMEMBERED
    refused = await means.database.read(
        lambda tx: batches.smallest_split(tx, provider_of(model), since)
    )
    most = min(means.settings.bytes, client.limits.bytes)
    return most if refused is None else min(most, max(1, refused // 2))
