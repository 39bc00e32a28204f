"""`kill -9` in the middle of an import with workers running.

Afterwards a run to the end must leave the record that an undisturbed run leaves, turn by turn and
page by page, and every document must tell every turn exactly once, in order.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crash.logs import write_logs

_TURNS = 300
_RECORD = """
    SELECT conversation, key, seq, role, author, text, parts, content_hash, native_id, at, sort_at,
           is_active, tokens, origin, revision
    FROM turns ORDER BY conversation, sort_at, seq
"""
_PAGES = """
    SELECT id, conversation, first_seq, last_seq, first_turn, last_turn, turns, tokens,
           content_hash, first_at, last_at, label, summary, summary_by, summary_state
    FROM pages ORDER BY conversation, first_seq
"""
_CONVERSATIONS = """
    SELECT id, source, native_id, title, turns, tokens, pages, paged_seq, first_at, last_at,
           last_sort, max_sort
    FROM conversations ORDER BY id
"""
_COVERED = """
    SELECT document, number, first_seq, last_seq, turns FROM revisions
    WHERE turns > 0 ORDER BY document, number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """What an import that nobody kills leaves behind, and how long it takes."""

    logs: Path
    record: dict[str, list[tuple[object, ...]]]
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Import the logs once, in peace."""
    folder = tmp_path_factory.mktemp("undisturbed")
    logs = folder / "logs"
    write_logs(logs, _TURNS)
    started = time.monotonic()
    assert run(folder / "home", logs) == 0
    seconds = time.monotonic() - started
    return Undisturbed(logs=logs, record=read(folder / "home"), seconds=seconds)


def command(home: Path, logs: Path) -> list[str]:
    """Return the command that imports, works and exits."""
    small_pages = ["--set", "pages.tokens=400"]
    module = [sys.executable, "-m", "minutebook.cli"]
    return [*module, "--no-ui", "--once", "--home", str(home), *small_pages, str(logs)]


def run(home: Path, logs: Path) -> int:
    """Run to the end; return the exit code."""
    done = subprocess.run(command(home, logs), capture_output=True, timeout=120)
    return done.returncode


def run_and_kill(home: Path, logs: Path, after: float) -> None:
    """Start, and kill the whole process after some seconds."""
    process = subprocess.Popen(
        command(home, logs), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def read(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return everything that must be the same."""
    with sqlite3.connect(home / "minutebook.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("INSERT INTO turns_fts (turns_fts) VALUES ('integrity-check')")
        return {
            "turns": connection.execute(_RECORD).fetchall(),
            "pages": connection.execute(_PAGES).fetchall(),
            "conversations": connection.execute(_CONVERSATIONS).fetchall(),
        }


def gaps(home: Path) -> Iterator[str]:
    """Describe every place where a document does not tell each turn once and in order."""
    with sqlite3.connect(home / "minutebook.db") as connection:
        turns = dict(
            connection.execute(
                "SELECT d.id, c.turns FROM documents d JOIN conversations c"
                " ON c.id = d.conversation"
            )
        )
        told = dict.fromkeys(turns, 0)
        for document, number, first, last, count in connection.execute(_COVERED):
            if first != told[document] + 1 or count != last - first + 1:
                yield f"{document} r{number}: {first}-{last} ({count}) behind {told[document]}"
            told[document] = last
        yield from (f"{d}: told {told[d]} of {n}" for d, n in turns.items() if told[d] != n)


def check(home: Path, expected: Undisturbed) -> None:
    """Run to the end, and compare."""
    assert run(home, expected.logs) == 0
    found = read(home)
    for what, rows in expected.record.items():
        assert found[what] == rows, what
    assert list(gaps(home)) == []


@pytest.mark.parametrize("seed", range(2))
def test_killed_now_and_then(undisturbed: Undisturbed, tmp_path: Path, seed: int) -> None:
    """Killed up to three times at random moments, then left alone."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        run_and_kill(tmp_path, undisturbed.logs, chance.uniform(0.1, 1.0) * undisturbed.seconds)
    check(tmp_path, undisturbed)


@pytest.mark.long
@pytest.mark.timeout(5_400)
def test_killed_at_200_moments(undisturbed: Undisturbed, tmp_path: Path) -> None:
    """Two hundred kills, spread over the whole length of a run."""
    chance = random.Random(2_026)
    for number in range(200):
        home = tmp_path / str(number)
        moment = chance.uniform(0.05, 1.0) * undisturbed.seconds
        run_and_kill(home, undisturbed.logs, moment)
        check(home, undisturbed)


def test_nothing_is_left_to_do_after_a_run(undisturbed: Undisturbed, tmp_path: Path) -> None:
    """A second run over the same logs adds nothing, makes nothing and says so."""
    assert run(tmp_path, undisturbed.logs) == 0
    before = read(tmp_path)
    again = subprocess.run(command(tmp_path, undisturbed.logs), capture_output=True, text=True)
    assert again.returncode == 0
    assert "nothing new" in again.stderr
    assert "Made: nothing" in again.stderr
    assert read(tmp_path) == before
