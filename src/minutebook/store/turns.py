"""Turns in the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.turns import ROLES, Ending, Margin, Origin, Turn, TurnDraft, Withheld
from minutebook.errors import NotFoundError
from minutebook.store import archive_restoring, margins, withheld
from minutebook.store.archive_cold import warm
from minutebook.store.arriving import as_of
from minutebook.store.parts import to_column, to_content
from minutebook.store.transaction import Row, Transaction, storable

BEGINNING = (-(2**62), 0)
"""A place before every turn in reading order."""
END = (2**62, 0)
"""A place behind every turn in reading order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTurn:
    """What importing must know of a turn that is in the record."""

    id: int
    key: str
    seq: int
    sort_at: int
    content_hash: str
    tokens: int
    is_active: bool
    revision: int
    as_of: int | None
    """As of when its source told it, in microseconds since 1970."""
    margin: str | None = None
    """Its column."""
    withheld: int = Withheld.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftTurn:
    """A turn on a branch that was left."""

    key: str
    parent: str | None
    place: tuple[int, int]
    """In reading order: (sort_at, seq)."""


def known(tx: Transaction, conversation: str, keys: Sequence[str]) -> dict[str, KnownTurn]:
    """Return those turns of a conversation that have one of these keys."""
    rows = tx.all("turns.known", conversation=conversation, keys=json.dumps(keys))
    found = (KnownTurn(**dict(row) | {"is_active": bool(row["is_active"])}) for row in rows)
    return {turn.key: turn for turn in found}


def holders(
    tx: Transaction, source: str, said: Sequence[tuple[str, str]], *, at_raw: str = ""
) -> list[tuple[str, int]]:
    """Return the conversations of a source that have some of these turns, and how many.

    Turns are given as (key, content hash); with `at_raw`, only those count that the log gives just
    this time. Best first: with the most of the turns, and then with the fewest others.
    """
    rows = tx.all("turns.holders", source=source, turns=json.dumps(said), at_raw=storable(at_raw))
    return [(row["conversation"], row["shared"]) for row in rows]


def holding(tx: Transaction, source: str, key: str, *, at_raw: str = "") -> list[str]:
    """Return the conversations of a source that have a turn with this key (and this time)."""
    rows = tx.all("turns.holding", source=source, key=key, at_raw=storable(at_raw))
    return [row["conversation"] for row in rows]


def elsewhere(
    tx: Transaction, source: str, conversation: str, keys: Sequence[str]
) -> list[tuple[str, str]]:
    """Return those keys that other conversations of a source have, each with its conversation."""
    rows = tx.all(
        "turns.elsewhere", source=source, conversation=conversation, keys=json.dumps(keys)
    )
    return [(row["key"], row["conversation"]) for row in rows]


def last_key(tx: Transaction, conversation: str) -> str | None:
    """Return the key of the last turn in reading order."""
    row = tx.one("turns.last_key", conversation=conversation)
    return None if row is None else row["key"]


def last_arrived(tx: Transaction, conversation: str) -> str | None:
    """Return the key of the turn that arrived last."""
    row = tx.one("turns.last_arrived", conversation=conversation)
    return None if row is None else row["key"]


def has_said(tx: Transaction, turn: KnownTurn, content_hash: str) -> bool:
    """Say whether a turn had this content before it was revised."""
    if turn.revision == 0:
        return False
    return tx.one("turns.was_once", turn=turn.id, content_hash=content_hash) is not None


def revise(
    tx: Transaction, turn: KnownTurn, key: str, draft: TurnDraft, tokens: int, now: datetime
) -> None:
    """Let a turn say something else from now on; what it said before is kept. If it is cold, its
    page comes back first; raises ArchiveError when it cannot. What is withheld stays so."""
    if turn.withheld:
        withheld.revise(tx, turn.id, key, draft, tokens, now)
        return
    archive_restoring.thaw_turn(tx, turn.id, now)
    tx.run("turns.keep_revision", turn=turn.id, now=to_micros(now))
    tx.run(
        "turns.revise",
        turn=turn.id,
        key=key,
        role=draft.role.value,
        author=storable(draft.author),
        text=storable(draft.content.text),
        parts=to_column(draft.content),
        content_hash=draft.content.hash,
        tokens=tokens,
        as_of=as_of(draft),
    )


def keep_earlier(tx: Transaction, turn: KnownTurn, draft: TurnDraft, now: datetime) -> None:
    """Keep what a turn said before what it says in the record. A cold turn comes back first."""
    archive_restoring.thaw_turn(tx, turn.id, now)
    tx.run(
        "turns.keep_earlier",
        turn=turn.id,
        text=storable(draft.content.text),
        parts=to_column(draft.content),
        content_hash=draft.content.hash,
        now=to_micros(now),
        as_of=as_of(draft),
    )
    tx.run("turns.count_earlier", turn=turn.id)


def confirm(tx: Transaction, ids: Sequence[int], as_of: int) -> None:
    """Note that turns still say the same as of a later moment."""
    tx.run("turns.confirm", turns=json.dumps(ids), as_of=as_of)


def annotate(tx: Transaction, known: KnownTurn, margin: Margin) -> bool:
    """Keep what a source notes beside a turn; say whether it is something else than before."""
    column = margins.to_column(margin)
    if column == known.margin:
        return False
    tx.run("turns.annotate", turn=known.id, margin=column)
    return True


