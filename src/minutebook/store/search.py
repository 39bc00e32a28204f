"""Full-text search over turns: what matches, and a glance at it. Whoever asks ranks it.

Answers that only quote the record are never found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from minutebook.clock import to_micros
from minutebook.domain.turns import OFFLINE, Role, Turn
from minutebook.store import archive_cold, turns
from minutebook.store.transaction import Row, Transaction, Value, storable

_COPIES = {"answering": Role.ASSISTANT.value, "quoting": OFFLINE}
"""What is left out: what `offline` answers is in the record in the words of those who said it."""
_SEEN = 20_000
"""Characters of a turn that tell how good it is."""
_AUTHORS = 2_000
_FEW = 20_000
"""Turns that are named one by one."""
_TALKS = 1_000
"""Conversations that are named one by one."""
_WALKED = 100_000
"""Turns that are looked at for a filter that no index knows of: some tens of milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A turn that was found."""

    turn: Turn
    conversation_title: str
    score: float
    """The higher, the better; only hits of one search compare."""
    is_archived: bool = False
    """Whether its text lies in the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How often a term is used, by its newest uses."""

    seen: int
    oldest: int
    newest: int

    def estimate(self, limit: int) -> float:
        """Return in how many turns it is, when its newest `limit` uses were looked at."""
        if self.seen < limit:
            return float(self.seen)
        return self.seen * self.newest / max(1, self.newest - self.oldest)

    def floor(self, limit: int, uses: int) -> int:
        """Return the id above which it is used about so many times."""
        if self.seen < limit:
            return 0
        return max(0, self.newest - (self.newest - self.oldest) * uses // self.seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Of a candidate, what tells how good it is."""

    id: int
    conversation: str
    seq: int
    role: str
    author: str
    title: str
    text: str
    parts: str
    """Tool traffic and the like, as JSON text; empty when there is none."""
    unread_bytes: int | None = None
    """Of a text that lies in the archive, and is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which turns are looked through. None lets everything through."""

    floor: int = 0
    upto: int = 2**62
    """Ids, both included."""
    conversations: tuple[str, ...] | None = None
    authors: tuple[str, ...] | None = None
    """Names as they stand."""
    roles: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    seqs: tuple[int, int] | None = None
    ids: frozenset[int] | None = None
    """The only ones, where they are few: the index passes over all others at once."""
    has: frozenset[str] = frozenset()
    without: frozenset[int] = frozenset()
    """Turns that are passed over, of an open reach."""

    @property
    def is_open(self) -> bool:
        """Whether the ids are all that is asked for, so that the index alone can answer."""
        return self == Reach(floor=self.floor, upto=self.upto, without=self.without)

    def bounds(self) -> dict[str, Value]:
        """Return what statements on the index alone want."""
        without = json.dumps(list(self.without)) if self.without else None
        return {"floor": self.floor, "upto": self.upto, "without": without}

    def values(self) -> dict[str, Value]:
        """Return it as the statements want it."""
        first, last = self.seqs or (None, None)
        return {
            "floor": self.floor,
            "upto": self.upto,
            "conversations": _listed(self.conversations),
            "authors": _listed(self.authors),
            "roles": _listed(self.roles),
            "since": None if self.since is None else to_micros(self.since),
            "until": None if self.until is None else to_micros(self.until),
            "first_seq": first,
            "last_seq": last,
            "ids": None if self.ids is None else json.dumps(sorted(self.ids)),
            "tools": int("tools" in self.has),
            "attachments": int("attachments" in self.has),
        }


def newest_id(tx: Transaction) -> int:
    """Return the id of the turn that was recorded last; 0 in an empty record."""
    row = tx.one("search.newest_id")
    return 0 if row is None else int(row["id"])


def within(tx: Transaction, conversation: str, upto: int) -> Reach:
    """Return the reach of one conversation; ids alone, where no other's turns lie between."""
    row = tx.one("search.bounds", conversation=conversation)
    if row is None:
        return Reach(floor=1, upto=0)
    floor, last = row["floor"], row["upto"]
    is_apart = last - floor + 1 == row["turns"]
    return Reach(
        floor=floor,
        upto=min(last, upto),
        conversations=None if is_apart else (conversation,),
    )


def pinned(tx: Transaction) -> frozenset[int]:
    """Return the turns that are pinned, or lie in pages that are; the newest, if there are many."""
    return frozenset(_ids(tx.all("search.pinned", limit=_FEW)))


