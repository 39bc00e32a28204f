"""`kill -9` at any point of a pass leaves the old layout or the new one, and the record whole."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from compacting import BUDGET, Rig, exchange
from doubles import FakeClock
from minutebook.context.prompt.sight import in_sight
from minutebook.domain.context import Layout, Pass
from minutebook.domain.turns import Turn
from minutebook.store import contexts, passes, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from minutebook.workers.owner import is_gone

_SCRIPT = Path(__file__).with_name("compacting_away.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a process that was killed has left."""

    layout: Layout
    passes: list[Pass]
    turns: list[Turn]
    shown: set[int]
    told: set[str]


def look(tx: Transaction, conversation: str) -> Found:
    layout = contexts.current(tx, conversation)
    told = contexts.story_pages(tx, layout.story.id) if layout.story else []
    return Found(
        layout=layout,
        passes=passes.newest(tx, conversation),
        turns=turns.forward(tx, conversation, limit=1_000_000),
        shown={turn.id for turn in in_sight(tx, layout).turns},
        told=set(told),
    )


def check(found: Found, before: Found) -> None:
    """The layout is that of the last pass, nothing that was said is lost, all is in reach."""
    newest = found.passes[0] if found.passes else None
    assert found.layout.revision == (newest.to_revision if newest else 0)
    earlier = {turn.id: turn.content.hash for turn in before.turns}
    now = {turn.id: turn.content.hash for turn in found.turns}
    assert earlier.items() <= now.items()
    gone = {each.page for each in found.layout.summaries if each.rest is None} | found.told
    parts = {each.page: each.rest for each in found.layout.summaries if each.rest is not None}
    for turn in found.turns:
        rest = parts.get(turn.page or "", (turn.sort_at, turn.seq))
        is_hidden = turn.page in gone or (turn.sort_at, turn.seq) < rest
        assert (turn.id in found.shown) is not is_hidden
    revisions = [done.to_revision for done in found.passes if done.to_revision > done.from_revision]
    assert revisions == sorted(set(revisions), reverse=True)
    assert found.passes[len(found.passes) - len(before.passes) :] == [
        done if done.id not in _undone(found) else found.passes[_place(found, done)]
        for done in before.passes
    ]


def _undone(found: Found) -> set[int]:
    return {done.id for done in found.passes if done.is_undone}


def _place(found: Found, wanted: Pass) -> int:
    return [done.id for done in found.passes].index(wanted.id)


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


async def run(folder: Path, seed: int, kills: int) -> int:
    """Kill processes at random points; return how many passes there were."""
    chance, path = random.Random(seed), folder / "store.db"
    database = await Database.open(path)
    rig = await Rig(database=database, clock=FakeClock()).begin()
    for _ in range(30):
        await rig.say(exchange(chance))
    conversation = rig.conversation
    before = await database.read(lambda tx: look(tx, conversation))
    for number in range(kills):
        arguments = [str(path), conversation, str(1_000 * seed + number)]
        process = subprocess.Popen([sys.executable, _SCRIPT, *arguments], stdout=subprocess.PIPE)
        kill_after(process, chance.uniform(0.0, 0.8))
        found = await database.read(lambda tx: look(tx, conversation))
        check(found, before)
        before = found
    rig.is_gone = is_gone
    await rig.compaction(owner="after:0:0:0").compact(rig.need())
    assert await rig.used() <= BUDGET.tokens
    passes = await rig.compaction().history(conversation)
    await database.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return len(passes)


async def test_a_killed_pass_leaves_one_layout_or_the_other(tmp_path: Path) -> None:
    """A few kills, at random points."""
    assert await run(tmp_path, seed=1, kills=5) >= 1


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(2, 6))
async def test_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    """Many kills, at random points."""
    assert await run(tmp_path, seed=seed, kills=60) >= 20
