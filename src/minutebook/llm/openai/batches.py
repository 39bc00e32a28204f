"""The Batch API of OpenAI: a file of requests, a batch of the file, and files of answers.

A batch carries our label in its metadata, and so does its file in its name: when it is unknown what
became of an upload or a batch, both are found again by it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.errors import ModelError, NotFoundError
from minutebook.llm.batching import (
    BatchLimits,
    ItemResult,
    Parcel,
    RemoteBatch,
    RemoteCounts,
    RemoteState,
)
from minutebook.llm.openai.payload import Manner, Payload, payload
from minutebook.llm.openai.results import read_line
from minutebook.llm.protocol import Request
from minutebook.llm.remote import results
from minutebook.llm.remote.batches import RemoteBatches, listed_since, named

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI
    from openai.types import Batch

_LIMITS = BatchLimits(requests=50_000, bytes=200_000_000)
_PAGE = 100
_FILES = 1_000
_LABEL = "label"
_STATES = {
    "validating": RemoteState.IN_PROGRESS,
    "in_progress": RemoteState.IN_PROGRESS,
    "finalizing": RemoteState.IN_PROGRESS,
    "cancelling": RemoteState.CANCELING,
    "completed": RemoteState.ENDED,
    "expired": RemoteState.ENDED,
    "cancelled": RemoteState.ENDED,
    "failed": RemoteState.FAILED,
}


class OpenAIBatches(RemoteBatches["AsyncOpenAI"]):
    """Hands out and takes in batches; asks once, whatever happens."""

    limits = _LIMITS
    keeps_labels = True

    def written(self, model: str, custom_id: str, request: Request) -> bytes:
        """Return a request as a line."""
        own = self._connection.server.is_own
        asked = payload(request, Manner(new_names=own, effort=own, cache_key=False))
        body = _body(self._connection.bare(model), asked, own)
        fields = {"method": "POST", "url": "/v1/chat/completions", "body": body}
        return results.line_of(custom_id, fields)

    async def create(self, parcel: Parcel) -> RemoteBatch:
        """Hand requests over, once: their file, unless it is there already, and the batch."""
        results.check_fits(parcel, self.limits)
        with results.doubted(parcel.label), self._asking(parcel.model):
            file = await self._found_file(parcel) or await self._uploaded(parcel)
            client = await self._client()
            made = await client.batches.create(
                completion_window="24h",
                endpoint="/v1/chat/completions",
                input_file_id=file,
                metadata={_LABEL: parcel.label},
            )
            return _told(made)

    async def retrieve(self, batch: str) -> RemoteBatch:
        """Return a batch as it stands now."""
        with results.found("batch", batch), self._asking():
            return _told(await self._retrieved(batch))

    async def created_since(self, moment: datetime) -> list[RemoteBatch]:
        """Return the batches that were created since a moment, page by page, until a whole page is
        older: the order is that of creation, whatever the clocks said."""
        with self._asking():
            client = await self._client()
            page = await client.batches.list(limit=_PAGE, timeout=self._short())
            return await listed_since(page, _told, moment.replace(microsecond=0))

    async def cancel(self, batch: str) -> RemoteBatch:
        """Ask for the end of a batch."""
        try:
            with results.found("batch", batch), self._asking():
                client = await self._client()
                return _told(await client.batches.cancel(batch, timeout=self._short()))
        except ModelError as error:
            if not results.needs_no_cancel(error):
                raise
            stands = await self.retrieve(batch)
            if stands.ended_at is None:
                raise
            return stands

    async def download(self, batch: RemoteBatch, target: Path) -> int:
        """Write what answers and what failures there are to one file."""
        if batch.state is not RemoteState.ENDED:
            raise results.no_longer("results of batch", batch.id)
        async with results.downloading(target) as download:
            for file in batch.results:
                with results.found("results of batch", batch.id), self._asking():
                    await download.take(await self._opened(file))
            return await download.keep()

    def read(self, model: str, line: bytes) -> ItemResult:
        """Return one line of results."""
        return read_line(line, self._place(model))

    async def forget(self, batch: str) -> None:
        """Delete the files of a batch; the batch itself cannot be."""
        try:
            with results.found("batch", batch), self._asking():
                known = await self._retrieved(batch)
                files = [known.input_file_id, known.output_file_id, known.error_file_id]
        except NotFoundError:
            return
        for file in filter(None, files):
            await self._delete(file)

    async def _client(self) -> AsyncOpenAI:
        return await self._connection.client()

    async def _delete(self, file: str) -> None:
        try:
            with results.found("file", file), self._asking():
                client = await self._client()
                await client.files.delete(file, timeout=self._short())
        except NotFoundError:
            return

    async def _found_file(self, parcel: Parcel) -> str:
        """Return the file of an earlier try that got no further; empty when there is none."""
        client = await self._client()
        page = await client.files.list(purpose="batch", limit=_FILES, timeout=self._short())
        name, size = _file_name(parcel), parcel.bytes
        same = (file.id for file in page.data if (file.filename, file.bytes) == (name, size))
        return next(same, "")

    async def _uploaded(self, parcel: Parcel) -> str:
        client = await self._client()
        content = await asyncio.to_thread(_content, parcel)
        file = await client.files.create(file=(_file_name(parcel), content), purpose="batch")
        return named(file.id)

    async def _retrieved(self, batch: str) -> Batch:
        client = await self._client()
        return await client.batches.retrieve(batch, timeout=self._short())

    async def _opened(self, file: str) -> httpx2.Response:
        client = await self._client()
        import httpx2

        headers = {"Accept": "application/binary", **results.RAW_STREAM}
        path = f"/files/{file}/content"
        return await client.get(path, cast_to=httpx2.Response, options={"headers": headers})


def _body(model: str, asked: Payload, new_names: bool) -> dict[str, object]:
    limit = "max_completion_tokens" if new_names else "max_tokens"
    optional = {
        "tools": asked.tools,
        "tool_choice": asked.tool_choice,
        "reasoning_effort": asked.effort,
    }
    sent = {name: value for name, value in optional.items() if value}
    return {"model": model, "messages": asked.messages, limit: asked.max_tokens, **sent}


def _content(parcel: Parcel) -> bytes:
    return b"\n".join([*parcel.lines, b""])


def _file_name(parcel: Parcel) -> str:
    return f"{parcel.label}.jsonl"


def _told(batch: Batch) -> RemoteBatch:
    """Return a batch in our words. Raises FORM errors when it is none."""
    over = (batch.completed_at, batch.expired_at, batch.cancelled_at, batch.failed_at)
    ended_at = next((at for at in over if at), None)
    return RemoteBatch(
        id=named(batch.id),
        state=_STATES.get(batch.status, RemoteState.IN_PROGRESS),
        counts=_counts(batch),
        created_at=_moment(batch.created_at),
        expires_at=_moment(batch.expires_at) if batch.expires_at else None,
        ended_at=_moment(ended_at) if ended_at else None,
        label=(batch.metadata or {}).get(_LABEL, ""),
        reason=_reason(batch),
        results=tuple(file for file in (batch.output_file_id, batch.error_file_id) if file),
    )


def _counts(batch: Batch) -> RemoteCounts:
    """Return the counts; what was not done is being processed until the batch is over."""
    said = batch.request_counts
    if said is None:
        return RemoteCounts()
    rest = max(said.total - said.completed - said.failed, 0)
    return RemoteCounts(
        processing=0 if batch.status in {"expired", "cancelled"} else rest,
        succeeded=said.completed,
        errored=said.failed,
        canceled=rest if batch.status == "cancelled" else 0,
        expired=rest if batch.status == "expired" else 0,
    )


def _reason(batch: Batch) -> str:
    found = (batch.errors.data or []) if batch.errors is not None else []
    said = (": ".join(filter(None, (error.code, error.message))) for error in found)
    return "; ".join(filter(None, said))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
