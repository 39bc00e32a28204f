"""`kill -9` at any point of decay, flush, compaction and restore loses and doubles nothing."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from archiving import Rig, rig_of
from crash.archiving_away import SETTINGS
from doubles import FakeClock
from minutebook.domain.archive import FileKind
from minutebook.domain.turns import Turn
from minutebook.recall.search import Recall
from minutebook.store import archive
from minutebook.store.database import Database
from minutebook.workers.owner import is_gone, new_owner

_SCRIPT = Path(__file__).with_name("archiving_away.py")


async def check(rig: Rig, folder: Path, before: dict[str, list[Turn]]) -> int:
    """All is there once, in the store or in the archive, and every file is proven.

    Returns how many turns are cold.
    """
    found = {conversation: await rig.turns(conversation) for conversation in before}
    assert found == before
    report = await rig.archive.verify()
    assert report.problems == ()
    at = await rig.database.read(archive.archived)
    rows = await asked_of_files(rig, folder, at)
    assert rows == Counter(dict.fromkeys(at, 1))
    with sqlite3.connect(rig.database.path) as connection:
        cold = connection.execute("SELECT count(*) FROM turns WHERE is_cold").fetchone()[0]
        stubs = connection.execute(
            "SELECT count(*) FROM turns WHERE text = '' AND parts IS NULL"
        ).fetchone()[0]
        indexed = connection.execute(
            "SELECT count(*) FROM turns_fts WHERE turns_fts MATCH 'question OR answer'"
        ).fetchone()[0]
    connection.close()
    assert cold == stubs == await rig.cold()
    assert indexed == sum(map(len, before.values()))
    return int(cold)


async def asked_of_files(rig: Rig, folder: Path, at: Mapping[str, str]) -> Counter[str]:
    """Return how often the files have each archived page, where the manifest says that it lies."""
    rows: Counter[str] = Counter()
    for file in await rig.archive.files():
        if file.kind is FileKind.PAGES:
            with duckdb.connect() as connection:
                sql = "SELECT id FROM read_parquet(?, hive_partitioning = false)"
                ids = connection.execute(sql, [str(folder / file.path)]).fetchall()
            rows.update(id_ for (id_,) in ids if at.get(id_) == file.name)
    return rows


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Kill a process a moment after it has begun to work."""
    assert process.stdout is not None
    assert process.stdout.readline() == b"at work\n"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.001)
    assert process.poll() is None, "it ended before it was killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


async def run(tmp_path: Path, seed: int, kills: int) -> set[int]:
    """Kill processes at random points; return how many turns were cold after each."""
    chance, path, folder = random.Random(seed), tmp_path / "store.db", tmp_path / "archive"
    database, clock = await Database.open(path), FakeClock()
    rig = rig_of(database, clock, folder, SETTINGS, owner=(new_owner(), is_gone))
    names = [await rig.converse(f"talk {number}", 8) for number in range(6)]
    before = {name: await rig.turns(name) for name in names}
    clock.forward(days=400)
    seen = set()
    for number in range(kills):
        arguments = [str(path), str(folder), str(1_000 * seed + number)]
        process = subprocess.Popen([sys.executable, _SCRIPT, *arguments], stdout=subprocess.PIPE)
        kill_after(process, chance.uniform(0.0, 0.7))
        seen.add(await check(rig, folder, before))
    assert len(await Recall(database).search("Question", limit=30)) == 30
    await rig.archive.restore(await rig.archive.archived())
    assert await check(rig, folder, before) == 0
    rig.archive.close()
    await database.close()
    return seen


async def test_a_killed_archive_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """A few kills, at random points."""
    assert len(await run(tmp_path, seed=1, kills=6)) > 1


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(2, 7))
async def test_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    """Many kills, at random points: 300 in all."""
    assert len(await run(tmp_path, seed=seed, kills=60)) > 5