def narrowed(tx: Transaction, reach: Reach) -> Reach:
    """Return a reach with its turns named, where its conversations, authors or times have few.

    However common a word is, a search then walks the index only, and only between them.
    """
    talks = _of_time(tx, reach)
    reach = _between(tx, reach, talks)
    for statement, names in (
        ("search.of_conversations", talks),
        ("search.of_authors", reach.authors),
    ):
        if names is not None:
            ids = frozenset(_ids(tx.all(statement, names=_listed(names), limit=_FEW + 1)))
            if len(ids) <= _FEW:
                reach = replace(reach, ids=ids if reach.ids is None else reach.ids & ids)
    if not reach.ids:
        return reach
    floor, upto = max(reach.floor, min(reach.ids)), min(reach.upto, max(reach.ids))
    return replace(reach, floor=floor, upto=upto)


def _of_time(tx: Transaction, reach: Reach) -> tuple[str, ...] | None:
    """Return the conversations that a time may lie in; None when it does not leave out enough."""
    if reach.since is None and reach.until is None:
        return reach.conversations
    times = {name: reach.values()[name] for name in ("since", "until", "conversations")}
    found = tuple(row["id"] for row in tx.all("search.of_times", limit=_TALKS + 1, **times))
    return found if len(found) <= _TALKS else reach.conversations


def _between(tx: Transaction, reach: Reach, talks: tuple[str, ...] | None) -> Reach:
    """Return a reach that begins and ends with the turns of some conversations."""
    if talks is None or len(talks) > _TALKS:
        return reach
    row = tx.one("search.between", names=_listed(talks))
    if row is None or row["floor"] is None:
        return replace(reach, ids=frozenset())
    return replace(reach, floor=max(reach.floor, row["floor"]), upto=min(reach.upto, row["upto"]))


def spread(tx: Transaction, expression: str, *, upto: int, limit: int) -> Spread:
    """Look at the newest `limit` uses of a term."""
    row = tx.one("search.spread", expression=expression, upto=upto, limit=limit)
    if row is None or not row["seen"]:
        return Spread(seen=0, oldest=0, newest=0)
    return Spread(seen=row["seen"], oldest=row["oldest"], newest=row["newest"])


def newest(tx: Transaction, expression: str, reach: Reach, limit: int) -> list[int]:
    """Return the ids of the newest turns that match an FTS5 expression, the newest first.

    Where a filter names no turns, the newest `_WALKED` matches are looked through for it.
    """
    if not reach.is_open:
        if reach.ids is None:
            return _filtered(tx, expression, reach, limit)
        rows = tx.all("search.newest_kept", expression=expression, limit=limit, **reach.values())
        return _ids(rows)
    return _ids(tx.all("search.newest", expression=expression, limit=limit, **reach.bounds()))


def _filtered(tx: Transaction, expression: str, reach: Reach, limit: int) -> list[int]:
    """Look through what matches, the newest first, in steps that grow."""
    found: list[int] = []
    upto, step, left = reach.upto, 4 * limit, _WALKED
    while left > 0 and len(found) < limit:
        step = min(step, left)
        bounds = replace(reach, upto=upto).bounds()
        matching = _ids(tx.all("search.newest", expression=expression, limit=step, **bounds))
        some = replace(reach, ids=frozenset(matching))
        found += _ids(tx.all("search.kept", limit=limit, **some.values()))
        if len(matching) < step:
            break
        upto, left, step = matching[-1] - 1, left - step, 2 * step
    return found[:limit]


def best(tx: Transaction, expression: str, reach: Reach, limit: int) -> list[int]:
    """Return the ids of the best turns by BM25, within the ids of an open reach.

    It takes as long as its terms are common.
    """
    return _ids(tx.all("search.best", expression=expression, limit=limit, **reach.bounds()))


def among(tx: Transaction, expression: str, ids: Iterable[int]) -> frozenset[int]:
    """Return which of some turns match."""
    rows = tx.all("search.among", expression=expression, ids=json.dumps(list(ids)))
    return frozenset(_ids(rows))


def every(tx: Transaction, reach: Reach, limit: int) -> list[int]:
    """Return the newest turns within reach, whatever they say.

    Where a filter names no turns, the newest `_WALKED` are looked through for it.
    """
    if reach.ids is not None:
        return _ids(tx.all("search.kept", limit=limit, **reach.values()))
    if not reach.is_open:
        last = min(reach.upto, newest_id(tx))
        reach = replace(reach, floor=max(reach.floor, last - _WALKED + 1))
    return _ids(tx.all("search.every_kept", limit=limit, **reach.values()))


