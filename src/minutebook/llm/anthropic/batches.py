"""The Message Batches of one server.

A batch is created from bytes and not from values: what was written down before is what is sent, and
a quarter of a gigabyte of JSON is neither read, nor written once more, nor copied on the way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from minutebook.errors import ModelRequestError, NotFoundError
from minutebook.llm.anthropic.payload import Manner, Payload, payload
from minutebook.llm.anthropic.results import read_line
from minutebook.llm.batching import (
    BatchLimits,
    ItemResult,
    Parcel,
    RemoteBatch,
    RemoteCounts,
    RemoteState,
)
from minutebook.llm.protocol import Request
from minutebook.llm.remote import results
from minutebook.llm.remote.batches import RemoteBatches, listed_since, named

if TYPE_CHECKING:
    import httpx2
    from anthropic import AsyncAnthropic
    from anthropic.types.messages import MessageBatch

_LIMITS = BatchLimits(requests=100_000, bytes=256_000_000 - 1_000)
"""As documented, less the frame around the requests; whichever megabyte was meant."""
_PATH = "/v1/messages/batches"
_HEAD, _TAIL = b'{"requests":[', b"]}"
_PIECE = 64
"""Requests that are sent in one piece."""
_PAGE = 100
_STATES = {"canceling": RemoteState.CANCELING, "ended": RemoteState.ENDED}


class AnthropicBatches(RemoteBatches["AsyncAnthropic"]):
    """Hands out and takes in batches; asks once, whatever happens."""

    limits = _LIMITS
    keeps_labels = False

    def written(self, model: str, custom_id: str, request: Request) -> bytes:
        """Return a request as a line, without marks for the cache: the requests of a batch are
        done side by side, so that each would pay for writing and none would read."""
        asked = payload(request, Manner(caches=False))
        return results.line_of(custom_id, {"params": _params(self._connection.bare(model), asked)})

    async def create(self, parcel: Parcel) -> RemoteBatch:
        """Hand requests over, once."""
        results.check_fits(parcel, self.limits)
        with results.doubted(parcel.label), self._asking(parcel.model):
            return _told(await self._created(parcel.lines))

    async def retrieve(self, batch: str) -> RemoteBatch:
        """Return a batch as it stands now."""
        with results.found("batch", batch), self._asking():
            return _told(await self._retrieved(batch))

    async def created_since(self, moment: datetime) -> list[RemoteBatch]:
        """Return the batches that were created since a moment, page by page, until a whole page is
        older: the order is that of creation, whatever the clocks said."""
        with self._asking():
            client = await self._client()
            page = await client.messages.batches.list(limit=_PAGE, timeout=self._short())
            return await listed_since(page, _told, moment)

    async def cancel(self, batch: str) -> RemoteBatch:
        """Ask for the end of a batch."""
        try:
            with results.found("batch", batch), self._asking():
                client = await self._client()
                return _told(await client.messages.batches.cancel(batch, timeout=self._short()))
        except ModelRequestError as error:
            stands = await self.retrieve(batch)
            if results.needs_no_cancel(error) and stands.state is RemoteState.ENDED:
                return stands
            raise

    async def download(self, batch: RemoteBatch, target: Path) -> int:
        """Write the results of an ended batch to a file."""
        if not batch.results:
            raise results.no_longer("results of batch", batch.id)
        async with results.downloading(target) as download:
            for url in batch.results:
                with results.found("results of batch", batch.id), self._asking():
                    await download.take(await self._opened(url))
            return await download.keep()

    def read(self, model: str, line: bytes) -> ItemResult:
        """Return one line of results."""
        return read_line(line, self._place(model))

    async def forget(self, batch: str) -> None:
        """Delete an ended batch with its results."""
        try:
            with results.found("batch", batch), self._asking():
                client = await self._client()
                await client.messages.batches.delete(batch, timeout=self._short())
        except NotFoundError:
            return

    async def _client(self) -> AsyncAnthropic:
        return await self._connection.client()

    async def _created(self, lines: Sequence[bytes]) -> MessageBatch:
        client = await self._client()
        from anthropic.types.messages import MessageBatch

        from minutebook.llm.remote.transport import timeout_of

        size = len(_HEAD) + sum(map(len, lines)) + len(lines) - 1 + len(_TAIL)
        return await client.post(
            _PATH,
            content=_body(lines),
            cast_to=MessageBatch,
            options={
                "headers": {"Content-Type": "application/json", "Content-Length": str(size)},
                "max_retries": 0,
                "timeout": timeout_of(self._connection.server.patience),
            },
        )

    async def _retrieved(self, batch: str) -> MessageBatch:
        client = await self._client()
        return await client.messages.batches.retrieve(batch, timeout=self._short())

    async def _opened(self, url: str) -> httpx2.Response:
        """Open the results. Only the path of their address counts: the key goes to no host but the
        one that it belongs to."""
        client = await self._client()
        import httpx2

        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Accept": "application/binary", **results.RAW_STREAM}
        return await client.get(path, cast_to=httpx2.Response, options={"headers": headers})


def _params(model: str, asked: Payload) -> dict[str, object]:
    optional = {
        "system": asked.system,
        "tools": asked.tools,
        "tool_choice": asked.tool_choice,
        "thinking": asked.thinking,
    }
    sent = {name: value for name, value in optional.items() if value}
    return {"model": model, "max_tokens": asked.max_tokens, "messages": asked.messages, **sent}


async def _body(lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    """Yield the requests as they travel, in pieces that keep nobody waiting."""
    yield _HEAD
    for start in range(0, len(lines), _PIECE):
        yield b"," * bool(start) + b",".join(lines[start : start + _PIECE])
    yield _TAIL


def _told(batch: MessageBatch) -> RemoteBatch:
    """Return a batch in our words. Raises FORM errors when it is none."""
    counts = batch.request_counts
    return RemoteBatch(
        id=named(batch.id),
        state=_STATES.get(batch.processing_status, RemoteState.IN_PROGRESS),
        counts=RemoteCounts(
            processing=counts.processing,
            succeeded=counts.succeeded,
            errored=counts.errored,
            canceled=counts.canceled,
            expired=counts.expired,
        ),
        created_at=batch.created_at.astimezone(UTC),
        expires_at=batch.expires_at.astimezone(UTC),
        ended_at=batch.ended_at.astimezone(UTC) if batch.ended_at else None,
        results=(batch.results_url,) if batch.results_url else (),
    )
