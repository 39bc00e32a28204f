"""How fast history comes in, beside the floor: a bare `executemany` of the same rows.

    python tests/benchmarks/import_rate.py [--turns 100000]

Both write to the same schema, full-text index included, on the same disk, with the same settings
and a thousand rows to a transaction. Ours also reads the log, names the turns, closes pages and
queues the work. Prints one JSON object; peak memory is that of this process after our import.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from minutebook.clock import system_clock
from minutebook.events import Bus
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.sources.importer import Importer, ImportSettings
from minutebook.sources.source import ReadingOptions
from minutebook.store.database import Database, connect
from minutebook.store.migrations import migrate

WORDS = (
    "ferry harbour winter route ice engine captain morning ticket weather north island cable"
).split()
NAMES = ("ana", "bo", "cyrus", "dee", "emil")
_BATCH = 1_000


def write_log(path: Path, turns: int) -> None:
    """Write an IRC log with dates, some 13 words to a line."""
    chance, at = random.Random(7), datetime(2021, 1, 2, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as log:
        for number in range(turns):
            at += timedelta(seconds=chance.randint(5, 90))
            text = " ".join(chance.choices(WORDS, k=chance.randint(4, 22)))
            log.write(f"{at:%Y-%m-%dT%H:%M:%S}  <{chance.choice(NAMES)}> {text} {number}\n")


async def ours(home: Path, log: Path) -> float:
    """Import the log; return seconds."""
    database = await Database.open(home / "ours.db")
    settings = ImportSettings(
        reading=ReadingOptions(zone=ZoneInfo("UTC")), policy=RecordPolicy(paging=PagingPolicy())
    )
    importer = Importer(database, settings, Bus(), system_clock)
    started = time.perf_counter()
    async for report in importer.import_paths([log]):
        if report.quarantined:
            raise SystemExit(f"not read: {report.quarantined[:3]}")
    seconds = time.perf_counter() - started
    await database.close()
    return seconds


def floor(home: Path) -> float:
    """Copy the rows that ours has written into an empty database; return seconds."""
    source = sqlite3.connect(home / "ours.db")
    names = [row[1] for row in source.execute("PRAGMA table_info(turns)") if row[1] != "id"]
    columns = ", ".join(names)
    conversations = source.execute("SELECT * FROM conversations").fetchall()
    target = connect(home / "floor.db")
    migrate(target)
    marks = ", ".join("?" * len(conversations[0]))
    target.executemany(f"INSERT INTO conversations VALUES ({marks})", conversations)
    insert = f"INSERT INTO turns ({columns}) VALUES ({', '.join('?' * len(names))})"
    rows = source.execute(f"SELECT {columns} FROM turns ORDER BY id")
    seconds = 0.0
    while batch := rows.fetchmany(_BATCH):
        started = time.perf_counter()
        target.execute("BEGIN IMMEDIATE")
        target.executemany(insert, batch)
        target.execute("COMMIT")
        seconds += time.perf_counter() - started
    target.close()
    source.close()
    return seconds


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_log(home / "#harbour.log", turns)
        seconds = asyncio.run(ours(home, home / "#harbour.log"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        bare = floor(home)
    print(
        json.dumps(
            {
                "turns": turns,
                "import_turns_per_second": round(turns / seconds),
                "floor_turns_per_second": round(turns / bare),
                "ratio_of_floor": round(bare / seconds, 3),
                "peak_memory_mb": round(peak, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
