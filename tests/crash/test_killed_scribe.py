"""A model that is away, and `kill -9` in between: every turn is told once and in order."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from minutebook.clock import system_clock
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations
from minutebook.store.database import Database

_SCRIPT = Path(__file__).with_name("telling.py")
_BATCH = 30
_KILLS = 4


async def say(store: Path, first: int, count: int) -> None:
    """Record live turns, each with a word of its own."""
    database = await Database.open(store)
    now = system_clock()
    conversation = await database.write(
        lambda tx: conversations.create(tx, "test", "one", "Trip", now)
    )
    drafts = [
        KeyedDraft(
            key=f"k{number}",
            draft=TurnDraft(
                role=Role.PERSON,
                author="Ann",
                content=Content(text=f"t{number:03}"),
                at=now + timedelta(milliseconds=number),
            ),
        )
        for number in range(first, first + count)
    ]
    strand = Strand(conversation=conversation, drafts=drafts, origin=Origin.LIVE)
    policy = RecordPolicy(paging=PagingPolicy())
    await database.write(partial(record, strand=strand, policy=policy, now=now))
    await database.close()


def start(folder: Path, seed: int, failures: float) -> subprocess.Popen[bytes]:
    """Start a process that tells turns."""
    arguments = [folder / "store.db", folder / "calls", seed, failures]
    return subprocess.Popen([sys.executable, _SCRIPT, *map(str, arguments)])


def paid(folder: Path) -> int:
    """Return how many answers there have been."""
    calls = folder / "calls"
    return calls.read_bytes().count(b"\n") if calls.exists() else 0


def kill_after(process: subprocess.Popen[bytes], folder: Path, answers: int) -> None:
    """Kill a process when it has had so many more answers."""
    wanted, deadline = paid(folder) + answers, time.monotonic() + 60
    while paid(folder) < wanted and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.0005)
    assert process.poll() is None, "it ended before it was killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def told(folder: Path) -> tuple[list[str], list[tuple[int, int, int]]]:
    """Return the words of the document, and the runs that its revisions cover."""
    with sqlite3.connect(folder / "store.db") as connection:
        (content,) = connection.execute("SELECT content FROM documents").fetchone()
        runs = connection.execute(
            "SELECT first_seq, last_seq, turns FROM revisions WHERE turns > 0 ORDER BY number"
        ).fetchall()
    words = [word for line in content.split("\n") if line.startswith("- ") for word in line.split()]
    return [word for word in words if word != "-"], runs


@pytest.mark.parametrize("seed", range(3))
async def test_every_turn_is_told_once(tmp_path: Path, seed: int) -> None:
    """Whatever fails and whoever dies, the document tells all turns in order, and none twice."""
    chance = random.Random(seed)
    turns = 0
    for number in range(_KILLS):
        await say(tmp_path / "store.db", turns, _BATCH)
        turns += _BATCH
        kill_after(start(tmp_path, 100 * seed + number, 0.6), tmp_path, chance.randint(1, 5))
    assert start(tmp_path, seed, 0.3).wait(60) == 0
    words, runs = told(tmp_path)
    assert words == [f"t{number:03}" for number in range(turns)]
    assert [first for first, _, _ in runs] == [1, *(last + 1 for _, last, _ in runs[:-1])]
    assert runs[-1][1] == turns
    assert len(runs) < turns


async def test_what_was_kept_is_not_paid_again(tmp_path: Path) -> None:
    """Of a process that was killed at most the call under way is made once more."""
    await say(tmp_path / "store.db", 0, 3 * _BATCH)
    kills = 3
    for number in range(kills):
        kill_after(start(tmp_path, number, 0.0), tmp_path, 3)
    assert start(tmp_path, 9, 0.0).wait(60) == 0
    _, runs = told(tmp_path)
    assert len(runs) <= paid(tmp_path) <= len(runs) + kills
