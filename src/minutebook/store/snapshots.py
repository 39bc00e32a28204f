"""Snapshots in the store: small rows that name a layout and say how far the record went."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from minutebook.clock import from_micros, to_micros
from minutebook.domain.context import Moment, PagedIn, Place, Span, Why
from minutebook.domain.identity import digest
from minutebook.domain.snapshots import HeldPage, Snapshot, SnapshotKind
from minutebook.errors import NotFoundError
from minutebook.store.naming import MOST_NAMED, several
from minutebook.store.spans import ranges_column, to_ranges
from minutebook.store.transaction import Row, Transaction, storable
from minutebook.store.turns import BEGINNING, END

_HINT = "`minutebook snapshot list` shows them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A turn that says something else since a moment."""

    turn: int
    """Row id."""
    key: str


def add(tx: Transaction, taken: Snapshot) -> bool:
    """Keep a snapshot; False when one of its id is kept already, which stays as it is."""
    hash_ = digest(taken.system, taken.instructions)
    tx.run(
        "snapshots.keep_prompt",
        hash=hash_,
        text=storable(taken.system),
        instructions=storable(taken.instructions),
    )
    return (
        tx.run(
            "snapshots.add",
            id=taken.id,
            conversation=taken.conversation,
            at=to_micros(taken.at),
            kind=taken.kind.value,
            label=storable(taken.label),
            page=taken.page,
            revision=taken.revision,
            through_sort=taken.through[0],
            through_seq=taken.through[1],
            turns=taken.moment.turns,
            paged=taken.moment.paged,
            gone=ranges_column(taken.moment.left),
            tokens=taken.tokens,
            model=storable(taken.model),
            system=hash_,
            zone=taken.zone,
            slot=_slot_column(taken.slot),
        )
        > 0
    )


def get(tx: Transaction, wanted: str) -> Snapshot:
    """Return a snapshot by its id, or the beginning of one. Raises NotFoundError."""
    rows = tx.all("snapshots.fitting", wanted=wanted, limit=MOST_NAMED + 1) if wanted else []
    exact = [row for row in rows if row["id"] == wanted] or rows
    if len(exact) > 1:
        raise several("snapshot", wanted, [f"{row['id']} ({row['label']})" for row in exact])
    if not exact:
        raise NotFoundError("snapshot", wanted, hint=_HINT)
    return _snapshot(exact[0])


def of_conversation(tx: Transaction, conversation: str, *, limit: int) -> list[Snapshot]:
    """Return the snapshots of a conversation, or of all for an empty id, the newest first."""
    rows = tx.all("snapshots.newest", conversation=conversation, limit=limit)
    return [_snapshot(row) for row in rows]


def last_read(tx: Transaction, conversation: str, turns: int) -> Place:
    """Return the place of the last active turn among those that arrived up to a number."""
    row = tx.one("contexts.last_read", conversation=conversation, turns=turns)
    return BEGINNING if row is None else (row["sort_at"], row["seq"])


def left_between(tx: Transaction, span: Span, turns: int) -> list[int]:
    """Return the arrival numbers of the turns of a span that are on branches that were left."""
    through = END if span.through is None else span.through
    rows = tx.all(
        "contexts.left_between",
        conversation=span.conversation,
        turns=turns,
        behind_sort=span.behind[0],
        behind_seq=span.behind[1],
        through_sort=through[0],
        through_seq=through[1],
    )
    return [row["seq"] for row in rows]


def revised(tx: Transaction, turns: Iterable[int], since: datetime) -> list[Revised]:
    """Return those of some turns, by row id, that were revised since a moment."""
    ids = json.dumps(list(turns))
    rows = tx.all("snapshots.revised", turns=ids, since=to_micros(since))
    return [Revised(turn=row["id"], key=row["key"]) for row in rows]


def set_origin(tx: Transaction, conversation: str, snapshot: str) -> None:
    """Note that a conversation goes on from a snapshot of another."""
    tx.run("snapshots.set_origin", conversation=conversation, snapshot=snapshot)


def origin(tx: Transaction, conversation: str) -> Snapshot | None:
    """Return the snapshot that a conversation goes on from, if it does."""
    row = tx.one("contexts.goes_on", conversation=conversation)
    return None if row is None else get(tx, row["snapshot"])


def begun_from(tx: Transaction, origin: str, turns: int) -> str | None:
    """Return a conversation in which nothing was said, and that goes on from another one as it is
    after so many turns."""
    row = tx.one("snapshots.begun_from", origin=origin, turns=turns)
    return None if row is None else row["conversation"]


def _snapshot(row: Row) -> Snapshot:
    return Snapshot(
        id=row["id"],
        conversation=row["conversation"],
        at=from_micros(row["at"]),
        kind=SnapshotKind(row["kind"]),
        label=row["label"],
        page=row["page"],
        revision=row["revision"],
        through=(row["through_sort"], row["through_seq"]),
        moment=Moment(
            turns=row["turns"], paged=row["paged"], left=to_ranges(json.loads(row["gone"]))
        ),
        tokens=row["tokens"],
        model=row["model"],
        system=row["text"],
        instructions=row["instructions"],
        zone=row["zone"],
        slot=tuple(map(_held, json.loads(row["slot"]))),
    )


def _slot_column(slot: Sequence[HeldPage]) -> str:
    members = [
        asdict(each.paged) | {"last_at": to_micros(each.paged.last_at), "read": each.read}
        for each in slot
    ]
    return storable(json.dumps(members, ensure_ascii=False, separators=(",", ":")))


def _held(member: dict[str, Any]) -> HeldPage:
    rest = {name: value for name, value in member.items() if name != "read"}
    paged = PagedIn(
        **{**rest, "why": Why(rest["why"]), "last_at": from_micros(rest["last_at"])},
    )
    return HeldPage(paged=paged, read=to_ranges(member["read"]))
