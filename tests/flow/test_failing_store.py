"""A store that fails for a while: it is told, nothing ends, and work goes on when it is well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flow.processes import DEADLINE, irc
from minutebook import engine as engine_room
from minutebook.config import Settings
from minutebook.engine import Engine, open_engine
from minutebook.errors import StoreFullError
from minutebook.events import LoopFailed
from minutebook.paths import Home
from minutebook.store.database import Database

FULL = StoreFullError("There is no room left.", hint="Free some space.")


class Disk:
    """Makes every writing fail while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        write = Database._write

        def writing(database: Database, work: Callable[..., Any], *rest: Any, **more: Any) -> Any:
            if self.is_full:
                raise FULL
            return write(database, work, *rest, **more)

        monkeypatch.setattr(Database, "_write", writing)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Return a disk with room, and let loops rest but shortly."""
    monkeypatch.setattr(engine_room, "_REST_SECONDS", 0.05)
    return Disk(monkeypatch)


async def until_told(engine: Engine, turns: int) -> None:
    """Wait until so many turns are in the record, and the document covers them."""
    async with asyncio.timeout(DEADLINE):
        while True:
            documents = await engine.scribe.documents()
            if [document.covered_seq for document in documents] == [turns]:
                return
            await asyncio.sleep(0.02)


async def test_a_full_disk_ends_neither_workers_nor_watch(tmp_path: Path, disk: Disk) -> None:
    """What was written meanwhile comes in, and is told, when there is room again."""
    log = tmp_path / "logs" / "#harbour.log"
    log.parent.mkdir()
    log.write_text(irc(5))
    async with open_engine(Home.at(tmp_path / "home"), Settings()) as engine:
        with engine.bus.subscribe() as heard:
            async with engine.background([log.parent]):
                await until_told(engine, 5)
                disk.is_full = True
                with log.open("a") as stream:
                    stream.write(irc(5, start=5))
                async with asyncio.timeout(DEADLINE):
                    while not any("no room" in str(event) for event in heard.drain()):
                        await asyncio.sleep(0.02)
                disk.is_full = False
                await until_told(engine, 10)


async def test_a_loop_that_fails_is_told_and_begun_anew(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason, not with what wrapped it."""
    async with open_engine(Home.at(tmp_path / "home"), Settings()) as engine:
        with engine.bus.subscribe() as heard:
            disk.is_full = True
            async with engine.background():
                async with asyncio.timeout(DEADLINE):
                    async for event in heard:
                        if isinstance(event, LoopFailed) and event.loop == "pool":
                            break
                disk.is_full = False
                conversation = await engine.chat.start()
                await engine.chat.say(conversation.id, "The ferry leaves at noon.")
                await until_told(engine, 1)
    assert isinstance(event, LoopFailed)
    assert event.reason == str(FULL)


async def test_work_on_a_full_disk_is_an_error_with_a_message(tmp_path: Path, disk: Disk) -> None:
    """Not a group of errors."""
    async with open_engine(Home.at(tmp_path / "home"), Settings()) as engine:
        conversation = await engine.chat.start()
        await engine.chat.say(conversation.id, "The ferry leaves at noon.")
        disk.is_full = True
        with pytest.raises(StoreFullError, match="no room"):
            await engine.do_what_can_be_done()
