"""Two processes on one home: neither locks the other out, and each hears what the other did."""

from __future__ import annotations

import asyncio
from pathlib import Path

from crash.logs import write_logs
from flow.processes import COMMAND, DEADLINE, irc, rows, run, sound, started
from minutebook.config import Settings
from minutebook.engine import open_engine
from minutebook.events import ConversationChanged, DocumentChanged, Event, PageChanged, Subscription
from minutebook.paths import Home

_RECORD = """
    SELECT c.native_id, t.key, t.text, t.author FROM turns t
    JOIN conversations c ON c.id = t.conversation ORDER BY 1, t.sort_at, 2
"""
_COVERED = """
    SELECT d.conversation, sum(r.turns), max(r.last_seq) FROM revisions r
    JOIN documents d ON d.id = r.document GROUP BY 1 ORDER BY 1
"""


async def heard(subscription: Subscription, wanted: set[type[Event]]) -> None:
    """Wait until events of some kinds have come."""
    missing = set(wanted)
    async with asyncio.timeout(DEADLINE):
        async for event in subscription:
            missing.discard(type(event))
            if not missing:
                return


async def other(*args: str | Path) -> tuple[int, str]:
    """Run another process to its end; return its exit code and narration."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *map(str, args), stdout=-3, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()
    return process.returncode or 0, err.decode()


def counted(home: Path) -> dict[object, object]:
    """Return how many turns each conversation has."""
    found = rows(home, "SELECT id, turns FROM conversations")
    return {row[0]: row[1] for row in found}


async def test_what_another_process_does_arrives_as_events(tmp_path: Path) -> None:
    """Turns, pages and documents that a headless worker makes are news here."""
    home, log = tmp_path / "home", tmp_path / "#harbour.log"
    log.write_text(irc(300))
    async with open_engine(Home.at(home), Settings()) as engine:
        with engine.bus.subscribe() as news:
            async with engine.background():
                listening = asyncio.create_task(
                    heard(news, {ConversationChanged, PageChanged, DocumentChanged})
                )
                code, said = await other("--no-ui", "--once", "--home", home, log)
                assert code == 0, said
                await listening
                (conversation,) = await engine.library.conversations()
    assert conversation.turns == 300


async def test_a_running_worker_does_the_work_of_a_chat(tmp_path: Path) -> None:
    """What is said here is told by the engine that runs there."""
    home = Home.at(tmp_path / "home")
    async with open_engine(home, Settings()) as engine:
        with started("--no-ui", "--home", home.data) as worker:
            await asyncio.to_thread(worker.says, "Working in")
            conversation = await engine.chat.start()
            await engine.chat.say(conversation.id, "The ferry leaves at noon.")
            await asyncio.to_thread(worker.says, "1 document")
        (document,) = await engine.scribe.documents()
    assert "noon" in document.content


async def test_both_write_at_once(tmp_path: Path) -> None:
    """An import there, a chat here, workers on both sides: nobody is locked out."""
    home, logs = tmp_path / "home", tmp_path / "logs"
    write_logs(logs, 150)
    async with open_engine(Home.at(home), Settings()) as engine, asyncio.timeout(DEADLINE):
        conversation = await engine.chat.start()
        async with engine.background():
            importing = asyncio.create_task(other("--no-ui", "--once", "--home", home, logs))
            said = 0
            while not importing.done():
                await engine.chat.say(conversation.id, f"message {said}")
                said += 1
            code, narration = await importing
        await engine.do_what_can_be_done()
        assert code == 0, narration
        assert "locked" not in narration
        assert (await engine.library.conversation(conversation.id)).turns == said
    assert sound(home)
    turns = counted(home)
    assert {c: n for c, n, _ in rows(home, _COVERED)} == turns
    assert rows(home, "SELECT count(*) FROM jobs WHERE state IN ('dead', 'failed')") == [(0,)]


async def test_two_imports_at_once_bring_what_one_brings(tmp_path: Path) -> None:
    """The same logs, by two processes, into one home: each turn once."""
    logs = tmp_path / "logs"
    write_logs(logs, 150)
    done = await asyncio.gather(*(other("import", "--home", tmp_path / "two", logs),) * 1)
    assert [code for code, _ in done] == [0]
    both = await asyncio.gather(
        other("--no-ui", "--once", "--home", tmp_path / "home", logs),
        other("--no-ui", "--once", "--home", tmp_path / "home", logs),
    )
    assert [code for code, _ in both] == [0, 0], both
    assert rows(tmp_path / "home", _RECORD) == rows(tmp_path / "two", _RECORD)
    assert "nothing new" in run("--no-ui", "--once", "--home", tmp_path / "home", logs).stderr
    turns = counted(tmp_path / "home")
    assert {c: n for c, n, _ in rows(tmp_path / "home", _COVERED)} == turns
