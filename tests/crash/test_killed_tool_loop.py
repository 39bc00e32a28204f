"""`kill -9` in the middle of calls of tools leaves no call without its result in any prompt."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from crash.calling_away import talk_of
from doubles import FakeClock
from minutebook.domain.turns import Content, Role
from minutebook.llm.protocol import Message
from minutebook.store import replies, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_SCRIPT = Path(__file__).with_name("calling_away.py")


def said(tx: Transaction, conversation: str) -> dict[str, Content]:
    """Return everything that is in the record, by key."""
    return {turn.key: turn.content for turn in turns.forward(tx, conversation, limit=1_000_000)}


def check_pairs(sent: tuple[Message, ...]) -> None:
    """Each call stands right before its result, and no result alone."""
    for message, behind in pairwise([*sent, Message(role=Role.USER)]):
        calls = {call.id for call in message.tool_calls}
        assert calls == {result.call_id for result in behind.tool_results}
    assert not sent[0].tool_results


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
    """Kill processes at random points; return how many turns there are then."""
    chance, path = random.Random(seed), folder / "store.db"
    database = await Database.open(path)
    clock = FakeClock()
    talk = talk_of(database, clock, 0)
    conversation = (await talk.chat.start()).id
    before: dict[str, Content] = {}
    for number in range(1, kills + 1):
        arguments = [str(path), conversation, str(number)]
        process = subprocess.Popen([sys.executable, _SCRIPT, *arguments], stdout=subprocess.PIPE)
        kill_after(process, chance.uniform(0.0, 0.3))
        found = await database.read(lambda tx: said(tx, conversation))
        assert before.items() <= found.items()
        before = found
        last = await database.read(lambda tx: turns.last_active(tx, conversation))
        assert last is not None
        clock.now = last.recorded_at
        clock.forward(seconds=1)
        talk = talk_of(database, clock, number + 1)
        await talk.chat.recover()
        assert await database.read(replies.on_their_way) == []
        check_pairs((await talk.context.preview(conversation)).messages)
    await talk.chat.say(conversation, "Are you there?")
    answer = await talk.answered(conversation)
    assert answer is not None
    assert answer.content.text == "The ferry leaves."
    for request in talk.model.requests:
        check_pairs(request.messages)
    await database.close()
    return len(before)


async def test_a_killed_tool_loop_leaves_no_half_call(tmp_path: Path) -> None:
    """A few kills, at random points."""
    assert await run(tmp_path, seed=1, kills=3) >= 3


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(2, 5))
async def test_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    """Many kills, at random points."""
    assert await run(tmp_path, seed=seed, kills=40) >= 40