def set_active(tx: Transaction, turn: int, *, is_active: bool) -> None:
    """Move a turn to or from the branch that is read."""
    tx.run("turns.set_active", turn=turn, is_active=is_active)


def lies_between(
    tx: Transaction, conversation: str, *, low: tuple[int, int], high: int, before_seq: int
) -> bool:
    """Say whether an earlier arrival stands between two places in reading order."""
    row = tx.one(
        "turns.lies_between",
        conversation=conversation,
        low=low[0],
        low_seq=low[1],
        high=high,
        before_seq=before_seq,
    )
    return row is not None


def hashes(tx: Transaction, conversation: str, first_seq: int, last_seq: int) -> list[Row]:
    """Return key, content hash and tokens of a run of turns."""
    return tx.all("turns.hashes", conversation=conversation, first_seq=first_seq, last_seq=last_seq)


def by_seq(tx: Transaction, conversation: str, first_seq: int, last_seq: int) -> list[Turn]:
    """Return a run of turns in order of arrival."""
    rows = tx.all("turns.by_seq", conversation=conversation, first_seq=first_seq, last_seq=last_seq)
    return warm(tx, map(from_row, rows))


def by_key(tx: Transaction, conversation: str, key: str) -> Turn:
    """Return one turn. Raises NotFoundError."""
    row = tx.one("turns.by_key", conversation=conversation, key=key)
    if row is None:
        raise NotFoundError("turn", key)
    return warm(tx, [from_row(row)])[0]


def forward(
    tx: Transaction, conversation: str, *, behind: tuple[int, int] = BEGINNING, limit: int
) -> list[Turn]:
    """Return turns in reading order behind a place, given as (sort_at, seq); see `warm`."""
    rows = tx.all(
        "turns.forward", conversation=conversation, sort_at=behind[0], seq=behind[1], limit=limit
    )
    return warm(tx, map(from_row, rows), is_strict=False)


def backward(
    tx: Transaction, conversation: str, *, before: tuple[int, int] = END, limit: int
) -> list[Turn]:
    """Return the turns right before a place, given as (sort_at, seq), in reading order."""
    rows = tx.all(
        "turns.backward", conversation=conversation, sort_at=before[0], seq=before[1], limit=limit
    )
    return warm(tx, map(from_row, reversed(rows)), is_strict=False)


def end(tx: Transaction, turn: int, ending: Ending) -> None:
    """Note why a turn ended where it does."""
    tx.run("turns.end", turn=turn, ending=ending.value)


def last_active(tx: Transaction, conversation: str) -> Turn | None:
    """Return the last turn of the branch that is read."""
    row = tx.one("turns.last_active", conversation=conversation)
    return None if row is None else warm(tx, [from_row(row)])[0]


def last_asked(tx: Transaction, conversation: str) -> int | None:
    """Return the arrival number of what a person said last here, on the branch that is read."""
    row = tx.one("turns.last_asked", conversation=conversation)
    return None if row is None else row["seq"]


def first_active(tx: Transaction, conversation: str, *, behind: str | None) -> Turn | None:
    """Return the first turn behind one of the branch that is read, or the first of all."""
    place = BEGINNING
    if behind is not None:
        turn = by_key(tx, conversation, behind)
        place = (turn.sort_at, turn.seq)
    row = tx.one("turns.first_active", conversation=conversation, sort_at=place[0], seq=place[1])
    return None if row is None else warm(tx, [from_row(row)])[0]


def leave_from(tx: Transaction, turn: Turn) -> None:
    """Leave the branch that is read, from a turn on."""
    tx.run("turns.leave_from", conversation=turn.conversation, sort_at=turn.sort_at, seq=turn.seq)


def take_branch(tx: Transaction, turn: Turn) -> None:
    """Read on with a turn that was left, and with the newest turns that follow it."""
    tx.run("turns.take_branch", conversation=turn.conversation, key=turn.key)


def left(tx: Transaction, conversation: str) -> list[LeftTurn]:
    """Return the turns on branches that were left, in reading order."""
    rows = tx.all("turns.left", conversation=conversation)
    return [
        LeftTurn(key=row["key"], parent=row["parent"], place=(row["sort_at"], row["seq"]))
        for row in rows
    ]


def idle_tails(tx: Transaction, silent_since: datetime, limit: int) -> list[str]:
    """Return conversations with unpaged turns in which nothing has been said since a moment."""
    rows = tx.all("turns.idle_tails", silent_since=to_micros(silent_since), limit=limit)
    return [row["id"] for row in rows]


def from_row(row: Row) -> Turn:
    """Make a turn from a row of `turns` with its `page`; `warm` gives a cold one its text."""
    return Turn(
        id=row["id"],
        conversation=row["conversation"],
        key=row["key"],
        seq=row["seq"],
        role=ROLES[row["role"]],
        author=row["author"],
        content=to_content(row["text"], row["parts"]),
        native_id=row["native_id"],
        at=None if row["at"] is None else from_micros(row["at"]),
        at_raw=row["at_raw"],
        zone_known=bool(row["zone_known"]),
        sort_at=row["sort_at"],
        parent=row["parent"],
        is_active=bool(row["is_active"]),
        tokens=row["tokens"],
        origin=Origin(row["origin"]),
        revision=row["revision"],
        recorded_at=from_micros(row["recorded_at"]),
        page=row["page"],
        ending=Ending(row["ending"]),
        margin=margins.to_margin(row["margin"]),
        is_cold=bool(row["is_cold"]),
        withheld=Withheld(row["withheld"]),
    )
