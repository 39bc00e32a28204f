"""Read damaged logs into a store, and print what became of each.

    python -m fuzz FIRST BEHIND FOLDER [--seed 1] [--step 1]      run from the folder `tests`

Prints a line of JSON before each case and one behind it, so that whoever started this process knows
which case was its last. A case that takes too long ends the process with a traceback of all
threads, one that wants too much memory fails: both are bounded here, per process.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import json
import logging
import re
import resource
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from fuzz.cases import Case, Layout, case
from minutebook.clock import system_clock
from minutebook.events import Bus
from minutebook.record.library import Library
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.sources.importer import Importer, ImportSettings
from minutebook.sources.reports import SourceReport
from minutebook.sources.source import ReadingOptions
from minutebook.store.database import Database

LONGEST = 120.0
"""Seconds of a case before the process is ended: on a busy machine, too, it would hang."""
LARGEST = 2 << 30
"""Bytes of address space of the process."""
_PER_STORE = 150
_EDGES = ("Reading it failed", "failed to look at it")
"""Words of a report that tell of an exception that nobody expected."""
_WITHOUT = re.compile("no messages|without messages")
_SETTINGS = ImportSettings(
    reading=ReadingOptions(zone=ZoneInfo("Europe/Berlin")),
    policy=RecordPolicy(paging=PagingPolicy(tokens=2_000)),
)


class _Errors(logging.Handler):
    """Gathers what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        self.found.append(self.format(record)[-3_000:])


def faults_of(reports: list[SourceReport], layout: Layout) -> Iterator[str]:
    """Say what is wrong with how sources were reported.

    A file may add nothing when it is read again, or when the format says that it has no messages.
    """
    for report in reports:
        may_be_silent = (
            layout is Layout.GROWING
            or report.is_unchanged
            or _WITHOUT.search(report.reason) is not None
        )
        reasons = [rejected.reason for rejected in report.quarantined]
        turns = report.turns_new + report.turns_known + report.turns_revised
        if any(edge in text for text in (*reasons, *report.notes) for edge in _EDGES):
            yield f"an exception nobody expected: {reasons[-1:] or report.notes}"
        if not all(reason.strip() for reason in reasons):
            yield "quarantined without a reason"
        if not (report.format or reasons):
            yield "neither read nor quarantined"
        if report.format and not (turns or reasons or report.notes or may_be_silent):
            yield f"silent: taken for {report.format}, and nothing came of it"


class _Desk:
    """A store, and an importer before it."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database = database
        self.path = path
        self.importer = Importer(database, _SETTINGS, Bus(), system_clock)

    async def read(self, one: Case, folder: Path) -> list[SourceReport]:
        """Put a case into a folder, and read it: twice where it grows."""
        if one.layout is Layout.GROWING:
            one.put(folder, one.cut)
            read = [report async for report in self.importer.import_paths([folder])]
            one.put(folder)
            for path in self.importer.files(folder):
                read += [report async for report in self.importer.import_file(path, live=True)]
            return read
        return [report async for report in self.importer.import_paths([folder])]

    async def faults(self) -> list[str]:
        """Say what is wrong with the store: what it holds can be read, and be sent as UTF-8."""
        library = Library(self.database)
        for conversation in await library.conversations():
            for turn in await library.turns(conversation.id, limit=1_000_000):
                repr(turn).encode()
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("INSERT INTO turns_fts(turns_fts) VALUES ('integrity-check')")
            return [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]


@contextmanager
def _bounded(one: Case) -> Iterator[None]:
    print(json.dumps({"begun": one.number, "form": one.form, "ways": one.ways}), flush=True)
    faulthandler.dump_traceback_later(LONGEST, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


async def _run(numbers: list[int], seed: int, folder: Path) -> None:
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    for start in range(0, len(numbers), _PER_STORE):
        store = folder / "store.db"
        for file in folder.glob("store.db*"):
            file.unlink()
        database = await Database.open(store)
        desk = _Desk(database, store)
        for number in numbers[start : start + _PER_STORE]:
            await _one(desk, case(seed, number), folder / f"log{number}", errors)
        faults = await desk.faults()
        await database.close()
        print(json.dumps({"store": numbers[start], "faults": faults}), flush=True)


async def _one(desk: _Desk, one: Case, folder: Path, errors: _Errors) -> None:
    errors.found.clear()
    with _bounded(one):
        began, peak = time.process_time(), _peak()
        folder.mkdir()
        if one.layout is not Layout.GROWING:
            one.put(folder)
        try:
            reports, faults = await desk.read(one, folder), []
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            reports, faults = [], [f"raised: {error!r:.500}"]
        shutil.rmtree(folder, ignore_errors=True)
        faults += [*faults_of(reports, one.layout), *errors.found]
    result = {
        "ended": one.number,
        "faults": faults,
        "turns": sum(r.turns_new + r.turns_known + r.turns_revised for r in reports),
        "quarantined": sum(len(report.quarantined) for report in reports),
        "seconds": round(time.process_time() - began, 3),
        "grown_mb": (_peak() - peak) >> 10,
    }
    print(json.dumps(result), flush=True)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Read the cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("behind", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", type=int, default=1)
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
    asked.folder.mkdir(parents=True, exist_ok=True)
    numbers = list(range(asked.first, asked.behind, asked.step))
    asyncio.run(_run(numbers, asked.seed, asked.folder))


if __name__ == "__main__":
    main()
