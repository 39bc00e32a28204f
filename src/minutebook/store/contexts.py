"""Layouts and stories in the store.

A layout is kept as JSON beside the id of its story: it is read and written whole, and its size
follows the number of summaries in sight. Which pages a story holds is kept in rows, since there
may be thousands, and each story names only those that the one before it does not have.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from minutebook.clock import to_micros
from minutebook.domain.context import (
    KeptWords,
    Layout,
    Place,
    PlacedSummary,
    Span,
    Story,
)
from minutebook.domain.turns import ROLES, Content, Role
from minutebook.errors import NotFoundError, StoreError
from minutebook.store import archive_cold
from minutebook.store.parts import to_content
from minutebook.store.spans import ranges_column, to_place, to_span
from minutebook.store.transaction import Row, Transaction, storable
from minutebook.store.turns import BEGINNING, END

EVERYTHING = 2**62
"""A limit that no list reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDraft:
    """A story before it is kept."""

    conversation: str
    before: Story | None
    """The story that it goes on from."""
    text: str
    tokens: int
    by: str
    added: tuple[str, ...]
    """Ids of the pages that went into it and not into the one before, oldest first."""
    words: tuple[KeptWords, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedTurn:
    """An active turn without its texts."""

    id: int
    conversation: str
    key: str
    place: Place
    seq: int
    page: str | None
    role: Role
    tokens: int
    """Of all of it; see `domain.tokens`."""
    text_tokens: int
    thinking_tokens: int
    has_calls: bool
    has_results: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTurn:
    """What a turn says, and who said it."""

    role: Role
    author: str
    content: Content
    page: str | None
    """Id of the closed page it lies in."""


def first(conversation: str) -> Layout:
    """Return the layout before any compaction: all turns, word for word."""
    return Layout(
        conversation=conversation, spans=(Span(conversation=conversation, behind=BEGINNING),)
    )


def beginning(tx: Transaction, conversation: str) -> Layout:
    """Return the layout that a conversation began with: `first`, or what it goes on from."""
    row = tx.one("contexts.goes_on", conversation=conversation)
    return first(conversation) if row is None else at(tx, conversation, 1)


def current(tx: Transaction, conversation: str) -> Layout:
    """Return the newest layout of a conversation, without its slot."""
    row = tx.one("contexts.newest_layout", conversation=conversation)
    return first(conversation) if row is None else _layout(tx, row)


def at(tx: Transaction, conversation: str, revision: int) -> Layout:
    """Return a layout as it was, without its slot. Raises NotFoundError."""
    if revision == 0:
        return first(conversation)
    row = tx.one("contexts.layout_at", conversation=conversation, revision=revision)
    if row is None:
        raise NotFoundError("layout", f"{conversation} r{revision}")
    return _layout(tx, row)


def revision(tx: Transaction, conversation: str) -> int:
    """Return the revision of the newest layout."""
    row = tx.one("contexts.newest_revision", conversation=conversation)
    return 0 if row is None or row["revision"] is None else int(row["revision"])


def keep(tx: Transaction, layout: Layout, now: datetime, *, onto: int) -> Layout:
    """Make a layout the next revision, and return it as that.

    `onto` is the revision that it was made from, or instead of which it comes. Raises StoreError
    when that is not the newest any more: somebody else was faster.
    """
    newest = revision(tx, layout.conversation)
    if newest != onto:
        raise StoreError(
            f"The layout of {layout.conversation!r} has changed meanwhile.", hint="Try again."
        )
    kept = replace(layout, revision=newest + 1, slot=())
    tx.run(
        "contexts.keep_layout",
        conversation=kept.conversation,
        revision=kept.revision,
        story=None if kept.story is None else kept.story.id,
        layout=_column(_members(kept) | {"left": _left_of(tx, kept)}),
        now=to_micros(now),
    )
    return kept


def story(tx: Transaction, id_: int) -> Story:
    """Return a story. Raises NotFoundError."""
    row = tx.one("contexts.story", id=id_)
    if row is None:
        raise NotFoundError("story", str(id_))
    return Story(
        id=row["id"],
        text=row["text"],
        tokens=row["tokens"],
        by=row["by"],
        pages=row["pages"],
        words=_words(json.loads(row["words"])),
    )


def add_story(tx: Transaction, draft: StoryDraft, now: datetime) -> Story:
    """Keep a story with the pages that went into it; return it with its id."""
    pages = 0 if draft.before is None else draft.before.pages
    rows = tx.all(
        "contexts.add_story",
        conversation=draft.conversation,
        before=None if draft.before is None else draft.before.id,
        text=storable(draft.text),
        by=draft.by,
        tokens=draft.tokens,
        pages=pages + len(draft.added),
        words=_column([asdict(each) for each in draft.words]),
        now=to_micros(now),
    )
    made: int = rows[0]["id"]
    places = range(pages + 1, pages + 1 + len(draft.added))
    tx.insert_many(
        "contexts.add_story_pages",
        ((made, page, place) for page, place in zip(draft.added, places, strict=True)),
    )
    return story(tx, made)


def story_pages(tx: Transaction, id_: int) -> list[str]:
    """Return every page of a story, oldest first, those of the stories before it too."""
    return [row["page"] for row in tx.all("contexts.story_pages", story=id_)]


def in_story(tx: Transaction, id_: int, pages: Collection[str]) -> frozenset[str]:
    """Return those of these pages that are in a story.

    Costs nothing worth counting where none of them ever was in one.
    """
    holders = [
        (row["story"], row["page"])
        for row in tx.all("contexts.stories_with", pages=json.dumps(list(pages)))
        if row["story"] <= id_
    ]
    if not holders:
        return frozenset()
    oldest = min(holder for holder, _ in holders)
    rows = tx.all("contexts.stories_down_to", story=id_, oldest=oldest)
    chain = {row["id"] for row in rows}
    return frozenset(page for holder, page in holders if holder in chain)


def weighed(tx: Transaction, span: Span) -> list[WeighedTurn]:
    """Return the active turns of a span with their weights, in reading order; of a span with a
    moment those that were active then, on the pages that were closed then."""
    through = END if span.through is None else span.through
    places: dict[str, int | str] = {
        "conversation": span.conversation,
        "behind_sort": span.behind[0],
        "behind_seq": span.behind[1],
        "through_sort": through[0],
        "through_seq": through[1],
    }
    if span.then is None:
        return [_weighed(row) for row in tx.all("contexts.weighed", **places)]
    then = {"turns": span.then.turns, "paged": span.then.paged}
    gone = ranges_column(span.then.left)
    return [_weighed(row) for row in tx.all("contexts.weighed_then", **places, **then, gone=gone)]


def said(tx: Transaction, ids: Collection[int]) -> dict[int, SaidTurn]:
    """Return what some turns say, by row id. One that cannot be read says so instead."""
    rows = tx.all("contexts.said", ids=json.dumps(list(ids)))
    cold = archive_cold.readable(tx, [row["id"] for row in rows if row["is_cold"]])
    return {
        row["id"]: SaidTurn(
            role=ROLES[row["role"]],
            author=row["author"],
            content=cold.get(row["id"]) or to_content(row["text"], row["parts"]),
            page=row["page"],
        )
        for row in rows
    }


def left_version(tx: Transaction, conversation: str) -> str:
    """Return a text that changes when turns are left, taken again, or withheld. Cheap."""
    rows = tx.all("contexts.left", conversation=conversation)
    hidden = f":{rows[0]['withheld']}" if rows[0]["withheld"] else ""
    return f"{rows[0]['turns']}:{rows[0]['ids']}{hidden}"


def left_pages(tx: Transaction, conversation: str) -> frozenset[str]:
    """Return the closed pages of a conversation of which every turn was left."""
    rows = tx.all("contexts.left_whole", conversation=conversation)
    return frozenset(row["page"] for row in rows)


def stale_pages(tx: Transaction, layout: Layout) -> frozenset[str]:
    """Return those pages of a kept layout that stand there otherwise than word for word, and of
    which turns were left, or taken again, since it was kept."""
    row = tx.one("contexts.layout_at", conversation=layout.conversation, revision=layout.revision)
    if row is None:
        return frozenset()
    then, now = json.loads(row["layout"])["left"], _left_of(tx, layout)
    if then["version"] == now["version"]:
        return frozenset()
    before, after = then["pages"], now["pages"]
    return frozenset(
        page for page in before.keys() | after.keys() if before.get(page) != after.get(page)
    )


def _layout(tx: Transaction, row: Row) -> Layout:
    members = json.loads(row["layout"])
    return Layout(
        conversation=row["conversation"],
        revision=row["revision"],
        story=None if row["story"] is None else story(tx, row["story"]),
        summaries=tuple(map(_summary, members["summaries"])),
        spans=tuple(map(to_span, members["spans"])),
        thinking_from=to_place(members["thinking_from"]),
        whole_from=to_place(members["whole_from"]),
        longest=members["longest"],
        cut_before=to_place(members["cut_before"]),
        made_for=members.get("made_for", 0),
    )


def _members(layout: Layout) -> dict[str, Any]:
    return {
        "summaries": [asdict(each) for each in layout.summaries],
        "spans": [asdict(each) for each in layout.spans],
        "thinking_from": layout.thinking_from,
        "whole_from": layout.whole_from,
        "longest": layout.longest,
        "cut_before": layout.cut_before,
        "made_for": layout.made_for,
    }


def _left_of(tx: Transaction, layout: Layout) -> dict[str, Any]:
    """Return what was left of the pages that stand in a layout otherwise than word for word.

    Turns of other conversations are read as of a moment: what becomes of them changes nothing.
    """
    version = left_version(tx, layout.conversation)
    rows = tx.all("contexts.left_by_page", conversation=layout.conversation)
    left = {row["page"]: f"{row['turns']}:{row['ids']}" for row in rows}
    told = {summary.page for summary in layout.summaries} & left.keys()
    if layout.story is not None:
        told |= in_story(tx, layout.story.id, left.keys() - told)
    return {"version": version, "pages": {page: left[page] for page in sorted(told)}}


def _summary(member: dict[str, Any]) -> PlacedSummary:
    rest = member.get("rest")
    told = {"words": _words(member["words"]), "rest": None if rest is None else to_place(rest)}
    return PlacedSummary(**{**member, **told})


def _words(members: Iterable[dict[str, Any]]) -> tuple[KeptWords, ...]:
    return tuple(KeptWords(**each) for each in members)


def _weighed(row: Row) -> WeighedTurn:
    return WeighedTurn(
        id=row["id"],
        conversation=row["conversation"],
        key=row["key"],
        place=(row["sort_at"], row["seq"]),
        seq=row["seq"],
        page=row["page"],
        role=ROLES[row["role"]],
        tokens=row["tokens"],
        text_tokens=row["text_tokens"],
        thinking_tokens=row["thinking_tokens"],
        has_calls=bool(row["has_calls"]),
        has_results=bool(row["has_results"]),
    )


def _column(value: object) -> str:
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
