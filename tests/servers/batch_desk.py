"""The memory of the server of batches: the batches, their ends, and who was charged for what."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from servers.batch_answers import Ask
from servers.batch_values import (
    NOT_DONE,
    UNDONE,
    BatchSeen,
    Charge,
    Doing,
    Ending,
    Endpoint,
    Fate,
    Fault,
    FaultKind,
    Ledger,
)

LIFE = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class Batch:
    """A batch."""

    id: str
    protocol: str
    key: str
    asks: Sequence[Ask]
    created_at: datetime
    ends_by: datetime
    """When it expires, by the clock of the server, whatever it says it was created."""
    made_at: datetime
    label: str = ""
    file: str = ""
    """OpenAI: the file of its requests."""
    reasons: Sequence[str] = ()
    """Why it fails as a whole."""
    polls: int = 0
    cancel_at: datetime | None = None
    ended_at: datetime | None = None
    has_expired: bool = False
    is_deleted: bool = False
    outcomes: Sequence[Doing] = ()
    """Behind the end, one for each request."""
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        """Requests by outcome; before the end all are being processed."""
        if self.ended_at is None:
            return Counter({"processing": len(self.asks)})
        return Counter("succeeded" if o not in UNDONE else o.value for o in self.outcomes)

    @property
    def state(self) -> str:
        """Where it stands."""
        if self.ended_at is not None:
            return "failed" if self.reasons else "ended"
        return "canceling" if self.cancel_at else "in_progress"


@dataclass(slots=True)
class _Rule:
    """A fault or a fate that is still to come."""

    skip: int
    left: int

    def hits(self, every: int = 1) -> bool:
        """Count one that fits; tell whether it is hit."""
        self.skip -= 1
        if self.skip >= 0 or self.left <= 0:
            return False
        self.skip, self.left = every - 1, self.left - 1
        return True


class Desk:
    """Everything the server knows. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept: dict[str, Batch] = {}
            self._charges: list[Charge] = []
            self._faults: list[tuple[Fault, _Rule]] = []
            self._fates: list[tuple[Fate, _Rule]] = []
            self._log: Counter[str] = Counter()
            self._refused: list[str] = []
            self._ending = Ending(polls=1)
            self._ahead = timedelta()
            self._numbers: Counter[str] = Counter()

    @property
    def now(self) -> datetime:
        """The time on the server's clock."""
        return datetime.now(UTC) + self._ahead

    def ending(self, ending: Ending) -> None:
        """Say when batches end by themselves."""
        self._ending = ending

    def forward(self, seconds: float) -> None:
        """Move the clock."""
        self._ahead += timedelta(seconds=seconds)

    def fault(self, *faults: Fault) -> None:
        """Spoil answers to come."""
        with self._lock:
            self._faults += [(fault, _Rule(fault.skip, fault.times)) for fault in faults]

    def fate(self, *fates: Fate) -> None:
        """Decide what becomes of requests that are sent from now on."""
        with self._lock:
            self._fates += [(fate, _Rule(fate.every - 1, fate.times)) for fate in fates]

    def ledger(self) -> Ledger:
        """Return every charge so far."""
        return Ledger(charges=tuple(self._charges))

    def log(self) -> dict[str, int]:
        """Return how often each endpoint was asked."""
        return dict(self._log)

    def refused(self) -> list[str]:
        """Return what was wrong with requests."""
        return list(self._refused)

    def batches(self) -> list[BatchSeen]:
        """Return every batch, the oldest first."""
        with self._lock:
            return [_seen(batch) for batch in self._kept.values()]

    def finish(self, batch: str = "") -> None:
        """End all open batches, or one."""
        with self._lock:
            for kept in self._kept.values():
                if kept.ended_at is None and batch in {"", kept.id}:
                    self._end(kept)

    def asked(self, endpoint: Endpoint) -> Fault | None:
        """Note that an endpoint is asked; return how the answer goes wrong."""
        with self._lock:
            self._log[endpoint] += 1
            for fault, rule in self._faults:
                if fault.on in {endpoint, Endpoint.ANY} and rule.hits():
                    return fault
            return None

    def refuse(self, reason: str) -> None:
        """Note what was wrong with a request."""
        self._refused.append(reason)

    def fate_of(self, custom_id: str, prompt: str) -> Fate | None:
        """Return what was decided for a request."""
        tokens = len(prompt) // 4
        with self._lock:
            for fate, rule in self._fates:
                fits = fate.contains in custom_id or fate.contains in prompt
                if fits and tokens >= fate.longer_than and rule.hits(fate.every):
                    return _too_long(fate, tokens) if fate.longer_than else fate
            return None

    def charge(self, charge: Charge) -> None:
        """Write down that something was done."""
        self._charges.append(charge)

    def number(self, name: str) -> str:
        """Return the next id with this prefix: long, and in no order, as real ones are."""
        with self._lock:
            self._numbers[name] += 1
            salt = f"{name}{self._numbers[name]}{id(self)}"
            return name + hashlib.sha256(salt.encode()).hexdigest()[:24]

    def add(self, batch: Batch, fault: Fault | None) -> Batch:
        """Keep a new batch."""
        if fault is not None and fault.kind is FaultKind.CLOCK:
            shift = timedelta(seconds=fault.seconds)
            batch = replace(batch, created_at=batch.created_at + shift)
        with self._lock:
            self._kept[batch.id] = batch
        return batch

    def looked_up(self, id_: str, protocol: str, key: str) -> Batch | None:
        """Return a batch of a key, brought up to date."""
        batch = self._kept.get(id_)
        if batch is None or batch.is_deleted or (batch.protocol, batch.key) != (protocol, key):
            return None
        self._advance(batch)
        return batch

    def kept(self, id_: str) -> Batch | None:
        """Return a batch, whoever made it."""
        return self._kept.get(id_)

    def polled(self, batch: Batch) -> None:
        """Count a poll, which may end the batch."""
        batch.polls += 1
        self._advance(batch)

    def of_key(self, protocol: str, key: str) -> list[Batch]:
        """Return the batches of a key, the newest first, brought up to date."""
        with self._lock:
            ids = list(reversed(self._kept))
        found = (self.looked_up(id_, protocol, key) for id_ in ids)
        return [batch for batch in found if batch is not None]

    def another(self, batch: Batch) -> Batch | None:
        """Return another batch that has ended."""
        kept = (b for b in self._kept.values() if b.protocol == batch.protocol)
        return next((b for b in kept if b.ended_at and b.id != batch.id), None)

    def _advance(self, batch: Batch) -> None:
        with self._lock:
            if batch.ended_at is not None:
                return
            batch.has_expired = self.now >= batch.ends_by
            if batch.has_expired or batch.reasons or self._is_due(batch):
                self._end(batch)

    def _is_due(self, batch: Batch) -> bool:
        ending = self._ending
        if ending.polls is not None and batch.polls >= ending.polls:
            return True
        if ending.seconds is None:
            return False
        return self.now >= batch.made_at + timedelta(seconds=ending.seconds)

    def _end(self, batch: Batch) -> None:
        batch.ended_at = self.now
        if batch.reasons:
            return
        done = len(batch.asks)
        if batch.has_expired or batch.cancel_at:
            done = int(done * self._ending.share)
        rest = Doing.CANCELED if batch.cancel_at else Doing.EXPIRED
        whole = enumerate(batch.asks)
        batch.outcomes = [_outcome(ask) if place < done else rest for place, ask in whole]
        for ask, outcome in zip(batch.asks, batch.outcomes, strict=True):
            if outcome not in UNDONE:
                self._charges.append(charge_for(ask, outcome, batch.id))


def charge_for(ask: Ask, outcome: Doing, batch: str = "") -> Charge:
    """Return what is charged for a request that was done."""
    return Charge(
        batch=batch,
        custom_id=ask.custom_id,
        request=ask.request,
        model=ask.model,
        outcome=outcome,
        spent=ask.spent,
    )


def _outcome(ask: Ask) -> Doing:
    if ask.problem:
        return Doing.ERRORED
    return ask.fate.outcome if ask.fate else Doing.SUCCEEDED


def _too_long(fate: Fate, tokens: int) -> Fate:
    return replace(
        fate,
        outcome=Doing.ERRORED,
        error="invalid_request_error",
        message=f"prompt is too long: {tokens} tokens > {fate.longer_than} maximum",
    )


def _seen(batch: Batch) -> BatchSeen:
    return BatchSeen(
        id=batch.id,
        protocol=batch.protocol,
        state=batch.state,
        label=batch.label,
        custom_ids=tuple(ask.custom_id for ask in batch.asks),
        created_at=batch.created_at.isoformat(),
        counts=dict(batch.counts),
        key=batch.key,
    )


def is_done(fault: Fault | None) -> bool:
    """Tell whether what was asked for is done in spite of a fault."""
    return fault is None or fault.kind not in NOT_DONE
