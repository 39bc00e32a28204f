"""What the batches of all providers share: doubts, what is missing, and downloads.

A download goes to a file beside its target, to the disk, and only then in the target's place.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from minutebook.errors import (
    ModelBusyError,
    ModelError,
    ModelNotReachedError,
    ModelReplyError,
    ModelRequestError,
    ModelUnreachableError,
    NoBatchesError,
    NotFoundError,
    StoreError,
    StoreFullError,
)
from minutebook.llm.batching import BatchLimits, Parcel

if TYPE_CHECKING:
    import httpx2

    from minutebook.llm.remote.server import Patience

_CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_BATCHES = frozenset({404, 405, 410, 501})
"""Statuses with which a server says that there is nothing where batches are created."""
_ASKING = 60.0
"""Seconds that the state of a batch may take to be told."""
_FLUSHED = 1 << 20
"""Bytes that are written at once."""
RAW_STREAM = {"X-Stainless-Raw-Response": "stream"}
"""Makes both SDKs hand out an answer whose body has not been read."""


def asking_timeout(patience: Patience) -> httpx2.Timeout:
    """Return how long a short question may take."""
    import httpx2

    return httpx2.Timeout(min(patience.first_byte, _ASKING), connect=patience.connect)


def line_of(custom_id: str, fields: Mapping[str, object]) -> bytes:
    """Return a request as one line of JSON. Raises ModelRequestError."""
    if not _CUSTOM_ID.fullmatch(custom_id):
        raise ModelRequestError(
            f"A request of a batch cannot be called {custom_id!r}.",
            hint="Ids have 1 to 64 letters, digits, hyphens and underscores.",
        )
    line = json.dumps({"custom_id": custom_id, **fields}, ensure_ascii=False, separators=(",", ":"))
    return line.encode("utf-8", "replace")


def check_fits(parcel: Parcel, limits: BatchLimits) -> None:
    """Raise ModelRequestError when a parcel is empty or more than a batch can hold."""
    if not parcel.lines:
        raise ModelRequestError(f"The batch {parcel.label!r} has no requests.")
    if len(parcel.lines) > limits.requests or parcel.bytes > limits.bytes:
        raise ModelRequestError(
            f"The batch {parcel.label!r} has {len(parcel.lines):,} requests in {parcel.bytes:,}"
            f" bytes; {limits.requests:,} in {limits.bytes:,} fit.",
            hint="Send it in parts.",
        )


def status_of(error: ModelError) -> int:
    """Return the status of HTTP that an error came with; 0 when it came with none."""
    status = getattr(error.__cause__, "status_code", 0)
    return status if isinstance(status, int) else 0


@contextmanager
def doubted(label: str) -> Iterator[None]:
    """Raise ModelUnreachableError for every failure behind which a batch may have been made, and
    NoBatchesError when the server knows nothing of batches."""
    try:
        yield
    except ModelNotReachedError:
        raise
    except (ModelUnreachableError, ModelReplyError, ModelBusyError) as error:
        if isinstance(error, ModelBusyError) and status_of(error) < 500:
            raise
        raise ModelUnreachableError(
            f"Nobody knows whether the batch {label!r} was made: {error.message}",
            hint="It is looked for among the provider's batches before anything is sent again.",
        ) from error
    except ModelError as error:
        if status_of(error) not in _NO_BATCHES:
            raise
        raise NoBatchesError(
            f"There are no batches at this provider: {error.message}", hint=error.hint
        ) from error


@contextmanager
def found(kind: str, wanted: str) -> Iterator[None]:
    """Raise NotFoundError when the provider says that there is no such thing."""
    try:
        yield
    except ModelError as error:
        if status_of(error) != 404:
            raise
        raise no_longer(kind, wanted) from error


def no_longer(kind: str, wanted: str) -> NotFoundError:
    """Return the error for what a provider does not have."""
    return NotFoundError(
        kind, wanted, hint="It may be too new, too old, or of another key of this provider."
    )


def needs_no_cancel(error: ModelError) -> bool:
    """Tell whether a provider refuses to cancel what may have ended."""
    return status_of(error) in {400, 409}


def object_of(line: bytes) -> Mapping[str, object]:
    """Return the object that a line of results is. Raises ModelReplyError."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _unreadable(line) from error
    if not isinstance(value, dict):
        raise _unreadable(line)
    return value


