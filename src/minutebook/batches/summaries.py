"""The job that summarises one page.

A summary belongs to the content it was made from. When the page has changed meanwhile it is dropped
quietly: the change has queued a job of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import partial

from minutebook.clock import Clock, system_clock
from minutebook.domain.jobs import Job
from minutebook.domain.pages import Page, SummaryState
from minutebook.domain.turns import Turn
from minutebook.llm import passages, prompting, prompts
from minutebook.llm.protocol import Attribution, Material, Model, Request, Task
from minutebook.llm.summaries import PageSummary, read
from minutebook.store import changes, conversations, pages, turns
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

STANDIN_MODEL = "offline"
"""The model whose summaries another's may replace."""
_MAX_TOKENS = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A page as it was read."""

    page: Page
    turns: tuple[Turn, ...]
    is_live: bool
    """Whether they were said here."""


class PageSummaries:
    """Summarises pages with one model."""

    def __init__(
        self,
        database: Database,
        model: Model,
        zone: tzinfo = UTC,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._model = model
        self._zone = zone
        self._clock = clock

    async def summarise(self, job: Job) -> None:
        """Summarise the page that the job is about, unless that has been done.

        Raises NotFoundError and ModelError.
        """
        reading = await self._database.read(partial(_read, page=job.payload))
        if self._is_done(reading.page):
            return
        reply = await self._model.complete(self._request(reading, job))
        await self._database.write(partial(self._keep, page=reading.page, summary=read(reply)))

    @property
    def _state(self) -> SummaryState:
        is_standin = self._model.name == STANDIN_MODEL
        return SummaryState.STANDIN if is_standin else SummaryState.FINAL

    def _is_done(self, page: Page) -> bool:
        current = page.summary_hash == page.content_hash
        return current and page.summary_state in {SummaryState.FINAL, self._state}

    def _request(self, reading: _Reading, job: Job) -> Request:
        told = passages.of_turns(reading.turns, self._zone, is_live=reading.is_live)
        material = Material(passages=told, title=f"Page {reading.page.id}")
        return Request(
            task=Task.SUMMARISE,
            system=prompts.system(Task.SUMMARISE),
            messages=prompting.summary_messages(material),
            material=material,
            max_tokens=_MAX_TOKENS,
            attribution=Attribution(
                conversation=reading.page.conversation,
                subject=reading.page.id,
                job=job.id,
                correlation=job.correlation,
            ),
        )

    def _keep(self, tx: Transaction, page: Page, summary: PageSummary) -> None:
        summarised = replace(
            page,
            label=summary.label,
            summary=summary.text,
            summary_by=self._model.name,
            summary_state=self._state,
            summary_hash=page.content_hash,
        )
        if pages.summarise(tx, summarised):
            changes.note(tx, Topic.PAGE, page.id, self._clock())


def _read(tx: Transaction, page: str) -> _Reading:
    """Return a page with its turns: those that are read, or all when every branch was left."""
    found = pages.get(tx, page)
    every = turns.by_seq(tx, found.conversation, found.first_seq, found.last_seq)
    read_ones = [turn for turn in every if turn.is_active] or every
    return _Reading(
        page=found,
        turns=tuple(replace(t, page=found.id) for t in read_ones),
        is_live=conversations.get(tx, found.conversation).is_live,
    )
