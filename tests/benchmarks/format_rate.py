"""How fast each format is read, beside the floor: its bytes read and decoded with nothing else.

    python tests/benchmarks/format_rate.py [--format NAME …] [--mb 100] [--no-import]

For each form of log (a format may have several): a log of so many MB is generated, and then, each
in a process of its own, its bytes are decoded as JSON (documents whole, lines one by one), as rows
of a database, or matched line by line against a regular expression; it is parsed; and it is
imported into a new store, with pages and full-text index. Times are CPU seconds of these
processes. Memory is the highest resident set of the process, less what it had before it began;
of a log of a tenth of the size too, since it should be the same. Prints one JSON object a form.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from generating import FORMS, Form, form_named, put
from minutebook.clock import system_clock
from minutebook.events import Bus
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.sources import registry
from minutebook.sources.containers import Filter, files_of, sources_of
from minutebook.sources.importer import Importer, ImportSettings
from minutebook.sources.parsed import TurnFound
from minutebook.sources.source import ReadingOptions, Source
from minutebook.store.database import Database

_OPTIONS = ReadingOptions(zone=ZoneInfo("UTC"))
_SEED = 1
_MB = 1_000_000
_LINE = re.compile(r"\[?(\d+)[-/:.](\d+)[-/:.](\d+)[T, ]+(\S+?)\]? +(?:<([^>]+)>|([^:]+):) (.*)")


def floor(log: Path) -> int:
    """Read the bytes and decode them; return how many values or lines there are."""
    return sum(map(_decoded, files_of(log, Filter().admits)))


def _decoded(file: Path) -> int:
    if file.suffix == ".json" and file.name != "data.json":  # these are lines
        return len(json.loads(file.read_bytes()))
    if file.suffix == ".db":
        return len(file.read_bytes())
    is_json = file.suffix in (".jsonl", ".json")
    count = 0
    with file.open("rb") as stream:
        for line in stream:
            if is_json:
                json.loads(line)
            else:
                _LINE.match(line.decode("utf-8", "replace"))
            count += 1
    return count


def parse(log: Path) -> int:
    """Read everything with its format; return how many turns there are."""
    formats, turns = registry.built_in(), 0
    for file in files_of(log, Filter().admits):
        for source in sources_of(file, _OPTIONS):
            assert isinstance(source, Source)
            format_ = registry.detect(source, formats).format
            turns += sum(isinstance(item, TurnFound) for item in format_.parse(source))
    return turns


def import_(log: Path) -> int:
    """Import everything into a new store; return how many turns there are."""
    return asyncio.run(_imported(log))


async def _imported(log: Path) -> int:
    database = await Database.open(log.parent / f"store-{time.monotonic_ns()}.db")
    policy = RecordPolicy(paging=PagingPolicy())
    settings = ImportSettings(reading=_OPTIONS, policy=policy)
    importer, turns = Importer(database, settings, Bus(), system_clock), 0
    async for report in importer.import_paths([log]):
        turns += report.turns_new
    await database.close()
    return turns


WORK: dict[str, Callable[[Path], int]] = {"floor": floor, "parse": parse, "import": import_}


def _work(what: str, log: Path) -> None:
    """Do one thing in this process, and print what it took."""
    registry.built_in()
    before, began = _peak(), time.process_time()
    count = WORK[what](log)
    seconds = time.process_time() - began
    print(json.dumps({"seconds": seconds, "count": count, "mb": _peak() - before}))


def _peak() -> float:
    """Return MB: of this program, where the system says so; else with what started it."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _measured(what: str, log: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--work", what, "--log", str(log)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{what} of {log} failed: {done.stderr[-2_000:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _figures(form: Form, size: int, *, with_import: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        log = put(form.sized(_SEED, size), Path(folder, "log"))
        small = put(form.sized(_SEED, size // 10), Path(folder, "small"))
        mb = sum(file.stat().st_size for file in files_of(log, Filter().admits)) / _MB
        base, parsed, less = (
            _measured("floor", log),
            _measured("parse", log),
            _measured("parse", small),
        )
        figures: dict[str, object] = {
            "form": form.name,
            "mb": round(mb, 1),
            "turns": int(parsed["count"]),
            "floor_mb_s": round(mb / base["seconds"], 1),
            "parse_mb_s": round(mb / parsed["seconds"], 1),
            "parse_turns_s": round(parsed["count"] / parsed["seconds"]),
            "parse_of_floor": round(base["seconds"] / parsed["seconds"], 3),
            "parse_peak_mb": round(parsed["mb"], 1),
            "parse_peak_of_a_tenth_mb": round(less["mb"], 1),
        }
        if with_import:
            done = _measured("import", log)
            figures |= {
                "import_mb_s": round(mb / done["seconds"], 1),
                "import_turns_s": round(done["count"] / done["seconds"]),
                "import_peak_mb": round(done["mb"], 1),
            }
        return figures


def main() -> None:
    """Measure, and print a JSON object for each form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", action="append", default=[])
    parser.add_argument("--mb", type=int, default=100)
    parser.add_argument("--no-import", action="store_true")
    parser.add_argument("--work", choices=WORK)
    parser.add_argument("--log", type=Path)
    asked = parser.parse_args()
    if asked.work:
        _work(asked.work, asked.log)
        return
    for form in map(form_named, asked.format) if asked.format else FORMS:
        figures = _figures(form, asked.mb * _MB, with_import=not asked.no_import)
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
