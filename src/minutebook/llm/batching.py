"""Batches: many requests handed to a provider at once, at half price, answered when it suits it.

The one protocol that providers with batches speak here. Requests are written in the provider's own
form before they are sent, so that what was written down is what is sent, to the byte; answers are
downloaded to a file before they are read, so that a cut is noticed before anything is applied.

What whoever uses it must know:

- `model` is the whole name, `provider:model`, everywhere.
- `create` leaves a doubt in three ways: it raises ModelUnreachableError (whatever it was: a cut, a
  timeout, any 5xx, an answer that cannot be read), it is cancelled, or the process ends. Everything
  else it raises means that nothing was made, and so does ModelNotReachedError: no connection, no
  batch.
- NotFoundError is told right after `create` too, for some time, and for ever when the key was
  changed: compare `account` before a batch is called lost.
- Counts need not be there before the end. Behind it, `download` returns how many lines came; only
  a cut within a line is noticed here, so compare that with `counts.total`.
- Results come in any order, may be there twice, or lack some: a request without a line has not been
  answered. OpenAI leaves out what it never began when a batch was cancelled.
- `reply` is there when a request succeeded, and was paid; it may be a refusal, a fragment or empty.
- A file with `.part` in its name, beside the target of a download, is left when a process ended in
  the middle, and can be deleted.

Sources: the Message Batches API of Anthropic, the Batch API of OpenAI.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from minutebook.errors import ModelError
from minutebook.llm.protocol import Reply, Request


class RemoteState(StrEnum):
    """Where a batch stands at its provider."""

    IN_PROGRESS = "in_progress"
    CANCELING = "canceling"
    ENDED = "ended"
    """Whatever became of its requests, it is in the results."""
    FAILED = "failed"
    """The provider refused it as a whole: nothing was done, nothing is charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCounts:
    """Requests by what became of them. Some providers say nothing before the batch has ended."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0

    @property
    def total(self) -> int:
        """All requests of the batch."""
        return self.processing + self.succeeded + self.errored + self.canceled + self.expired


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteBatch:
    """A batch as its provider tells of it."""

    id: str
    state: RemoteState
    counts: RemoteCounts
    created_at: datetime
    """By the provider's clock."""
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    label: str = ""
    """What we named it when it was created, where the provider keeps such a name."""
    reason: str = ""
    """Why it failed as a whole."""
    results: tuple[str, ...] = ()
    """Where its results are, in the words of its provider; empty as long as there are none."""


class ItemOutcome(StrEnum):
    """What became of one request."""

    SUCCEEDED = "succeeded"
    ERRORED = "errored"
    CANCELED = "canceled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """The answer to one request, as it stands in the results."""

    custom_id: str
    outcome: ItemOutcome
    reply: Reply | None = None
    """When it succeeded."""
    error: ModelError | None = None
    """When it errored: in our error tree, as if it had been asked directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLimits:
    """What fits into one batch."""

    requests: int
    bytes: int
    """Of all lines together, with one byte for the end of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is sent: requests in the provider's own form, each one line."""

    label: str
    """A name of ours, unique for ever; kept by providers that keep such names."""
    model: str
    lines: Sequence[bytes] = field(repr=False)

    @property
    def bytes(self) -> int:
        """What it takes of the provider's limit."""
        return sum(len(line) + 1 for line in self.lines)


class BatchClient(Protocol):
    """The batches of one provider. Nothing here is tried again by itself.

    Every method that asks the provider raises ModelError; what a raised `ModelUnreachableError`
    means for `create` is that nobody knows whether the batch was made, unless it says that no
    connection came about.
    """

    @property
    def limits(self) -> BatchLimits:
        """What fits into one batch."""
        ...

    @property
    def keeps_labels(self) -> bool:
        """Whether a batch can be found again by the label it was created with."""
        ...

    def written(self, model: str, custom_id: str, request: Request) -> bytes:
        """Return a request as a line of the provider's own form, without its end.

        The id has 1 to 64 of `A-Za-z0-9_-`. Raises ModelRequestError.
        """
        ...

    async def account(self) -> str:
        """Return a fingerprint of the key that is used, and of where; it tells nothing of the
        key."""
        ...

    async def create(self, parcel: Parcel) -> RemoteBatch:
        """Hand requests over, once. Raises ModelUnreachableError when nobody knows whether they
        arrived, and ModelNotReachedError, which is one too, when they did not; PromptTooLongError
        when they are too many bytes for the provider, NoBatchesError when its server knows nothing
        of batches."""
        ...

    async def retrieve(self, batch: str) -> RemoteBatch:
        """Return a batch as it stands now. Raises NotFoundError when there is none by this id."""
        ...

    async def created_since(self, moment: datetime) -> list[RemoteBatch]:
        """Return the batches that were created since a moment, the newest first.

        The moment is one of the provider's clock: leave room for ours being ahead.
        """
        ...

    async def cancel(self, batch: str) -> RemoteBatch:
        """Ask for the end of a batch; what was done by then is in its results. One that has ended
        is returned as it is. Raises NotFoundError."""
        ...

    async def download(self, batch: RemoteBatch, target: Path) -> int:
        """Write the results of an ended batch to a file, one line each, and see to it that they
        are on the disk; return how many lines they are. The batch is not asked for once more.

        Raises NotFoundError when they are gone, or not there yet; StoreError when the disk refuses.
        The target is whole or as it was before.
        """
        ...

    def read(self, model: str, line: bytes) -> ItemResult:
        """Return one line of results. Raises ModelReplyError when it cannot be told whose it is;
        when only the answer cannot be read, that is the error of the item."""
        ...

    async def forget(self, batch: str) -> None:
        """Delete what the provider keeps of an ended batch: its requests and its results. What is
        gone already is no error."""
        ...
