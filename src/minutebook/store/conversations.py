"""Conversations in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain import identity
from minutebook.domain.conversations import LIVE_SOURCE, Conversation
from minutebook.errors import NotFoundError
from minutebook.store.naming import MOST_NAMED, several
from minutebook.store.transaction import Row, Transaction, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Where the record of a conversation ends."""

    turns: int
    last_sort: int
    """Reading place of the turn that arrived last."""
    max_sort: int
    """Reading place of the last turn in reading order."""
    paged_seq: int
    """The last turn, by arrival, that lies in a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What new turns add to a conversation."""

    turns: int
    tokens: int
    first_at: datetime | None
    last_at: datetime | None
    last_sort: int
    max_sort: int


def create(tx: Transaction, source: str, native_id: str, title: str, now: datetime) -> str:
    """Make sure the conversation exists; return its id."""
    native_id = storable(native_id)
    id_ = identity.conversation_id(source, native_id)
    tx.run(
        "conversations.create",
        id=id_,
        source=source,
        native_id=native_id,
        title=storable(title),
        now=to_micros(now),
    )
    return id_


def exists(tx: Transaction, source: str, native_id: str) -> bool:
    """Say whether the conversation is in the record."""
    row = tx.one("conversations.exists", source=source, native_id=storable(native_id))
    return row is not None


def beginning_with(tx: Transaction, beginning: str) -> str | None:
    """Return the native id of an imported conversation that begins so; None when none does."""
    row = tx.one("conversations.beginning_with", beginning=beginning, live=LIVE_SOURCE)
    return None if row is None else row["native_id"]


def not_beginning_with(tx: Transaction, beginning: str) -> str | None:
    """Return the native id of an imported conversation that begins otherwise; None when none
    does."""
    row = tx.one("conversations.not_beginning_with", beginning=beginning, live=LIVE_SOURCE)
    return None if row is None else row["native_id"]


def entitled(tx: Transaction, source: str, title: str) -> str | None:
    """Return a conversation that a log called so, and that had no name of its own at first."""
    row = tx.one("conversations.entitled", source=source, title=storable(title))
    return None if row is None else row["id"]


def get(tx: Transaction, id_: str) -> Conversation:
    """Return a conversation by its id. Raises NotFoundError."""
    row = tx.one("conversations.get", id=id_)
    if row is None:
        raise NotFoundError("conversation", id_, hint="`minutebook conversations` lists them.")
    return _from_row(row)


def find(tx: Transaction, wanted: str) -> Conversation:
    """Return the one conversation with this id, native id or title, or whose id or title begins so.

    Raises NotFoundError, which names what fits when that is several.
    """
    for name, values in (
        ("conversations.by_native_id", {"native_id": wanted}),
        ("conversations.by_prefix", {"prefix": wanted}),
        ("conversations.by_title", {"title": wanted}),
        ("conversations.titled", {"beginning": wanted}),
    ):
        rows = tx.all(name, **values, limit=MOST_NAMED + 1) if wanted.strip() else []
        if len(rows) == 1:
            return get(tx, rows[0]["id"])
        if rows:
            named = [f"{row['id']} ({row['title']})" for row in rows]
            raise several("conversation", wanted, named)
    return get(tx, wanted)


def newest(tx: Transaction, *, limit: int, source: str = "", words: str = "") -> list[Conversation]:
    """Return conversations, the one with the newest turn first."""
    rows = tx.all("conversations.newest", source=source, words=words, limit=limit)
    return [_from_row(row) for row in rows]


def tail(tx: Transaction, id_: str) -> Tail:
    """Return where the record of a conversation ends. Raises NotFoundError."""
    row = tx.one("conversations.tail", id=id_)
    if row is None:
        raise NotFoundError("conversation", id_)
    return Tail(
        turns=row["turns"],
        last_sort=row["last_sort"],
        max_sort=row["max_sort"],
        paged_seq=row["paged_seq"],
    )


def grow(tx: Transaction, id_: str, growth: Growth, now: datetime) -> None:
    """Count new turns in."""
    tx.run(
        "conversations.grow",
        id=id_,
        turns=growth.turns,
        tokens=growth.tokens,
        first_at=to_micros(growth.first_at) if growth.first_at else None,
        last_at=to_micros(growth.last_at) if growth.last_at else None,
        last_sort=growth.last_sort,
        max_sort=growth.max_sort,
        now=to_micros(now),
    )


def turn_page(tx: Transaction, id_: str, *, pages: int, paged_seq: int, now: datetime) -> None:
    """Count closed pages in, up to the turn with this arrival number."""
    tx.run("conversations.turn_page", id=id_, pages=pages, paged_seq=paged_seq, now=to_micros(now))


def reweigh(tx: Transaction, id_: str, tokens: int, now: datetime) -> None:
    """Add the difference in tokens that an edit made."""
    tx.run("conversations.reweigh", id=id_, tokens=tokens, now=to_micros(now))


def rename(tx: Transaction, id_: str, title: str, now: datetime) -> None:
    """Give a conversation another title, whatever its exports call it."""
    tx.run("conversations.title_document", id=id_, title=storable(title), as_of=None)
    tx.run("conversations.rename", id=id_, title=storable(title), now=to_micros(now))


def begin_behind(tx: Transaction, id_: str, place: int) -> None:
    """Let everything that will be said in a conversation without turns stand behind a place."""
    tx.run("conversations.begin_behind", id=id_, place=place)


def entitle(tx: Transaction, id_: str, title: str, as_of: datetime, now: datetime) -> None:
    """Give a conversation the title that an export of a moment has, unless a newer one had one."""
    tx.run("conversations.title_document", id=id_, title=storable(title), as_of=to_micros(as_of))
    tx.run(
        "conversations.entitle",
        id=id_,
        title=storable(title),
        as_of=to_micros(as_of),
        now=to_micros(now),
    )


def adopt(tx: Transaction, id_: str, parent: str, parent_turn: str) -> None:
    """Note which conversation this one is a part of, by the native id that it has in their source.
    It need not be in the record."""
    tx.run(
        "conversations.adopt",
        id=id_,
        parent=identity.conversation_id(get(tx, id_).source, storable(parent)),
        parent_turn=storable(parent_turn) or None,
    )


def sources(tx: Transaction) -> list[tuple[str, int]]:
    """Return each source kind with its number of conversations."""
    return [(row["source"], row["conversations"]) for row in tx.all("conversations.sources")]


def _from_row(row: Row) -> Conversation:
    return Conversation(
        id=row["id"],
        source=row["source"],
        native_id=row["native_id"],
        title=row["title"],
        created_at=from_micros(row["created_at"]),
        turns=row["turns"],
        pages=row["pages"],
        tokens=row["tokens"],
        first_at=None if row["first_at"] is None else from_micros(row["first_at"]),
        last_at=None if row["last_at"] is None else from_micros(row["last_at"]),
        document=row["document"],
        parent=row["parent"],
        parent_turn=row["parent_turn"],
    )
