"""How fast pages leave for the archive and come back, beside a bare COPY of the same rows.

    python tests/benchmarks/archive_flush.py [TURNS]

Prints JSON: rows (pages and turns) a second of a flush, with reading, writing, fsync, reading back,
proof and the transaction that clears the texts; of a bare `COPY … (PARTITION_BY)` of the same rows
out of a table of DuckDB's own; turns a second of restoring; and how much memory a flush took.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb

from archiving import Rig, rig_of
from conversing import converse, exchanges, say
from doubles import FakeClock
from minutebook.domain.archive import FileKind
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_TURNS = 100_000
_OF_A_CONVERSATION = 2_000
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


async def fill(rig: Rig, turns: int) -> None:
    """Record conversations, one a week."""
    for number in range(turns // _OF_A_CONVERSATION):
        now = _BEGIN + timedelta(weeks=number)

        def work(tx: Transaction, number: int = number, now: datetime = now) -> None:
            id_ = converse(tx, f"talk {number}", now)
            say(tx, id_, exchanges(_OF_A_CONVERSATION // 2), now, page_tokens=1_000)

        await rig.database.write(work)


def bare(folder: Path, paths: dict[FileKind, list[str]]) -> float:
    """Return the seconds that a bare COPY of the same rows takes."""
    seconds = 0.0
    with duckdb.connect(config={"threads": "2"}) as connection:
        for kind, files in paths.items():
            connection.execute(
                f"CREATE TABLE {kind.value} AS SELECT * FROM"
                f" read_parquet({files}, hive_partitioning = true)"
            )
            begun = time.perf_counter()
            connection.execute(
                f"COPY {kind.value} TO '{folder / kind.value}'"
                " (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (year, month))"
            )
            seconds += time.perf_counter() - begun
    return seconds


def memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(folder: Path, turns: int) -> dict[str, float]:
    """Fill a store, archive it, restore it."""
    database, clock = await Database.open(folder / "store.db"), FakeClock()
    clock.now = datetime(2026, 3, 14, tzinfo=UTC)
    rig = rig_of(database, clock, folder / "archive")
    await fill(rig, turns)
    pages = [page.id for page in await rig.pages("")]
    await rig.archive.review.let_go(pages)
    before = memory()
    done = await rig.archive.flush()
    after = memory()
    files = await rig.archive.files()
    paths = {
        kind: [str(folder / "archive" / file.path) for file in files if file.kind is kind]
        for kind in FileKind
    }
    (folder / "bare").mkdir()
    seconds = bare(folder / "bare", paths)
    begun = time.perf_counter()
    await rig.archive.verify()
    verified = time.perf_counter() - begun
    some = pages[:500]
    begun = time.perf_counter()
    _, came = await rig.archive.restore(some)
    restored = time.perf_counter() - begun
    rows = done.pages + done.turns
    rig.archive.close()
    await database.close()
    return {
        "rows": rows,
        "files": done.files,
        "megabytes": round(done.bytes / 1e6, 1),
        "flush_rows_per_s": round(rows / done.seconds),
        "bare_copy_rows_per_s": round(rows / seconds),
        "share_of_bare": round(seconds / done.seconds, 3),
        "verify_rows_per_s": round(rows / verified),
        "restore_turns_per_s": round(came / restored),
        "memory_before_mb": round(before),
        "memory_after_mb": round(after),
    }


def main() -> None:
    """Measure, and print JSON."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else _TURNS
    folder = Path(tempfile.mkdtemp())
    try:
        print(json.dumps(asyncio.run(measure(folder, turns))))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
