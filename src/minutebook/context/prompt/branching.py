"""When a person takes another branch, summaries of what was left go out of sight.

The layout goes back to the newest one that tells of no page of which turns were left since, or were
taken again. Where there is none but the very first, such pages are shown word for word again, as
far as they are read; and where the story tells of them, the layout begins anew. Either way the
layout becomes one more revision, and no earlier one is changed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from minutebook.context.prompt.sight import span_holds
from minutebook.domain.context import Layout, PlacedSummary, Span
from minutebook.store import contexts, pages, turns
from minutebook.store.transaction import Transaction
from minutebook.store.turns import END

_LOOKED_AT = 200
"""Earlier revisions, at most: behind them, pages are taken out of the summaries."""


def settled(tx: Transaction, conversation: str) -> Layout:
    """Return the layout that fits the branch that is read: the newest one, if that still does.

    One that does not goes by its own revision, or by 0, and is not kept yet: see `settle`.
    """
    return fitting(tx, contexts.current(tx, conversation))


def fitting(tx: Transaction, layout: Layout) -> Layout:
    """Return a layout that was kept, or what fits the branch that is read instead of it."""
    stale = contexts.stale_pages(tx, layout)
    if not stale:
        return layout
    for revision in range(layout.revision - 1, max(0, layout.revision - _LOOKED_AT), -1):
        earlier = contexts.at(tx, layout.conversation, revision)
        if not contexts.stale_pages(tx, earlier):
            return earlier
    if layout.story is None or not contexts.in_story(tx, layout.story.id, stale):
        return replace(_without(tx, layout, stale), revision=0)
    return contexts.beginning(tx, layout.conversation)


def settle(tx: Transaction, conversation: str, now: datetime) -> Layout:
    """Keep the layout that fits the branch that is read, if that is another than the newest."""
    newest = contexts.revision(tx, conversation)
    layout = settled(tx, conversation)
    if layout.revision == newest:
        return layout
    return contexts.keep(tx, layout, now, onto=newest)


def _without(tx: Transaction, layout: Layout, stale: frozenset[str]) -> Layout:
    """Return a layout that shows some pages word for word again, and not as summaries."""
    spans = list(layout.spans)
    for told in sorted(layout.summaries, key=lambda each: each.page):
        span = _span_of(tx, told) if told.page in stale else None
        if span is not None and not any(_covers(each, span) for each in spans):
            spans.append(span)
    return replace(
        layout,
        summaries=tuple(each for each in layout.summaries if each.page not in stale),
        spans=tuple(sorted(spans, key=lambda span: span.behind)),
    )


def _span_of(tx: Transaction, told: PlacedSummary) -> Span | None:
    """Return the active turns of a page that are out of sight as a span."""
    found = pages.get(tx, told.page)
    run = turns.by_seq(tx, found.conversation, found.first_seq, found.last_seq)
    end = END if told.rest is None else told.rest
    every = sorted((turn.sort_at, turn.seq) for turn in run if turn.is_active)
    places = [place for place in every if place < end]
    if not places:
        return None
    (sort_at, seq), through = places[0], places[-1]
    return Span(conversation=found.conversation, behind=(sort_at, seq - 1), through=through)


def _covers(span: Span, other: Span) -> bool:
    return other.through is not None and (
        span_holds(span, other.conversation, other.through) and span.behind <= other.behind
    )
