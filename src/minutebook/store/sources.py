"""The chat logs that were read: how far, and how to go on; and the paths that are watched."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.watched import DEFAULTS, FolderSettings, WatchedPath
from minutebook.store import changes
from minutebook.store.changes import Topic
from minutebook.store.transaction import Row, Transaction, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How far a source has been read."""

    place: str
    format: str
    size: int
    """Bytes, when it was last read."""
    modified_at: datetime
    fingerprint: str
    """Hash of its first and last bytes: with the same size, another one means a rewrite."""
    resume: str = ""
    """Where and how to go on reading, as JSON of the importer's own; empty: from the start."""
    conversations: int = 0
    """How many conversations it holds."""
    turns: int = 0
    """How many turns it holds."""
    finished_at: datetime | None = None
    """When it was read to its end; None while that goes on."""


def get(tx: Transaction, place: str) -> SourceState | None:
    """Return how far a source has been read; None when it is new."""
    row = tx.one("sources.get", place=storable(place))
    return None if row is None else _from_row(row)


def put(tx: Transaction, state: SourceState) -> None:
    """Keep how far a source has been read."""
    tx.run(
        "sources.put",
        place=storable(state.place),
        format=state.format,
        size=state.size,
        modified_at=to_micros(state.modified_at),
        fingerprint=state.fingerprint,
        resume=storable(state.resume),
        conversations=state.conversations,
        turns=state.turns,
        finished_at=to_micros(state.finished_at) if state.finished_at else None,
    )


def touch(tx: Transaction, place: str, modified_at: datetime) -> None:
    """Keep that a source is the same at another time."""
    tx.run("sources.touch", place=storable(place), modified_at=to_micros(modified_at))


def newest(tx: Transaction) -> list[SourceState]:
    """Return every source that was read, by place."""
    return [_from_row(row) for row in tx.all("sources.all")]


def watch(tx: Transaction, path: str, now: datetime, settings: FolderSettings = DEFAULTS) -> bool:
    """Remember a folder or file as watched; say whether it was not before."""
    values = {"path": storable(path), "settings": _written(settings)}
    if tx.run("sources.watch", **values, now=to_micros(now)) == 0:
        return False
    changes.note(tx, Topic.WATCHED, storable(path), now)
    return True


def settle(tx: Transaction, path: str, settings: FolderSettings, now: datetime) -> bool:
    """Give a watched path other settings; say whether they were others before."""
    if tx.run("sources.settle", path=storable(path), settings=_written(settings)) == 0:
        return False
    changes.note(tx, Topic.WATCHED, storable(path), now)
    return True


def unwatch(tx: Transaction, path: str, now: datetime) -> bool:
    """Forget that a folder or file is watched; say whether it was. Its turns stay."""
    if tx.run("sources.unwatch", path=storable(path)) == 0:
        return False
    changes.note(tx, Topic.WATCHED, storable(path), now)
    return True


def watched(tx: Transaction) -> list[WatchedPath]:
    """Return the folders and files that are watched, by path."""
    return [
        WatchedPath(
            path=row["path"], added_at=from_micros(row["added_at"]), settings=_settings(row)
        )
        for row in tx.all("sources.watched")
    ]


def _written(settings: FolderSettings) -> str:
    """Write what differs from the defaults."""
    found, usual = asdict(settings), asdict(DEFAULTS)
    kept = {name: value for name, value in found.items() if value != usual[name]}
    return storable(json.dumps(kept, separators=(",", ":"), ensure_ascii=False))


def _settings(row: Row) -> FolderSettings:
    """Read settings back; a store of before there were any has none."""
    kept = json.loads(row["settings"]) if "settings" in row.keys() else {}  # noqa: SIM118 - a row is no mapping
    return FolderSettings(
        include=tuple(kept.get("include", ())),
        exclude=tuple(kept.get("exclude", ())),
        zone=kept.get("zone", ""),
        format=kept.get("format", ""),
        title=kept.get("title", ""),
        scribe=kept.get("scribe", True),
    )


def _from_row(row: Row) -> SourceState:
    return SourceState(
        place=row["place"],
        format=row["format"],
        size=row["size"],
        modified_at=from_micros(row["modified_at"]),
        fingerprint=row["fingerprint"],
        resume=row["resume"],
        conversations=row["conversations"],
        turns=row["turns"],
        finished_at=None if row["finished_at"] is None else from_micros(row["finished_at"]),
    )
