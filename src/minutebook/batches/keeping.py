"""A summary as it is kept on its page: every reference resolved to a turn, or left out.

What a person pinned stands in it word for word, and behind it what a model that spoke there called
important, in front of what was made of the rest.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from minutebook.batches.asking import EPHEMERAL, numbered, read_page
from minutebook.batches.opinions import important
from minutebook.batches.page_reading import PageReading
from minutebook.domain.display import one_line, terminal_safe
from minutebook.domain.pages import Page, PageEntity, SummaryPoint, SummaryState
from minutebook.domain.speakers import speaker
from minutebook.domain.turns import Role, Turn
from minutebook.llm.summaries import PageSummary
from minutebook.store import changes, pages
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction


def summarised(reading: PageReading, summary: PageSummary, by: str) -> Page:
    """Return the page with a summary that a model has written; `by` is the name of the model.

    References to turns that do not exist are left out, and so are names that no turn has.
    """
    keys = numbered(reading)
    made = [
        SummaryPoint(text=point.text, turns=tuple(keys[n] for n in point.turns if n in keys))
        for point in summary.points
    ]
    points = (*_pinned(reading), *_important(reading), *made)
    return replace(
        reading.page,
        label=summary.label,
        summary="\n".join(point.text for point in points),
        summary_by=by,
        summary_state=SummaryState.FINAL,
        summary_hash=reading.page.content_hash,
        summary_prompt="",
        summary_order=0,
        summary_points=points,
        summary_entities=_entities(reading, summary) or _kept(reading.page),
    )


def keep(tx: Transaction, page: Page, now: datetime) -> bool:
    """Keep a page's summary. False when the page has changed since, or has a better one."""
    if not pages.summarise(tx, page):
        return False
    changes.note(tx, Topic.PAGE, page.id, now)
    return True


def repin(tx: Transaction, page: str, now: datetime) -> bool:
    """Let a summary show what is pinned now; what was made of the rest stays as it is. No model is
    asked. False when nothing has changed, or there is no summary yet. Raises NotFoundError.
    """
    reading = read_page(tx, page)
    kept = reading.page
    if kept.summary_state is SummaryState.MISSING or kept.summary_hash != kept.content_hash:
        return False
    made = [point for point in _points(kept) if not point.is_pinned]
    points = (*_pinned(reading), *made)
    if points == _points(kept):
        return False
    summary = "\n".join(point.text for point in points)
    return keep(tx, replace(kept, summary=summary, summary_points=points), now)


def _points(page: Page) -> tuple[SummaryPoint, ...]:
    """Return the lines of a summary; one that was kept without them has its text."""
    if page.summary_points or not page.summary:
        return page.summary_points
    return tuple(SummaryPoint(text=line) for line in page.summary.split("\n"))


def _pinned(reading: PageReading) -> list[SummaryPoint]:
    return [
        SummaryPoint(text=_verbatim(turn, reading), turns=(turn.key,), is_pinned=True)
        for turn in reading.turns
        if turn.key in reading.pinned and turn.content.text.strip()
    ]


def _important(reading: PageReading) -> list[SummaryPoint]:
    """Return the lines that a model calls important, as points of their own."""
    return [
        SummaryPoint(
            text=f"- {one_line(speaker(turn, is_live=reading.is_live))}: {line}", turns=(turn.key,)
        )
        for turn, line in important(reading)
    ]


def _verbatim(turn: Turn, reading: PageReading) -> str:
    """Return a turn as a line of a summary: all its words, less what is not to be remembered."""
    lines = terminal_safe(turn.content.text).strip().split("\n")
    is_reply = turn.role is Role.ASSISTANT
    kept = "\n  ".join(line for line in lines if is_reply or EPHEMERAL not in line)
    return f"- {one_line(speaker(turn, is_live=reading.is_live))}: {kept}"


def _entities(reading: PageReading, summary: PageSummary) -> tuple[PageEntity, ...]:
    texts = [(turn.key, turn.content.text.casefold()) for turn in reading.turns]
    found = [
        PageEntity(text=name, turns=tuple(key for key, text in texts if name.casefold() in text))
        for name in summary.entities
    ]
    return tuple(entity for entity in found if entity.turns)


def _kept(page: Page) -> tuple[PageEntity, ...]:
    """Return the names that were found by an earlier summary of the same content."""
    return page.summary_entities if page.summary_hash == page.content_hash else ()
