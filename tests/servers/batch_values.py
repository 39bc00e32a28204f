"""What the server of batches can be told and asked; all of it travels as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Endpoint(StrEnum):
    """What can be asked of either protocol; files are OpenAI's only."""

    ANY = "any"
    """For faults: whichever comes."""
    CREATE = "create"
    RETRIEVE = "retrieve"
    LIST = "list"
    CANCEL = "cancel"
    RESULTS = "results"
    """The results of a batch, or the content of a file."""
    DELETE = "delete"
    """Of a batch, or of a file."""
    UPLOAD = "upload"
    FILES = "files"
    """The list of files."""
    DIRECT = "direct"
    """Anything else: calls without a batch, lists of models."""


class FaultKind(StrEnum):
    """How an answer goes wrong; see the package."""

    REFUSE = "refuse"
    REFUSE_AFTER = "refuse_after"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    CUT_IN_HEAD = "cut_in_head"
    CUT_IN_BODY = "cut_in_body"
    CUT_QUIETLY = "cut_quietly"
    HANG = "hang"
    HANG_AFTER = "hang_after"
    GARBAGE = "garbage"
    CLOCK = "clock"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    MISSING = "missing"
    SWAPPED = "swapped"
    MALFORMED = "malformed"
    FOREIGN = "foreign"


NOT_DONE = frozenset(
    {FaultKind.REFUSE, FaultKind.CUT_BEFORE, FaultKind.HANG},
)
"""Faults by which what was asked for is not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one answer goes wrong, or several in a row."""

    on: Endpoint = Endpoint.ANY
    kind: FaultKind = FaultKind.REFUSE
    times: int = 1
    skip: int = 0
    """So many answers are left alone before."""
    status: int = 503
    error: str = ""
    """Type of the error; that of the status when it is empty."""
    message: str = ""
    code: str = ""
    """`details.error_code` of Anthropic's, `code` of OpenAI's."""
    retry_after: str = ""
    seconds: float = 0.0


class Doing(StrEnum):
    """What becomes of one request."""

    SUCCEEDED = "succeeded"
    ERRORED = "errored"
    EXPIRED = "expired"
    CANCELED = "canceled"
    MAX_TOKENS = "max_tokens"
    CONTEXT_FULL = "context_full"
    REFUSAL = "refusal"
    PAUSED = "paused"
    EMPTY = "empty"
    THINKING_ONLY = "thinking_only"


UNDONE = frozenset({Doing.ERRORED, Doing.EXPIRED, Doing.CANCELED})
"""What is not charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of requests that are sent from now on."""

    contains: str = ""
    outcome: Doing = Doing.SUCCEEDED
    every: int = 1
    times: int = 1 << 60
    error: str = "api_error"
    message: str = ""
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    longer_than: int = 0
    """Of requests with more tokens than this, at four characters each: they are too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When batches end by themselves."""

    polls: int | None = None
    seconds: float | None = None
    share: float = 0.5
    """Of the requests of a cancelled or expired batch, how many were done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Tokens, as the server counted them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One request that was done and is to be paid."""

    batch: str
    """Empty for a direct call."""
    custom_id: str
    request: str
    """Hash of what was asked, without the custom id."""
    model: str
    outcome: Doing
    spent: Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Every charge so far."""

    charges: tuple[Charge, ...] = ()

    @property
    def twice(self) -> dict[str, int]:
        """Requests by their hash that were done well more than once, and how often."""
        well = (c.request for c in self.charges if c.outcome is Doing.SUCCEEDED)
        return _repeated(Counter(well))

    @property
    def ids_twice(self) -> dict[str, int]:
        """Custom ids that were charged more than once, and how often."""
        return _repeated(Counter(c.custom_id for c in self.charges if c.batch))

    def usage(self, batch: str | None = None) -> Spent:
        """Return the tokens of all charges, or those of one batch."""
        total = Spent()
        for charge in self.charges:
            if batch is None or charge.batch == batch:
                total += charge.spent
        return total


def _repeated(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count > 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSeen:
    """A batch as the server knows it."""

    id: str
    protocol: str
    state: str
    label: str
    custom_ids: tuple[str, ...]
    created_at: str
    """ISO 8601."""
    counts: Mapping[str, int]
    """By outcome, the real ones, also before the end."""
    key: str


Told = Mapping[str, object]
"""A value as JSON."""


def fault_of(told: Told) -> Fault:
    """Read a fault."""
    return Fault(
        on=Endpoint(text(told, "on")),
        kind=FaultKind(text(told, "kind")),
        times=whole(told, "times"),
        skip=whole(told, "skip"),
        status=whole(told, "status"),
        error=text(told, "error"),
        message=text(told, "message"),
        code=text(told, "code"),
        retry_after=text(told, "retry_after"),
        seconds=number(told, "seconds") or 0.0,
    )


def fate_of(told: Told) -> Fate:
    """Read a fate."""
    return Fate(
        contains=text(told, "contains"),
        outcome=Doing(text(told, "outcome")),
        every=whole(told, "every"),
        times=whole(told, "times"),
        error=text(told, "error"),
        message=text(told, "message"),
        cache_read_tokens=whole(told, "cache_read_tokens"),
        cache_write_tokens=whole(told, "cache_write_tokens"),
        longer_than=whole(told, "longer_than"),
    )


def ending_of(told: Told) -> Ending:
    """Read when batches end."""
    polls = told.get("polls")
    return Ending(
        polls=polls if isinstance(polls, int) else None,
        seconds=number(told, "seconds"),
        share=number(told, "share") or 0.0,
    )


def charge_of(told: Told) -> Charge:
    """Read a charge."""
    spent = mapping(told, "spent")
    return Charge(
        batch=text(told, "batch"),
        custom_id=text(told, "custom_id"),
        request=text(told, "request"),
        model=text(told, "model"),
        outcome=Doing(text(told, "outcome")),
        spent=Spent(**{name: whole(spent, name) for name in spent}),
    )


def seen_of(told: Told) -> BatchSeen:
    """Read a batch."""
    counts = mapping(told, "counts")
    return BatchSeen(
        **{n: text(told, n) for n in ("id", "protocol", "state", "label", "created_at", "key")},
        custom_ids=tuple(str(custom_id) for custom_id in listed(told, "custom_ids")),
        counts={name: whole(counts, name) for name in counts},
    )


def text(told: Told, name: str) -> str:
    """Return a text of an object; empty when there is none."""
    value = told.get(name)
    return value if isinstance(value, str) else ""


def whole(told: Told, name: str) -> int:
    """Return a whole number of an object; 0 when there is none."""
    value = told.get(name)
    return value if isinstance(value, int) else 0


def number(told: Told, name: str) -> float | None:
    """Return a number of an object; None when there is none."""
    value = told.get(name)
    return float(value) if isinstance(value, int | float) else None


def mapping(told: Told, name: str) -> Told:
    """Return an object within an object; empty when there is none."""
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def listed(told: Told, name: str) -> list[object]:
    """Return a list of an object; empty when there is none."""
    value = told.get(name)
    return value if isinstance(value, list) else []
