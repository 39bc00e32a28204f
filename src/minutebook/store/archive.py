"""The manifest of the archive, and the transaction in which texts leave the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from minutebook.clock import from_micros, to_micros
from minutebook.domain.archive import ArchiveFile, ArchiveStats, FileKind, FileState
from minutebook.errors import StoreError
from minutebook.store.transaction import Row, Transaction

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A page that is to leave."""

    id: str
    at: datetime
    """The time it speaks of."""
    turns: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A page as it was written."""

    turns: int
    said: str
    """The hashes of the page and of its turns: whether it still says what was written of it."""


def due(tx: Transaction, before: datetime, limit: int) -> list[DuePage]:
    """Return the pages whose review began before a moment, by the time they speak of."""
    return [
        DuePage(id=row["id"], at=from_micros(row["at"]), turns=row["turns"], tokens=row["tokens"])
        for row in tx.all("archive.due", before=to_micros(before), limit=limit)
    ]


def page_lines(
    tx: Transaction, pages: Sequence[str], grace: timedelta, now: datetime
) -> Iterator[bytes]:
    """Yield pages as lines of CSV, without their ends."""
    rows = tx.each(
        "archive.page_lines",
        pages=json.dumps(pages),
        grace=grace // _MICROSECOND,
        now=to_micros(now),
    )
    return map(_whole, rows)


def turn_lines(tx: Transaction, pages: Sequence[str]) -> Iterator[bytes]:
    """Yield the turns of pages as lines of CSV, without their ends."""
    return map(_whole, tx.each("archive.turn_lines", pages=json.dumps(pages)))


def leaving(tx: Transaction, pages: Iterable[str]) -> dict[str, Leaving]:
    """Return those of the pages that may leave: not kept, pinned or without a turn."""
    return {
        row["id"]: Leaving(turns=row["said"].count(",") + 1, said=row["said"])
        for row in tx.all("archive.may_leave", pages=json.dumps(list(pages)))
        if row["said"] is not None
    }


def chill(tx: Transaction, written: Mapping[str, Leaving], name: str, now: datetime) -> list[str]:
    """Let the texts of pages leave: they lie in a file. Return the pages that left.

    One that was kept, pinned or edited since it was written stays. The caller notes the moves.
    """
    present = leaving(tx, written)
    gone = [page for page, its in written.items() if present.get(page) == its]
    if not gone:
        return gone
    ids = json.dumps(gone)
    pages = tx.run("archive.archive_pages", pages=ids, file=name, now=to_micros(now))
    tx.run("archive.weigh_cold", pages=ids)
    tx.run("archive.chill_revisions", pages=ids)
    turns = tx.run("archive.chill", pages=ids)
    if (pages, turns) != (len(gone), sum(written[page].turns for page in gone)):
        raise StoreError("Pages that are to leave have other turns than were written.")
    return gone


def begin_files(tx: Transaction, fresh: Sequence[ArchiveFile]) -> None:
    """Note that files are about to be written, so that they are found again after a crash."""
    for file in fresh:
        tx.run(
            "archive.begin_file",
            path=file.path,
            file=file.name,
            kind=file.kind.value,
            year=file.year,
            month=file.month,
            schema_version=file.schema_version,
            now=to_micros(file.written_at),
        )


def finish_file(tx: Transaction, file: ArchiveFile) -> None:
    """Note that a file has been written and proven. Raises StoreError when nobody knew of it."""
    done = tx.run(
        "archive.finish_file",
        path=file.path,
        rows=file.rows,
        bytes=file.bytes,
        sha256=file.sha256,
        content_hash=file.content_hash,
    )
    if not done:
        raise StoreError(f"The archive's file {file.path!r} was given up meanwhile.")


def forget_files(tx: Transaction, paths: Sequence[str]) -> None:
    """Strike files from the manifest."""
    for path in paths:
        tx.run("archive.forget_file", path=path)


def files(tx: Transaction, state: FileState = FileState.LIVE) -> list[ArchiveFile]:
    """Return the files in a state, by path."""
    return [_file(row) for row in tx.all("archive.files", state=state.value)]


def retired_before(tx: Transaction, moment: datetime) -> list[ArchiveFile]:
    """Return the files that were retired by a moment."""
    return [_file(row) for row in tx.all("archive.retired_before", before=to_micros(moment))]


def retire(tx: Transaction, name: str, now: datetime) -> None:
    """Note that the two files of a name are no longer needed."""
    tx.run("archive.retire", file=name, now=to_micros(now))


def retire_empty(tx: Transaction, name: str, now: datetime) -> None:
    """Note so if none of their pages is archived in them."""
    tx.run("archive.retire_empty", file=name, now=to_micros(now))


def move_pages(tx: Transaction, old: str, new: str) -> None:
    """Note that the pages of a name lie in another one's files now."""
    tx.run("archive.move_pages", old=old, file=new)


def pages_in(tx: Transaction, name: str) -> frozenset[str]:
    """Return the archived pages that lie in the files of a name."""
    return frozenset(row["id"] for row in tx.all("archive.pages_in", file=name))


def turns_in(tx: Transaction, name: str) -> int:
    """Return how many turns lie in them."""
    row = tx.one("archive.turns_in", file=name)
    return 0 if row is None else int(row["turns"])


def archived(tx: Transaction, conversation: str = "") -> Mapping[str, str]:
    """Return the archived pages, each with the name of its files."""
    rows = tx.all("archive.archived", conversation=conversation)
    return {row["id"]: row["archive"] for row in rows}


def orphans(tx: Transaction) -> int:
    """Return how many turns are cold of which no file is known: there should be none."""
    row = tx.one("archive.orphans")
    return 0 if row is None else int(row["turns"])


def stats(tx: Transaction) -> ArchiveStats:
    """Return how much is in the archive."""
    row = tx.one("archive.stats")
    months = tx.all("archive.months")
    return ArchiveStats(
        **dict(row or {}),
        months=tuple(
            (f"{each['year']:04}-{each['month']:02}", each["pages"], each["bytes"])
            for each in months
        ),
    )


def _whole(row: Row) -> bytes:
    line = row[0]
    if line is None:
        raise StoreError("A turn or page of the store lacks something that it must have.")
    return bytes(line)


def _file(row: Row) -> ArchiveFile:
    return ArchiveFile(
        path=row["path"],
        name=row["name"],
        kind=FileKind(row["kind"]),
        year=row["year"],
        month=row["month"],
        rows=row["rows"],
        bytes=row["bytes"],
        sha256=row["sha256"],
        content_hash=row["content_hash"],
        schema_version=row["schema_version"],
        written_at=from_micros(row["written_at"]),
        state=FileState(row["state"]),
    )
