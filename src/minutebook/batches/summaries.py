"""The job that gives a page its summary: a stand-in at once, and the order for a model's.

Both are kept in one transaction, so that no page is left without the one or the other. A summary
belongs to the content it was made from. When the page has changed meanwhile it is dropped quietly:
the change has queued a job of its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, tzinfo
from functools import partial

from minutebook.batches import planning
from minutebook.batches.asking import is_talked_on, read_page, summary_request
from minutebook.batches.keeping import keep, repin, summarised
from minutebook.batches.page_reading import PageReading
from minutebook.batches.planning import Plan
from minutebook.clock import Clock, system_clock
from minutebook.domain.batches import Part
from minutebook.domain.jobs import Job
from minutebook.domain.pages import Page, SummaryState
from minutebook.llm.protocol import Model
from minutebook.llm.summaries import read
from minutebook.record.closing import is_about_pins
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_SUMMARISED = frozenset({SummaryState.STANDIN, SummaryState.FINAL})


class PageSummaries:
    """Summarises pages without a model, and orders what a model is to make of them."""

    def __init__(
        self,
        database: Database,
        standin: Model,
        plan: Plan,
        zone: tzinfo = UTC,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._standin = standin
        self._plan = plan
        self._zone = zone
        self._clock = clock

    async def summarise(self, job: Job) -> None:
        """Summarise the page that the job is about, as far as that has not been done.

        Raises NotFoundError and ModelError.
        """
        if is_about_pins(job):
            await self._database.write(lambda tx: repin(tx, job.payload, self._clock()))
            return
        reading = await self._database.read(partial(read_page, page=job.payload))
        page = await self._stand_in(reading)
        await self._database.write(partial(self._keep, reading=reading, page=page, job=job))

    async def stand_in(self, page: str) -> None:
        """Give a page a stand-in now, if it has no summary of what it says; its job does the rest.

        Raises NotFoundError and ModelError.
        """
        reading = await self._database.read(partial(read_page, page=page))
        made = await self._stand_in(reading)
        if made is not None:
            now = self._clock()
            await self._database.write(lambda tx: keep(tx, made, now))

    async def _stand_in(self, reading: PageReading) -> Page | None:
        page = reading.page
        if page.summary_hash == page.content_hash and page.summary_state in _SUMMARISED:
            return None
        reply = await self._standin.complete(summary_request(reading, Part(), self._zone))
        made = summarised(reading, read(reply), self._standin.name)
        return replace(made, summary_state=SummaryState.STANDIN)

    def _keep(self, tx: Transaction, reading: PageReading, page: Page | None, job: Job) -> None:
        now = self._clock()
        if page is not None and not keep(tx, page, now):
            return
        if self._plan.is_offline:
            return
        is_urgent = is_talked_on(reading.turns, is_live=reading.is_live)
        draft = self._plan.draft(reading.page, is_urgent=is_urgent)
        order = replace(draft, job=job.id, correlation=job.correlation)
        planning.order(tx, order, self._plan, now)
