"""How long the console takes over a million archived pages, beside bare DuckDB on the same files.

    python tests/benchmarks/console_rate.py [--pages 1000000] [--rounds 40] [--home FOLDER]

The pages are made by DuckDB, in files as a compacted archive has them, a month each; the store
knows them as archived. With a home that has them already, they are not made again. `bare` asks a
DuckDB of the same version, threads and settings in this process, over the same files by hive
partition. Ours goes through the process of the console: guard, plan check, manifest, and the rows
over a pipe; `again` is the same query asked over and over, `new` a query that the console has not
seen before, told apart by an alias. Medians in milliseconds; `idle` is what it takes to ask for
nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import duckdb

from minutebook.archive.console import Console, ConsoleLimits
from minutebook.archive.schemas import VERSION, Type, schema
from minutebook.domain.archive import FileKind
from minutebook.store.database import Database, connect

_MONTHS = 72
_FIRST = 2019
_QUERIES = {
    "pruned_count": "SELECT count(*) AS {alias} FROM history WHERE year = 2021 AND month = 3",
    "group_by": (
        "SELECT salience, outcome, count(*) AS {alias}, avg(tokens), max(access_count)"
        " FROM history GROUP BY ALL ORDER BY ALL"
    ),
}
_MADE = {
    "id": "'pg_' || md5(i::VARCHAR)",
    "salience": "['low', 'medium', 'high', 'noise'][1 + i % 4]",
    "outcome": "i % 3 - 1",
    "tokens": "500 + hash(i) % 1000",
    "access_count": "hash(i, 1) % 9",
    "verbatim": "md5(i::VARCHAR) || repeat(' said ' || (i % 977), 20)",
    "content_hash": "sha256(i::VARCHAR)",
}
_DEFAULTS = {Type.TEXT: "''", Type.NUMBER: "i", Type.FLAG: "true", Type.MOMENT: "{month}"}


def make(home: Path, pages: int) -> None:
    """Make files and a store that knows of them."""
    store = connect(home / "minutebook.db")
    store.execute("PRAGMA foreign_keys = OFF")
    each = pages // _MONTHS
    with duckdb.connect(config={"threads": "2"}) as duck:
        for number in range(_MONTHS):
            year, month = _FIRST + number // 12, number % 12 + 1
            rows = each if number else pages - each * (_MONTHS - 1)
            path = f"pages/year={year}/month={month:02}/{number:04}.parquet"
            (home / "archive" / path).parent.mkdir(parents=True, exist_ok=True)
            _write(duck, home / "archive" / path, (number * 10_000_000, rows), (year, month))
            _note(store, path, number, rows, (year, month))
    store.execute("ANALYZE")
    store.close()


def _write(
    duck: duckdb.DuckDBPyConnection, path: Path, part: tuple[int, int], month: tuple[int, int]
) -> None:
    moment = f"make_timestamp({month[0]}, {month[1]}, 1, 0, 0, 0)"
    columns = ", ".join(
        f"({_MADE.get(c.name, _DEFAULTS[c.type]).format(month=moment)})::{c.type} AS {c.quoted}"
        for c in schema(FileKind.PAGES).columns
    )
    duck.execute(
        f"COPY (SELECT {columns}, sha256(i::VARCHAR) AS row_hash"
        f" FROM range({part[0]}, {part[0] + part[1]}) t(i)) TO '{path}'"
        " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720)"
    )


def _note(store: object, path: str, number: int, rows: int, month: tuple[int, int]) -> None:
    import sqlite3

    assert isinstance(store, sqlite3.Connection)
    name = f"{number:04}"
    store.execute("BEGIN")
    store.execute(
        "INSERT INTO archive_files (path, name, kind, state, year, month, rows, schema_version,"
        " written_at) VALUES (?, ?, 'pages', 'live', ?, ?, ?, ?, 0)",
        (path, name, *month, rows, VERSION),
    )
    store.executemany(
        "INSERT INTO pages (id, conversation, first_seq, last_seq, first_turn, last_turn, turns,"
        " tokens, content_hash, closed_at, lifecycle, archive)"
        " VALUES (?, ?, ?, 0, '', '', 1, 1, '', 0, 'archived', ?)",
        ((f"pg_{name}_{row}", name, row, name) for row in range(rows)),
    )
    store.execute("COMMIT")


async def timed(rounds: int, work: Callable[[int], Awaitable[object]]) -> float:
    """Return the median of some rounds, in milliseconds, after two that do not count."""
    spent = []
    for number in range(rounds + 2):
        begun = time.perf_counter()
        await work(number)
        spent.append(time.perf_counter() - begun)
    return round(1000 * median(spent[2:]), 2)


async def measure(home: Path, rounds: int) -> dict[str, object]:
    """Ask ours and bare by turns."""
    console = Console(home / "minutebook.db", home / "archive", ConsoleLimits(threads=2))
    duck = duckdb.connect(config={"threads": "2"})
    duck.execute("SET parquet_metadata_cache = true")
    duck.execute(
        "CREATE VIEW history AS SELECT * FROM read_parquet("
        f"'{home / 'archive' / 'pages'}/*/*/*.parquet', hive_partitioning = true)"
    )

    async def ours(sql: str) -> object:
        return await (await console.run(sql)).all()

    async def bare(sql: str) -> object:
        return await asyncio.to_thread(lambda: duck.execute(sql).fetchall())

    found: dict[str, object] = {"idle": await timed(rounds, lambda _: ours("SELECT 1"))}
    for name, query in _QUERIES.items():
        same = query.format(alias="rows")
        times = {
            "bare": await timed(rounds, lambda _, q=same: bare(q)),  # type: ignore[misc]
            "again": await timed(rounds, lambda _, q=same: ours(q)),  # type: ignore[misc]
            "new": await timed(rounds, lambda n, q=query: ours(q.format(alias=f"n{n}"))),  # type: ignore[misc]
        }
        rates = {
            f"{kind}_ratio": round(times[kind] / times["bare"], 2) for kind in ("again", "new")
        }
        found[name] = {**times, **rates}
    duck.close()
    await console.close()
    return found


async def prepare(home: Path, pages: int) -> None:
    """Make a home unless it is there."""
    if not (home / "minutebook.db").exists():
        await (await Database.open(home / "minutebook.db")).close()
        make(home, pages)


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = given.home or Path(temporary)
        home.mkdir(parents=True, exist_ok=True)
        asyncio.run(prepare(home, given.pages))
        print(json.dumps(asyncio.run(measure(home, given.rounds))))


if __name__ == "__main__":
    main()
