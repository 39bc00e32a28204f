"""Turns that come into the record, and what closing pages must know of them.

Who has opted out comes in without a word: see `withheld`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.tokens import estimate_turn
from minutebook.domain.turns import ROLES, Origin, Role, TurnDraft, Withheld
from minutebook.store import margins, withheld
from minutebook.store.parts import to_column, to_content
from minutebook.store.transaction import Row, Transaction, storable
from minutebook.store.withheld import KeptOut

WITHHELD = "withheld"
"""Stands for the content hash of a withheld turn where the content of its page is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpagedTurn:
    """What closing pages must know of a turn."""

    seq: int
    key: str
    content_hash: str
    role: Role
    at: datetime | None
    tokens: int
    calls: tuple[str, ...] = ()
    """Ids of the tool calls it makes."""
    results: tuple[str, ...] = ()
    """Ids of the tool calls it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTurn:
    """A draft with its place in the record."""

    draft: TurnDraft
    key: str
    seq: int
    sort_at: int
    tokens: int
    kept_out: KeptOut | None = None
    """Who said it, if they have opted out: the turn comes in without a word."""

    def as_unpaged(self) -> UnpagedTurn:
        """Return what closing pages must know of it."""
        content = self.draft.content
        calls, results = content.tool_calls, content.tool_results
        return UnpagedTurn(
            seq=self.seq,
            key=self.key,
            content_hash=content.hash if self.kept_out is None else WITHHELD,
            role=self.draft.role,
            at=self.draft.at,
            tokens=self.tokens,
            calls=tuple([call.id for call in calls]) if calls else (),
            results=tuple([result.call_id for result in results]) if results else (),
        )


def append(
    tx: Transaction, conversation: str, new: Iterable[NewTurn], origin: Origin, now: datetime
) -> None:
    """Add turns behind those that have arrived."""
    recorded_at = to_micros(now)
    new = list(new)
    tx.insert_many(
        "turns.append",
        (_to_row(conversation, turn, origin.value, recorded_at) for turn in new),
    )
    for turn in new:
        if turn.kept_out is not None:
            _withhold(tx, conversation, turn, turn.kept_out)


def unpaged(tx: Transaction, conversation: str, paged_seq: int, last_seq: int) -> list[UnpagedTurn]:
    """Return the turns that arrived behind the last closed page, up to an arrival number."""
    rows = tx.all(
        "turns.unpaged", conversation=conversation, paged_seq=paged_seq, last_seq=last_seq
    )
    return [_unpaged(row) for row in rows]


def as_of(draft: TurnDraft) -> int | None:
    """Return as of when its source tells a draft, in microseconds since 1970."""
    return None if draft.as_of is None else to_micros(draft.as_of)


def _to_row(
    conversation: str, turn: NewTurn, origin: str, recorded_at: int
) -> tuple[str | int | None, ...]:
    draft, is_open = turn.draft, turn.kept_out is None
    return (
        conversation,
        turn.key,
        turn.seq,
        draft.role.value,
        storable(draft.author) if is_open else "",
        storable(draft.content.text) if is_open else "",
        to_column(draft.content) if is_open else None,
        draft.content.hash,
        None if draft.native_id is None else storable(draft.native_id),
        None if draft.parent is None else storable(draft.parent),
        None if draft.at is None else to_micros(draft.at),
        storable(draft.at_raw),
        draft.zone_known,
        turn.sort_at,
        draft.is_active,
        turn.tokens,
        origin,
        recorded_at,
        as_of(draft),
        margins.to_column(draft.margin),
        Withheld.NO if turn.kept_out is None else turn.kept_out.withheld,
    )


def _withhold(tx: Transaction, conversation: str, turn: NewTurn, who: KeptOut) -> None:
    tokens = estimate_turn(turn.draft.content)
    withheld.put_new_aside(tx, conversation, turn.key, who, turn.draft, tokens)


def _unpaged(row: Row) -> UnpagedTurn:
    content = to_content("", row["parts"])
    return UnpagedTurn(
        seq=row["seq"],
        key=row["key"],
        content_hash=row["content_hash"],
        role=ROLES[row["role"]],
        at=None if row["at"] is None else from_micros(row["at"]),
        tokens=row["tokens"],
        calls=tuple(call.id for call in content.tool_calls),
        results=tuple(result.call_id for result in content.tool_results),
    )
