"""How much of the first import's time a second one takes, when nothing has changed.

    python tests/benchmarks/reimport.py [--bytes 1000000] [--small 2000]

Four sets of logs: the sample data, generated logs of every format, of so many bytes each, the same
in zips, and a folder of many small files. Each comes in; then again as it is; then again after
every file was touched, so that its time is another one; then from a copy of the folder elsewhere.
Times are those of the engine, without the start of the process, which is quoted apart. Prints one
JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from flow.processes import irc
from generating import FORMS, put, put_zipped
from minutebook.clock import system_clock
from minutebook.events import Bus
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.sources.importer import Importer, ImportSettings
from minutebook.sources.source import ReadingOptions
from minutebook.store.database import Database

_SAMPLES = Path(__file__).parents[2] / "sample_data"
_SETTINGS = ImportSettings(
    reading=ReadingOptions(zone=ZoneInfo("UTC")), policy=RecordPolicy(paging=PagingPolicy())
)


def samples(folder: Path, _: argparse.Namespace) -> None:
    """Copy the sample data, without what is said about it."""
    shutil.copytree(_SAMPLES, folder, ignore=shutil.ignore_patterns("expected.json", "*.svg"))


def formats(folder: Path, asked: argparse.Namespace) -> None:
    """Write logs of every form of every format."""
    for form in FORMS:
        put(form.sized(1, asked.bytes), folder / form.name)


def zips(folder: Path, asked: argparse.Namespace) -> None:
    """Write the same, each into a zip."""
    folder.mkdir()
    for form in FORMS:
        put_zipped(form.sized(1, asked.bytes), folder / f"{form.name}.zip")


def small(folder: Path, asked: argparse.Namespace) -> None:
    """Write many files of a few lines."""
    folder.mkdir()
    for number in range(asked.small):
        (folder / f"#room-{number}.log").write_text(irc(10, start=10 * number))


class Took(NamedTuple):
    """What one import took, and brought."""

    seconds: float
    cpu_seconds: float
    new: int


async def read(home: Path, logs: Path) -> Took:
    """Import a folder with an engine that has just begun."""
    database = await Database.open(home / "store.db")
    importer = Importer(database, _SETTINGS, Bus(), system_clock)
    importer.formats()  # the start of a process, not of an import
    started, worked = time.perf_counter(), time.process_time()
    reports = [report async for report in importer.import_paths([logs])]
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    await database.close()
    new = sum(report.turns_new for report in reports)
    return Took(seconds, cpu_seconds, new)


def touch(folder: Path) -> None:
    """Give every file another time."""
    for file in folder.rglob("*"):
        if file.is_file():
            os.utime(file, (1_700_000_000, 1_700_000_000))


def measured(home: Path, write: Callable[[Path, Any], None], asked: Any) -> dict[str, object]:
    """Import one set of logs again and again; return shares of the first import's time."""
    home.mkdir()
    logs, copy = home / "logs", home / "elsewhere" / "logs"
    write(logs, asked)
    first = asyncio.run(read(home, logs))
    again = asyncio.run(read(home, logs))
    touch(logs)
    touched = asyncio.run(read(home, logs))
    shutil.copytree(logs, copy)
    copied = asyncio.run(read(home, copy))
    runs = {"again": again, "touched": touched, "copied": copied}
    return {
        "turns": first.new,
        "first_seconds": round(first.seconds, 3),
        "new_turns": {name: run.new for name, run in runs.items()},
        "share_of_first": {n: round(run.seconds / first.seconds, 4) for n, run in runs.items()},
        "share_of_first_cpu": {
            n: round(run.cpu_seconds / first.cpu_seconds, 4) for n, run in runs.items()
        },
    }


def start_up(home: Path) -> float:
    """Return how long a process takes that imports nothing new."""
    (home / "empty").mkdir()
    command = [sys.executable, "-m", "minutebook.cli", "import", str(home / "empty")]
    started = time.perf_counter()
    subprocess.run([*command, "--home", str(home / "home")], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=2_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, object] = {
            write.__name__: measured(Path(folder, write.__name__), write, asked)
            for write in (samples, formats, zips, small)
        }
        found["process_start_seconds"] = round(start_up(Path(folder)), 3)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
