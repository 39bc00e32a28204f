"""What the room works with: handed in once, by the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path

from minutebook.batches.planning import Plan
from minutebook.clock import Clock
from minutebook.config import BatchMode, Settings
from minutebook.domain.batches import Estimate
from minutebook.domain.spending import Charge
from minutebook.events import Bus
from minutebook.llm.batching import BatchClient
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import Attribution, Model, Reply, Request
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """How the room works."""

    mode: BatchMode = BatchMode.AUTO
    small: int = 20
    """With `auto`, fewer pages than this are summarised now."""
    requests: int = 2_000
    bytes: int = 32 * 1024 * 1024
    prompt_tokens: int = 90_000
    poll: timedelta = timedelta(seconds=60)
    grace: timedelta = timedelta(minutes=15)
    """For how long a batch is looked for of which nobody knows whether it was made."""
    skew: timedelta = timedelta(minutes=10)
    """By how much the provider's clock may be off."""
    missing: timedelta = timedelta(minutes=10)
    """For how long a provider may not know a batch that it has made."""
    now_per_minute: int = 120
    now_if_unanswered: bool = True
    """Whether what no batch brought an answer for is asked for now."""
    forget_applied: bool = True
    """Whether the provider is to delete its copy of a batch that was applied."""
    max_attempts: int = 5
    confirm_above: Decimal = Decimal(1)
    """US dollars."""
    confirm_above_tokens: int = 1_000_000
    zone: tzinfo = UTC

    def is_much(self, estimate: Estimate) -> bool:
        """Say whether work comes to more than is done without a person's yes."""
        if estimate.cost is not None:
            return estimate.cost > self.confirm_above
        return estimate.input_tokens + estimate.output_tokens > self.confirm_above_tokens

    @classmethod
    def of(cls, settings: Settings, zone: tzinfo) -> BatchSettings:
        """Return what the settings say."""
        said = settings.batches
        return cls(
            mode=said.mode,
            small=said.small,
            requests=said.requests,
            bytes=int(said.megabytes * 1_000_000),
            prompt_tokens=said.prompt_tokens,
            poll=timedelta(seconds=said.poll_seconds),
            grace=timedelta(seconds=said.grace_seconds),
            now_per_minute=said.now_per_minute,
            now_if_unanswered=said.now_if_unanswered and said.mode is not BatchMode.BATCH,
            forget_applied=said.forget_applied,
            max_attempts=settings.workers.max_attempts,
            confirm_above=Decimal(str(settings.costs.confirm_above_usd)),
            confirm_above_tokens=settings.costs.confirm_above_tokens,
            zone=zone,
        )


def as_it_is(reply: Reply, _request: Callable[[], Request | None]) -> Reply:
    """Restore nothing: nothing was hidden."""
    return reply


async def no_cap(model: str) -> Decimal | None:
    """Hold no model back."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The store, the models and their prices, and what else the room needs."""

    database: Database
    bus: Bus
    clock: Clock
    folder: Path
    """Where batches lie before they are sent, and results before they are applied."""
    plan: Plan
    prices: PriceBook
    counter: TokenCounter
    priced: Callable[[Charge], Charge]
    """Puts the price on a call."""
    check: Callable[[str, Attribution], Awaitable[None]]
    """Lets a call pass. Raises SpendingCapError when a cap is reached."""
    model_of: Callable[[str], Model]
    """Returns a model on the ledger by its name. Raises ModelUnavailableError."""
    client_of: Callable[[str], BatchClient | None]
    """Returns the batches of a model's provider; None when it has none."""
    restored: Callable[[Reply, Callable[[], Request | None]], Reply] = as_it_is
    """Puts back into an answer what was hidden in its request, which is made anew for that."""
    settings: BatchSettings = field(default_factory=BatchSettings)
    left_today: Callable[[str], Awaitable[Decimal | None]] = no_cap
    """Returns the US dollars that today may still cost, by the ledger; None when no cap holds a
    model."""
    owner: str = "elsewhere:0:0:0"
    """Names this process on the leases it takes: `host:pid:started:unique`."""


def provider_of(model: str) -> str:
    """Return the provider in the name of a model."""
    return model.partition(":")[0]
