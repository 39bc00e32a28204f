"""A chat that is killed while the model answers: nothing that had come is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from pathlib import Path

from flow.processes import COMMAND, DEADLINE
from minutebook.config import Settings
from minutebook.domain.turns import Ending, Role
from minutebook.engine import open_engine
from minutebook.paths import Home
from servers.models import ModelServer, model_server
from servers.saying import Plan, Said

PIECES = tuple(f"word {number} " for number in range(40))


async def _asked(server: ModelServer, home: Path) -> asyncio.subprocess.Process:
    """Ask a model that says half of its answer, and then nothing more."""
    server.plan(Plan(said=Said(pieces=PIECES), stall_after=len(PIECES) // 2))
    environment = {
        **os.environ,
        "MINUTEBOOK_PROVIDERS__HERE__PROTOCOL": "openai",
        "MINUTEBOOK_PROVIDERS__HERE__BASE_URL": f"{server.root}/v1",
    }
    return await asyncio.create_subprocess_exec(
        *COMMAND,
        *("chat", "--home", str(home), "-m", "here:m-1", "Count for me."),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )


async def _kept(home: Path, words: str) -> None:
    """Wait until the store has some words of the reply that is on its way."""
    async with asyncio.timeout(DEADLINE):
        while True:
            store = sqlite3.connect(home / "minutebook.db")
            pieces = store.execute("SELECT group_concat(text, '') FROM reply_pieces").fetchone()
            store.close()
            if words in (pieces[0] or ""):
                return
            await asyncio.sleep(0.02)


async def test_half_an_answer_outlives_its_process(tmp_path: Path) -> None:
    """It is a turn that says that it was interrupted, and the next answer can be asked for."""
    home = tmp_path / "home"
    async with model_server() as server:
        process = await _asked(server, home)
        assert process.stdout is not None
        async with asyncio.timeout(DEADLINE):
            shown = await process.stdout.readuntil(b"word 15 ")
        await _kept(home, "word 15 ")
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
    assert shown.startswith(b"word 0 word 1 ")
    async with open_engine(Home.at(home), Settings()) as engine:
        assert await engine.chat.recover() == 1
        (conversation,) = await engine.library.conversations()
        said, answer = await engine.library.turns(conversation.id, limit=9)
        assert (said.role, said.content.text) == (Role.USER, "Count for me.")
        assert (answer.author, answer.ending) == ("here:m-1", Ending.INTERRUPTED)
        assert "".join(PIECES).startswith(answer.content.text)
        assert "word 15 " in answer.content.text


async def test_an_interrupt_keeps_what_came(tmp_path: Path) -> None:
    """Ctrl+C ends the call and the command, and the turn says that it was stopped."""
    home = tmp_path / "home"
    async with model_server() as server:
        process = await _asked(server, home)
        assert process.stdout is not None
        async with asyncio.timeout(DEADLINE):
            await process.stdout.readuntil(b"word 9 ")
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 130
    async with open_engine(Home.at(home), Settings()) as engine:
        (conversation,) = await engine.library.conversations()
        _, answer = await engine.library.turns(conversation.id, limit=9)
        assert answer.ending is Ending.STOPPED
        assert "word 9 " in answer.content.text
