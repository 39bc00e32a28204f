"""Pages in the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from minutebook.clock import from_micros, to_micros
from minutebook.domain.inspection import PageOutline
from minutebook.domain.pages import Lifecycle, Page, PageEntity, SummaryPoint, SummaryState
from minutebook.errors import NotFoundError
from minutebook.store.transaction import Row, Transaction, storable


def add(tx: Transaction, page: Page) -> None:
    """Add a page that has just closed."""
    tx.run(
        "pages.add",
        id=page.id,
        conversation=page.conversation,
        first_seq=page.first_seq,
        last_seq=page.last_seq,
        first_turn=page.first_turn,
        last_turn=page.last_turn,
        turns=page.turns,
        tokens=page.tokens,
        content_hash=page.content_hash,
        first_at=to_micros(page.first_at) if page.first_at else None,
        last_at=to_micros(page.last_at) if page.last_at else None,
        now=to_micros(page.closed_at),
    )


def get(tx: Transaction, id_: str) -> Page:
    """Return a page by its id, or by the beginning of one. Raises NotFoundError."""
    row = tx.one("pages.get", id=id_)
    if row is None:
        fits = tx.all("pages.by_prefix", prefix=id_)
        row = tx.one("pages.get", id=fits[0]["id"]) if len(fits) == 1 else None
    if row is None:
        raise NotFoundError("page", id_, hint="`minutebook pages list` lists them.")
    return _from_row(row)


def of_ids(tx: Transaction, ids: Iterable[str]) -> list[Page]:
    """Return those of some pages that are there."""
    return [_from_row(row) for row in tx.all("pages.of_ids", ids=json.dumps(list(ids)))]


def holding(tx: Transaction, conversation: str, seq: int) -> Page | None:
    """Return the page in which a turn lies, if that is closed."""
    row = tx.one("pages.holding", conversation=conversation, seq=seq)
    return None if row is None else _from_row(row)


def begins_with(tx: Transaction, page: Page) -> str:
    """Return the beginning of what a person says first on a page, or else of what anybody does;
    empty where no text is at hand."""
    row = tx.one(
        "pages.begins_with",
        conversation=page.conversation,
        first_seq=page.first_seq,
        last_seq=page.last_seq,
    )
    return "" if row is None else str(row["words"])


def closed_since(tx: Transaction, moment: datetime) -> list[str]:
    """Return the ids of the pages that were closed since a moment."""
    return [row["id"] for row in tx.all("pages.closed_since", moment=to_micros(moment))]


def newest(tx: Transaction, *, limit: int, conversation: str = "") -> list[Page]:
    """Return pages, the newest first."""
    rows = tx.all("pages.of_conversation", conversation=conversation, limit=limit)
    return [_from_row(row) for row in rows]


def rehash(tx: Transaction, id_: str, *, content_hash: str, tokens: int) -> None:
    """Note that a turn inside a page says something else now."""
    tx.run("pages.rehash", id=id_, content_hash=content_hash, tokens=tokens)


def summarise(tx: Transaction, page: Page) -> bool:
    """Keep a summary. False when the page has changed since, or has a better one."""
    return bool(
        tx.run(
            "pages.summarise",
            id=page.id,
            summary=storable(page.summary),
            label=storable(page.label),
            summary_by=page.summary_by,
            summary_state=page.summary_state.value,
            content_hash=page.summary_hash,
            prompt=page.summary_prompt,
            order=page.summary_order,
            points=_column(page.summary_points),
            entities=_column(page.summary_entities),
        )
    )


def outline(tx: Transaction, conversation: str) -> list[PageOutline]:
    """Return the pages of a conversation without their texts, the oldest first."""
    return [
        PageOutline(
            id=row["id"],
            label=row["label"],
            first_turn=row["first_turn"],
            first_seq=row["first_seq"],
            last_seq=row["last_seq"],
            turns=row["turns"],
            tokens=row["tokens"],
            first_at=None if row["first_at"] is None else from_micros(row["first_at"]),
            lifecycle=Lifecycle(row["lifecycle"]),
        )
        for row in tx.all("pages.outline", conversation=conversation)
    ]


def _from_row(row: Row) -> Page:
    return Page(
        id=row["id"],
        conversation=row["conversation"],
        first_seq=row["first_seq"],
        last_seq=row["last_seq"],
        first_turn=row["first_turn"],
        last_turn=row["last_turn"],
        turns=row["turns"],
        tokens=row["tokens"],
        content_hash=row["content_hash"],
        first_at=None if row["first_at"] is None else from_micros(row["first_at"]),
        last_at=None if row["last_at"] is None else from_micros(row["last_at"]),
        closed_at=from_micros(row["closed_at"]),
        lifecycle=Lifecycle(row["lifecycle"]),
        label=row["label"],
        summary=row["summary"],
        summary_by=row["summary_by"],
        summary_state=SummaryState(row["summary_state"]),
        summary_hash=row["summary_hash"],
        summary_prompt=row["summary_prompt"],
        summary_order=row["summary_order"],
        summary_points=tuple(map(_point, json.loads(row["summary_points"]))),
        summary_entities=tuple(
            PageEntity(text=each["text"], turns=tuple(each["turns"]))
            for each in json.loads(row["summary_entities"])
        ),
    )


def _column(values: Sequence[SummaryPoint | PageEntity]) -> str:
    members = [asdict(value) for value in values]
    return storable(json.dumps(members, ensure_ascii=False, separators=(",", ":")))


def _point(member: dict[str, Any]) -> SummaryPoint:
    return SummaryPoint(
        text=member["text"],
        turns=tuple(member["turns"]),
        is_pinned=member.get("is_pinned", False),
    )