def containing(
    tx: Transaction, words: str, reach: Reach, conversation: str, limit: int
) -> list[int]:
    """Return the newest turns that contain a text as it stands."""
    values = {"floor": reach.floor, "upto": reach.upto, "limit": limit}
    found = tx.all("search.containing", words=storable(words), conversation=conversation, **values)
    cold = []
    if len(found) < limit:
        cold = archive_cold.containing(tx, words, conversation, limit)
    within_ = [id_ for id_ in cold if reach.floor <= id_ <= reach.upto]
    return sorted({*_ids(found), *within_}, reverse=True)[:limit]


def glances(tx: Transaction, ids: Iterable[int]) -> list[Glance]:
    """Return what tells how good some turns are, in their order; quotations are left out.

    What lies in the archive is not read: see `read`.
    """
    rows = tx.all("search.glances", ids=json.dumps(list(ids)), length=_SEEN, **_COPIES)
    return [Glance(**dict(row) | {"parts": row["parts"] or ""}) for row in rows]


def read(tx: Transaction, unread: Iterable[Glance]) -> dict[int, Glance]:
    """Return glances with their texts, by id, as far as the archive can be read."""
    by_id = {each.id: each for each in unread}
    return {
        id_: replace(
            by_id[id_], text=cold.text[:_SEEN], parts=(cold.parts or "")[:_SEEN], unread_bytes=None
        )
        for id_, cold in archive_cold.readable_columns(tx, list(by_id)).items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfTurn:
    """On which closed page a turn is."""

    turn: int
    page: str
    is_active: bool


def pages_of(tx: Transaction, ids: Iterable[int]) -> list[PageOfTurn]:
    """Return where turns are, in their order; those on no closed page are left out."""
    return [
        PageOfTurn(turn=row["id"], page=row["page"], is_active=bool(row["is_active"]))
        for row in tx.all("search.pages_of", ids=json.dumps(list(ids)))
    ]


def hits(tx: Transaction, scores: Sequence[tuple[int, float]]) -> list[Hit]:
    """Return turns to show, in the order given as (id, score)."""
    rows = tx.all("search.turns", ids=json.dumps([id_ for id_, _ in scores]))
    cold = {row["id"] for row in rows if row["is_cold"]}
    titles = {row["id"]: row["conversation_title"] for row in rows}
    read = archive_cold.warm(tx, map(turns.from_row, rows), is_strict=False)
    by_id = {turn.id: turn for turn in read}
    return [
        Hit(
            turn=by_id[id_],
            conversation_title=titles[id_],
            score=score,
            is_archived=id_ in cold,
        )
        for id_, score in scores
        if id_ in by_id
    ]


def conversations(
    tx: Transaction, *, titles: Sequence[str] = (), sources: Sequence[str] = ()
) -> dict[str, str]:
    """Return titles by conversation, of those with one of some titles and one of some sources."""
    rows = tx.all(
        "search.conversations",
        titles=_listed(tuple(map(storable, titles)) or None),
        sources=_listed(tuple(map(storable, sources)) or None),
    )
    return {row["id"]: row["title"] for row in rows}


def authors(tx: Transaction) -> list[str]:
    """Return the names of those who speak, of 2,000 at most."""
    return [row["author"] for row in tx.all("search.authors", limit=_AUTHORS)]


def vocabulary(tx: Transaction, beginning: str, limit: int) -> dict[str, int]:
    """Return words of the index that begin alike, with the number of turns that have them."""
    rows = tx.all(
        "search.vocabulary", first=beginning, behind=f"{beginning}\U0010ffff", limit=limit
    )
    return {row["term"]: row["doc"] for row in rows}


def page(tx: Transaction, id_: str) -> tuple[str, int, int] | None:
    """Return the conversation, the first and the last number of arrival of a page."""
    row = tx.one("search.page", id=storable(id_))
    return None if row is None else (row["conversation"], row["first_seq"], row["last_seq"])


def _ids(rows: Sequence[Row]) -> list[int]:
    return [row["id"] for row in rows]


def _listed(values: Sequence[str] | None) -> str | None:
    return None if values is None else json.dumps(list(values))
