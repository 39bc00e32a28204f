"""Find out whether a batch was made of which nobody knows.

Where the provider keeps our name of a batch, that decides. Where it does not, a batch of the right
size from the right time may be ours or that of another who uses the same key: its results tell,
once it has ended. Until then, and until the grace is over, nothing is sent a second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from minutebook.batches.means import Means
from minutebook.batches.parcels import Parcels, lines_of
from minutebook.domain.batches import Batch, BatchState
from minutebook.errors import ModelError, ModelReplyError, NotFoundError
from minutebook.llm.batching import BatchClient, RemoteBatch, RemoteState
from minutebook.store import batches

OTHER_ACCOUNT = "It was sent with another key, or to another address, than is set now."
_LOOKS = 3
"""A batch is another's when its results have said so this often: an answer can be a wrong one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What looking for a batch has shown."""

    remote: RemoteBatch | None = None
    """The provider's batch that it is."""
    is_certain: bool = False
    """Whether it is certain that there is none."""
    excluded: tuple[str, ...] = ()
    """Batches that turned out to be others, each as often as that was seen."""
    error: str = ""


class Doubting:
    """Looks for batches at their provider."""

    def __init__(self, means: Means, parcels: Parcels) -> None:
        self._means = means
        self._parcels = parcels

    async def look(self, batch: Batch, client: BatchClient) -> Sighting:
        """Look for a batch once. Raises StoreError."""
        sent = batch.sent_at or batch.created_at
        try:
            if await client.account() != batch.account:
                return Sighting(excluded=batch.excluded, error=OTHER_ACCOUNT)
            listed = await client.created_since(sent - self._means.settings.skew)
        except ModelError as error:
            return Sighting(excluded=batch.excluded, error=str(error))
        if client.keeps_labels:
            remote = next((each for each in listed if each.label == batch.id), None)
            return Sighting(remote=remote, is_certain=remote is None and self._is_late(batch))
        return await self._among(batch, await self._strangers(batch, listed), client)

    async def _among(
        self, batch: Batch, candidates: Sequence[RemoteBatch], client: BatchClient
    ) -> Sighting:
        excluded, error = list(batch.excluded), ""
        for remote in candidates:
            if remote.state is not RemoteState.ENDED:
                continue
            try:
                is_ours = await self._is_ours(batch, remote, client)
            except (ModelError, NotFoundError) as failure:
                error = str(failure)
                continue
            if is_ours:
                return Sighting(remote=remote, excluded=tuple(excluded))
            excluded.append(remote.id)
        is_open = any(excluded.count(remote.id) < _LOOKS for remote in candidates)
        return Sighting(
            is_certain=not is_open and self._is_late(batch), excluded=tuple(excluded), error=error
        )

    async def _strangers(self, batch: Batch, listed: Sequence[RemoteBatch]) -> list[RemoteBatch]:
        """Return the batches that may be the one that is looked for."""
        fitting = [
            remote
            for remote in listed
            if remote.counts.total == batch.requests and batch.excluded.count(remote.id) < _LOOKS
        ]
        database = self._means.database
        return await database.read(
            lambda tx: [r for r in fitting if not batches.is_known(tx, batch.provider, r.id)]
        )

    async def _is_ours(self, batch: Batch, remote: RemoteBatch, client: BatchClient) -> bool:
        """Say whether the results of a batch are about requests of ours."""
        probe = self._parcels.probing(batch.id)
        await client.download(remote, probe)
        ids = await asyncio.to_thread(
            lambda: {i for line in lines_of(probe) if (i := _id_of(client, batch.model, line))}
        )
        probe.unlink(missing_ok=True)
        found = await self._means.database.read(
            lambda tx: next((item for i in ids if (item := batches.item(tx, i))), None)
        )
        return found is not None and found.batch == batch.id

    def _is_late(self, batch: Batch) -> bool:
        sent = batch.sent_at or batch.created_at
        return self._means.clock() - sent > self._means.settings.grace


def _id_of(client: BatchClient, model: str, line: bytes) -> str:
    try:
        return client.read(model, line).custom_id
    except ModelReplyError:
        return ""


def adopted(batch: Batch, remote: RemoteBatch) -> Batch:
    """Return a batch with what its provider says of it."""
    states = {
        RemoteState.CANCELING: BatchState.CANCELING,
        RemoteState.ENDED: BatchState.ENDED,
    }
    return replace(
        batch,
        state=states.get(remote.state, BatchState.OPEN),
        provider_id=remote.id,
        expires_at=remote.expires_at,
        ended_at=remote.ended_at,
        error="",
        polls=0,
    )
