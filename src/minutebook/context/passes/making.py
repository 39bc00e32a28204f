"""What the steps of a pass need: summaries of pages, and the story as it goes on.

There are two makers of the same shape. One makes them, through models where that is wanted; the
other only says what they would weigh, so that a trial run takes the very same steps and costs
nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from minutebook.context.passes import merging
from minutebook.context.passes.merging import Merging, Storyteller
from minutebook.context.passes.surveying import is_summarised, placed_text
from minutebook.context.passes.tiers import PageInSight
from minutebook.domain.context import PlacedSummary, Story
from minutebook.domain.pages import NoSummary, Page
from minutebook.domain.tokens import estimate
from minutebook.llm.protocol import Attribution
from minutebook.store import contexts, pages
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

MOST_CALLS = 20
"""Pages that one pass has summarised by a model, at most; further ones keep their stand-ins."""
_LONGEST_WAIT, _MOST_WAITS = 20.0, 3
"""Seconds that a pass waits for a model that is busy, and how often: a person may wait for it."""
_TOLD_NEWEST = 200
"""Pages of which an opening reads the summaries, beside the labels of all."""

SummariseNow = Callable[[str], Awaitable[NoSummary | None]]
"""Sees to it that a page has a summary, by a model if that can be. Returns why it is not by one."""

StandIn = Callable[[str], Awaitable[object]]
"""Sees to it that a page has a summary, without a model."""
_NOT_ASKED_AGAIN = "(The model is not asked for more in this pass: what offline wrote stands in.)"


class Maker(Protocol):
    """Makes what the steps of a pass need."""

    async def summary(self, page: PageInSight) -> PlacedSummary:
        """Return the summary of a page as it is placed."""
        ...

    async def story(self, before: Story | None, summaries: Sequence[PlacedSummary]) -> Story:
        """Return the story with summaries in it."""
        ...

    async def opening(self, leaving: Sequence[PageInSight]) -> Story:
        """Return the story of many pages, made without a model."""
        ...

    async def retold(self, story: Story, limit: int) -> Story:
        """Return a story in at most so many tokens, made without a model."""
        ...


@dataclass(slots=True, kw_only=True)
class Estimates:
    """Says what summaries and stories would weigh."""

    pages: Mapping[str, Page]
    story_limit: int
    is_offline: bool
    calls: int = 0
    """How often a model would be asked."""
    input_tokens: int = 0
    """Of those calls."""
    output_tokens: int = 0

    def _count(self, input_tokens: int, output_tokens: int) -> None:
        self.calls += 1
        self.input_tokens += input_tokens
        self.output_tokens += output_tokens

    async def summary(self, page: PageInSight) -> PlacedSummary:
        """Return a summary of the expected weight."""
        known = self.pages.get(page.page)
        final = known is not None and is_summarised(known, finally_=True)
        if not self.is_offline and not final and self.calls < MOST_CALLS:
            self._count(page.tokens, page.summary)
        return PlacedSummary(page=page.page, text="", tokens=page.summary, by="")

    async def story(self, before: Story | None, summaries: Sequence[PlacedSummary]) -> Story:
        """Return a story of the expected weight."""
        tokens = merging.expected_tokens(before, summaries, self.story_limit)
        if not self.is_offline:
            told = before.tokens if before else 0
            self._count(told + sum(each.tokens for each in summaries), tokens)
        return _story(before, "", tokens, "", len(summaries))

    async def opening(self, leaving: Sequence[PageInSight]) -> Story:
        """Return a story of the greatest weight."""
        return _story(None, "", self.story_limit, "", len(leaving))

    async def retold(self, story: Story, limit: int) -> Story:
        """Return a story of the greatest weight."""
        return replace(story, tokens=min(limit, story.tokens))


@dataclass(slots=True, kw_only=True)
class Making:
    """Makes summaries and stories."""

    database: Database
    teller: Storyteller
    summarise_now: SummariseNow
    is_offline: bool
    story_limit: int
    attribution: Attribution
    stand_in: StandIn | None = None
    """What `summarise_now` does without a model; that itself where it is None."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    has_failed: bool = False
    """Whether the model has written no summary when it was asked: it is not asked again."""
    stood_in: int = 0
    """Pages that it was not asked for any more."""
    waits: int = 0
    """How often it was waited for."""
    pages: dict[str, Page] = field(default_factory=dict)
    """What was placed or told, by id, as it was read."""
    reasons: list[str] = field(default_factory=list)
    """Why something is not by the model of the settings."""
    calls: int = 0
    told: list[str] = field(default_factory=list)
    """Ids of the pages of the story as it goes on, oldest first."""

    async def summary(self, page: PageInSight) -> PlacedSummary:
        """Return the summary of a page, made now if it has none. Raises StoreError."""
        found = await self._read(page.page)
        if not is_summarised(found, finally_=not self.is_offline):
            if self.calls < MOST_CALLS and not self.has_failed:
                await self._ask(page.page)
                found = await self._read(page.page)
            else:
                self.stood_in += 1
        if not is_summarised(found):
            await (self.stand_in or self.summarise_now)(page.page)
            found = await self._read(page.page)
        self.pages[found.id] = found
        text = placed_text(found)
        return PlacedSummary(page=found.id, text=text, tokens=estimate(text), by=found.summary_by)

    async def _ask(self, page: str) -> None:
        """Have a page summarised by the model; note why where it is not.

        A model that wants to be asked a little later is: it is healthy.
        """
        self.calls += not self.is_offline
        missing = await self.summarise_now(page)
        while missing is not None and self._is_worth_waiting(missing):
            self.waits += 1
            await self.sleep(missing.wait or 0.0)
            missing = await self.summarise_now(page)
        if missing is not None:
            self.has_failed = missing.is_asked and not self.is_offline
            later = f" {_NOT_ASKED_AGAIN}" if self.has_failed else ""
            self.reasons.append(f"{page}: {missing.reason}{later}")

    def _is_worth_waiting(self, missing: NoSummary) -> bool:
        is_short = missing.wait is not None and missing.wait <= _LONGEST_WAIT
        return is_short and self.waits < _MOST_WAITS

    async def story(self, before: Story | None, summaries: Sequence[PlacedSummary]) -> Story:
        """Return the story with summaries in it. Raises StoreError."""
        told = await self.teller.tell(
            Merging(
                before=before,
                summaries=tuple(summaries),
                limit=self.story_limit,
                attribution=self.attribution,
            )
        )
        if told.reason:
            self.reasons.append(f"story: {told.reason}")
        self.told = [*await self._told(before), *(each.page for each in summaries)]
        told = merging.naming_all(told, self.told, self.story_limit)
        return _story(before, told.text, told.tokens, told.by, len(summaries))

    async def opening(self, leaving: Sequence[PageInSight]) -> Story:
        """Return the story of many pages, made without a model. Raises StoreError."""

        def work(tx: Transaction) -> tuple[list[Page], dict[str, str]]:
            found = [pages.get(tx, page.page) for page in leaving]
            return found, {p.id: pages.begins_with(tx, p) for p in found if not p.label}

        found, begins = await self.database.read(work)
        self.pages |= {page.id: page for page in found}
        self.told = [page.id for page in found]
        told = merging.opened(found, found[-_TOLD_NEWEST:], begins, self.story_limit)
        told = merging.naming_all(told, self.told, self.story_limit)
        return _story(None, told.text, told.tokens, told.by, len(leaving))

    async def retold(self, story: Story, limit: int) -> Story:
        """Return a story in at most so many tokens, made without a model. Raises StoreError."""
        self.told = await self._told(story)
        told = merging.naming_all(merging.shorter(story, limit), self.told, limit)
        return replace(story, id=0, text=told.text, tokens=told.tokens, by=told.by)

    async def _told(self, story: Story | None) -> list[str]:
        """Return the pages of a story, which has no id before it is kept."""
        if story is None or not story.id:
            return self.told
        return await self.database.read(partial(contexts.story_pages, id_=story.id))

    async def _read(self, page: str) -> Page:
        return await self.database.read(partial(pages.get, id_=page))


def _story(before: Story | None, text: str, tokens: int, by: str, added: int) -> Story:
    """Return a story that is not kept yet."""
    pages_before = before.pages if before else 0
    words = before.words if before else ()
    return Story(id=0, text=text, tokens=tokens, by=by, pages=pages_before + added, words=words)