def id_of(line: bytes, told: Mapping[str, object]) -> str:
    """Return whose result a line is. Raises ModelReplyError."""
    custom_id = told.get("custom_id")
    if not isinstance(custom_id, str) or not custom_id:
        raise _unreadable(line)
    return custom_id


def inner(told: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return an object within an object; empty when there is none."""
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def unreadable_answer(custom_id: str) -> ModelError:
    """Return the error of an item whose answer is in no form that is known."""
    return ModelReplyError(
        f"The answer to {custom_id!r} in the results of a batch cannot be read.",
        hint="It is asked again.",
    )


def _unreadable(line: bytes) -> ModelReplyError:
    return ModelReplyError(
        f"A line of {len(line):,} bytes in the results of a batch cannot be read.",
        hint="What it answered is asked again.",
    )


class Download:
    """Results on their way to the disk. Raises StoreError when the disk refuses."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._lines = 0
        self._tail = b""
        self._waiting: list[bytes] = []
        self._size = 0
        with _on_disk(target):
            handle, name = tempfile.mkstemp(
                prefix=f"{target.name}.", suffix=".part", dir=target.parent
            )
            self._part = Path(name)
            self._file: BinaryIO = os.fdopen(handle, "wb")

    async def take(self, response: httpx2.Response) -> None:
        """Take a whole body and close it. Raises ModelUnreachableError when it ends within a line,
        and what the SDKs let through."""
        async with aclosing(response):
            async for piece in response.aiter_bytes():
                self._count(piece)
                self._waiting.append(piece)
                self._size += len(piece)
                if self._size >= _FLUSHED:
                    await asyncio.to_thread(self._flush)
        if self._tail.strip():
            self._end_line()
        self._tail = b""

    async def keep(self) -> int:
        """Put the file in the target's place; return how many lines it has."""
        await asyncio.to_thread(self._keep)
        return self._lines

    def drop(self) -> None:
        """Throw away what has not been kept."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _count(self, piece: bytes) -> None:
        first, *rest = piece.split(b"\n")
        self._tail += first
        for part in rest:
            self._lines += bool(self._tail.strip())
            self._tail = part

    def _end_line(self) -> None:
        """Accept a last line without its end when it is whole."""
        try:
            json.loads(self._tail)
        except ValueError as error:
            raise ModelUnreachableError(
                f"The results broke off within line {self._lines + 1:,}.", hint="Try again."
            ) from error
        self._lines += 1
        self._waiting.append(b"\n")

    def _flush(self) -> None:
        with _on_disk(self._target):
            self._file.writelines(self._waiting)
        self._waiting, self._size = [], 0

    def _keep(self) -> None:
        self._flush()
        with _on_disk(self._target):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._target)
            _sync_folder(self._target.parent)


@asynccontextmanager
async def downloading(target: Path) -> AsyncIterator[Download]:
    """Hand out a download that is thrown away unless it was kept."""
    download = await asyncio.to_thread(Download, target)
    try:
        yield download
    finally:
        download.drop()


def _sync_folder(folder: Path) -> None:
    """See to it that a rename is on the disk too; systems without folders as files do it anyway."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _on_disk(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreFullError(
                f"There is no room for the results of a batch in {str(target.parent)!r}.",
                hint="Make room; they are downloaded again.",
            ) from error
        raise StoreError(
            f"The results of a batch cannot be written to {str(target)!r}: {error}.",
            hint="Check the folder and its rights; they are downloaded again.",
        ) from error
