"""How fast pages leave for the archive and come back, beside a bare COPY of the same rows.

    python tests/benchmarks/archive_flush.py [TURNS]

Prints JSON. A flush is reading from the store, writing, fsync, renaming, reading back, proof, and
the transaction that clears the texts. It is set beside a bare `COPY … (PARTITION_BY)` of the same
rows, with as many threads as there are processors, in two ways: out of a table that DuckDB has
already (`bare_table`), and with what it takes to bring the rows over from the store
(`bare_store`: the same lines of CSV, and nothing else). `share_*` is seconds by the clock,
`cpu_share_*` seconds of processors: on a machine that has others' work to do only these are
steady. `memory_mb` is what the process has in the middle of each tenth of the flush: it rises until
its three parts are all at work, a few files long, and is to be flat from there, however long it is.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb

from archiving import Rig, rig_of
from conversing import converse, said, say
from doubles import FakeClock
from minutebook.archive.schemas import schema
from minutebook.domain.archive import FileKind, FlushReport, FlushWatch
from minutebook.domain.turns import Role
from minutebook.store import archive
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from synthetic import Speech, vocabulary

_TURNS = 100_000
_OF_A_CONVERSATION = 2_000
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_PARTITIONED = "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (year, month))"
_MONTHS = {FileKind.PAGES: "coalesce(first_at, closed_at)", FileKind.TURNS: '"at"'}


@dataclass(slots=True)
class Spent:
    """Seconds that something has taken."""

    clock: float = 0.0
    cpu: float = 0.0


@contextmanager
def spending(spent: Spent) -> Iterator[None]:
    """Count what the block takes."""
    clock, cpu = time.perf_counter(), time.process_time()
    yield
    spent.clock += time.perf_counter() - clock
    spent.cpu += time.process_time() - cpu


async def fill(rig: Rig, turns: int) -> None:
    """Record conversations, one a week."""
    speech = Speech(vocabulary(20_000))
    for number in range(turns // _OF_A_CONVERSATION):
        now = _BEGIN + timedelta(weeks=number)

        def work(tx: Transaction, number: int = number, now: datetime = now) -> None:
            id_ = converse(tx, f"talk {number}", now)
            roles = (Role.USER, Role.ASSISTANT) * (_OF_A_CONVERSATION // 2)
            say(tx, id_, [said(role, speech.text()) for role in roles], now, page_tokens=1_000)

        await rig.database.write(work)


def bare_table(folder: Path, paths: dict[FileKind, list[str]]) -> Spent:
    """Copy rows that DuckDB has in tables."""
    spent = Spent()
    with duckdb.connect(config={"threads": "2"}) as connection:
        for kind, files in paths.items():
            connection.execute(
                f"CREATE TABLE {kind.value} AS SELECT * FROM"
                f" read_parquet({files}, hive_partitioning = true)"
            )
            with spending(spent):
                connection.execute(f"COPY {kind.value} TO '{folder / kind.value}' {_PARTITIONED}")
    return spent


async def bare_store(database: Database, folder: Path, pages: list[str]) -> Spent:
    """Copy rows that the store has."""
    spent = Spent()

    def written(tx: Transaction) -> None:
        lines = {
            FileKind.PAGES: archive.page_lines(tx, pages, timedelta(), _BEGIN),
            FileKind.TURNS: archive.turn_lines(tx, pages),
        }
        for kind, each in lines.items():
            with (folder / f"{kind.value}.csv").open("wb") as stream:
                stream.writelines(line + b',""\n' for line in each)

    with spending(spent):
        await database.read(written)
        await asyncio.to_thread(copied, folder)
    return spent


def copied(folder: Path) -> None:
    """Make partitions of lines of CSV."""
    with duckdb.connect(config={"threads": "2"}) as connection:
        for kind in FileKind:
            columns, month = schema(kind), _MONTHS[kind]
            connection.execute(
                f"COPY (SELECT *, year({month}) AS year, month({month}) AS month FROM ("
                f"SELECT {columns.typed} FROM read_csv('{folder / kind.value}.csv', header = false,"
                f" auto_detect = false, columns = {columns.read_as}, delim = ',', quote = '\"',"
                f" escape = '\"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false)))"
                f" TO '{folder / kind.value}' {_PARTITIONED}"
            )


class MemoryWatch(FlushWatch):
    """Notes what this process has after each file."""

    def __init__(self) -> None:
        super().__init__()
        self.megabytes: list[int] = []

    def is_over(self, report: FlushReport) -> bool:
        """Take note of what was done so far, and of what it takes."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.megabytes.append(pages * resource.getpagesize() // 2**20)
        return super().is_over(report)

    @property
    def tenths(self) -> list[int]:
        """What it was in the middle of each tenth."""
        return [self.megabytes[(2 * n + 1) * len(self.megabytes) // 20] for n in range(10)]


async def measure(folder: Path, turns: int) -> dict[str, float | list[int]]:
    """Fill a store, archive it, restore it."""
    database, clock = await Database.open(folder / "store.db"), FakeClock()
    clock.now = datetime(2026, 3, 14, tzinfo=UTC)
    rig = rig_of(database, clock, folder / "archive")
    await fill(rig, turns)
    pages = [page.id for page in await rig.pages("")]
    await rig.archive.review.let_go(pages)
    watch, flushed = MemoryWatch(), Spent()
    with spending(flushed):
        done = await rig.archive.flush(watch)
    files = await rig.archive.files()
    paths = {
        kind: [str(folder / "archive" / file.path) for file in files if file.kind is kind]
        for kind in FileKind
    }
    (folder / "bare").mkdir()
    of_table = bare_table(folder / "bare", paths)
    verified, restored = Spent(), Spent()
    with spending(verified):
        await rig.archive.verify()
    with spending(restored):
        came = (await rig.archive.restore(await rig.archive.archived())).turns
    (folder / "store").mkdir()
    of_store = await bare_store(database, folder / "store", pages)
    rows = done.pages + done.turns
    rig.archive.close()
    await database.close()
    return {
        "rows": rows,
        "files": done.files,
        "megabytes": round(done.bytes / 1e6, 1),
        "flush_rows_per_s": round(rows / flushed.clock),
        "bare_table_rows_per_s": round(rows / of_table.clock),
        "bare_store_rows_per_s": round(rows / of_store.clock),
        "share_of_bare_table": round(of_table.clock / flushed.clock, 3),
        "share_of_bare_store": round(of_store.clock / flushed.clock, 3),
        "cpu_share_of_bare_table": round(of_table.cpu / flushed.cpu, 3),
        "cpu_share_of_bare_store": round(of_store.cpu / flushed.cpu, 3),
        "verify_rows_per_s": round(rows / verified.clock),
        "restore_turns_per_s": round(came / restored.clock),
        "memory_mb": watch.tenths,
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
