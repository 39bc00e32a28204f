"""The ledger: every call of a model that could cost anything, priced when it is written down.

A price that changes later does not change what a call cost. Days are those of the reader's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal

from minutebook.clock import EPOCH, Clock, from_micros, system_clock
from minutebook.domain.spending import Charge, Grouping, Tally
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import Usage
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.store import usage
from minutebook.store.database import Database

_LESSONS = 1_000
"""How many of the last calls are looked at to learn how models count."""


class Ledger:
    """Writes calls down and sums them up. Every method that is awaited may raise StoreError."""

    def __init__(
        self,
        database: Database,
        prices: PriceBook,
        zone: tzinfo = UTC,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self.prices = prices
        self.zone = zone
        self._clock = clock

    def priced(self, charge: Charge) -> Charge:
        """Return a call with its cost; without one when there is no price for its model.

        For those who write it down in a transaction of their own, by `store.usage.add`.
        """
        used = Usage(
            input_tokens=charge.input_tokens,
            output_tokens=charge.output_tokens,
            cache_read_tokens=charge.cache_read_tokens,
            cache_write_tokens=charge.cache_write_tokens,
            cache_write_1h_tokens=charge.cache_write_1h_tokens,
        )
        cost = self.prices.price(charge.model, used, charge.at, batch=charge.is_batch)
        return charge if cost is None else replace(charge, cost=cost)

    async def record(self, *charges: Charge) -> tuple[Charge, ...]:
        """Price calls and write them down; one with a key that is there is left out.

        They are on the disk for good with the next write that waits for it, such as that of the
        answer they are about.
        """
        priced = tuple(map(self.priced, charges))
        await self._database.write_relaxed(lambda tx: [usage.add(tx, each) for each in priced])
        return priced

    async def spent_today(self) -> Decimal:
        """Return the US dollars that today has cost, as far as prices are known."""
        since = self.midnight()
        return await self._database.read(lambda tx: usage.spent(tx, since))

    async def spent_today_on(self, job: int) -> Decimal:
        """Return the US dollars that a job has cost today."""
        since = self.midnight()
        return await self._database.read(lambda tx: usage.spent_on_job(tx, job, since))

    async def calls(
        self, *, since: datetime = EPOCH, until: datetime | None = None, limit: int = 1_000_000
    ) -> list[Charge]:
        """Return the calls of a time, the newest first."""
        return await self._database.read(
            lambda tx: usage.newest(tx, since=since, until=until, limit=limit)
        )

    async def calls_in(self, conversation: str, *, since: datetime = EPOCH) -> list[Charge]:
        """Return the calls that made something in a conversation, the oldest first."""
        return await self._database.read(
            lambda tx: usage.of_conversation(tx, conversation, since=since)
        )

    async def report(
        self, by: Grouping, *, since: datetime = EPOCH, until: datetime | None = None
    ) -> list[Tally]:
        """Return sums by something: days the newest first, all else the dearest first."""
        found = await self._database.read(lambda tx: usage.sums(tx, by, since=since, until=until))
        if by is Grouping.DAY:
            return sorted(self._days(found), key=lambda tally: tally.name, reverse=True)
        return sorted(found, key=lambda tally: (-tally.cost, -tally.calls, tally.name))

    async def total(self, *, since: datetime = EPOCH, until: datetime | None = None) -> Tally:
        """Return the sum of all calls of a time."""
        return await self._database.read(lambda tx: usage.total(tx, since=since, until=until))

    async def teach(self, counter: TokenCounter) -> None:
        """Let a counter learn from the last calls."""
        counter.learn_all(await self._database.read(lambda tx: usage.samples(tx, _LESSONS)))

    def midnight(self, days: int = 0) -> datetime:
        """Return when today began, in UTC; or a day so many days from now."""
        day = self._clock().astimezone(self.zone).date() + timedelta(days=days)
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def _days(self, quarters: Iterable[Tally]) -> list[Tally]:
        """Return the sums of days, of those of quarters of an hour."""
        days: dict[str, Tally] = {}
        for each in quarters:
            begun = from_micros(int(each.name)).astimezone(self.zone)
            name = begun.date().isoformat()
            days[name] = days.get(name, Tally(name=name)).plus(each)
        return list(days.values())
