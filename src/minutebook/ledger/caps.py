"""Caps: what a day and a job may cost before work waits for the next day.

Looked at before a call, against what is on the ledger: the last call below a cap may go above it,
and so may those that are under way beside it. Batches are under way for hours: their room counts
those that were sent. A model without a price, or one that is free, is not held: there is nothing to
hold it by.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from minutebook.clock import Clock
from minutebook.errors import SpendingCapError
from minutebook.events import Bus, SpendingPaused
from minutebook.ledger.ledger import Ledger
from minutebook.llm.protocol import Attribution

_log = logging.getLogger(__name__)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """US dollars; None where there is no cap."""

    per_day: Decimal | None = None
    per_job: Decimal | None = None
    """What one job may cost in a day."""

    @classmethod
    def of(cls, per_day_usd: float, per_job_usd: float) -> Caps:
        """Return the caps of the settings, where 0 is none."""
        day, job = (Decimal(str(value)) if value else None for value in (per_day_usd, per_job_usd))
        return cls(per_day=day, per_job=job)


class CapGuard:
    """Refuses calls when a cap is reached, and tells so once a day."""

    def __init__(self, ledger: Ledger, caps: Caps, bus: Bus, clock: Clock) -> None:
        self._ledger = ledger
        self._caps = caps
        self.bus = bus
        self._clock = clock
        self._told: set[tuple[str, datetime]] = set()
        self._warned: set[str] = set()

    async def check(self, model: str, attribution: Attribution) -> None:
        """Let a call pass. Raises SpendingCapError, StoreError."""
        if self._caps == Caps() or not self._has_cost(model):
            return
        if self._caps.per_day is not None:
            spent = await self._ledger.spent_today()
            if spent >= self._caps.per_day:
                raise self._refusal("costs.per_day_usd", "today", spent, self._caps.per_day)
        if self._caps.per_job is not None and attribution.job is not None:
            spent = await self._ledger.spent_today_on(attribution.job)
            if spent >= self._caps.per_job:
                what = f"for job {attribution.job} today"
                raise self._refusal("costs.per_job_usd", what, spent, self._caps.per_job)

    async def left_today(self, model: str) -> Decimal | None:
        """Return the US dollars that today may still cost; None when no cap of a day holds a model.

        Raises StoreError.
        """
        if self._caps.per_day is None or not self._has_cost(model):
            return None
        return self._caps.per_day - await self._ledger.spent_today()

    def _has_cost(self, model: str) -> bool:
        price = self._ledger.prices.find(model, self._clock())
        if price is None and model not in self._warned:
            self._warned.add(model)
            _log.warning("%s has no price in prices.toml: no cap on costs holds it", model)
        return price is not None and (price.rates.input > 0 or price.rates.output > 0)

    def _refusal(self, setting: str, what: str, spent: Decimal, cap: Decimal) -> SpendingCapError:
        until = self._ledger.midnight(days=1)
        local = f"{until.astimezone(self._ledger.zone):%Y-%m-%d %H:%M %Z}"
        error = SpendingCapError(
            f"Models have cost {_dollars(spent)} {what}, and {setting} is {_dollars(cap)}.",
            hint=f"Work goes on at {local}, or when you raise {setting} and start again.",
            resumes_at=until,
        )
        if (what, until) not in self._told:
            self._told.add((what, until))
            self.bus.publish(SpendingPaused(reason=str(error), until=until))
        return error


def _dollars(amount: Decimal) -> str:
    """Write dollars with cents, and small amounts with what it takes to see them."""
    return f"${amount:,.4f}" if 0 < amount < _CENT else f"${amount:,.2f}"
