"""`compact`, `context history`, `context undo`."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from terminal import minutebook

from conversing import converse, exchanges, say
from doubles import FakeClock
from minutebook.cli.exits import Exit
from minutebook.context import looking
from minutebook.store.database import Database

SMALL = ("--set", "context.tokens=1000", "--set", "context.reply_tokens=100")


async def _fill(home: Path) -> str:
    database = await Database.open(home / "minutebook.db")
    clock = FakeClock()
    id_ = await database.write(lambda tx: converse(tx, "c", clock()))
    await database.write(lambda tx: say(tx, id_, exchanges(60), clock()))
    await database.close()
    return id_


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with a conversation in it that is longer than the window."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "id").write_text(asyncio.run(_fill(folder)))
    return folder


def test_there_and_back(home: Path) -> None:
    """A trial changes nothing; a pass makes room and is listed; an undo takes it back."""
    id_ = (home / "id").read_text()
    trial = minutebook(home, *SMALL, "compact", id_, "--dry-run", "--json").json
    assert trial["after"] < trial["before"]
    assert minutebook(home, "context", "history", id_, "--json").json == []
    done = minutebook(home, *SMALL, "compact", id_, "--json").json
    assert done["before"] == trial["before"]
    assert done["after"] < done["before"]
    assert all(each["reference"].startswith("pg_") for each in done["left"])
    (listed,) = minutebook(home, "context", "history", id_, "--json").json
    assert {"at", "trigger", "tiers", "before", "after", "left", "cost_usd"} <= listed.keys()
    assert (listed["trigger"], listed["cost_usd"]) == ("command", 0.0)
    undone = minutebook(home, *SMALL, "context", "undo", id_, "--json").json
    assert undone["after"] == done["before"]
    after = minutebook(home, "context", "history", id_, "--json").json
    assert [each["undone"] for each in after] == [False, True]
    assert minutebook(home, "context", "undo", id_).code == Exit.USAGE


@pytest.mark.parametrize(("mode", "comes"), [("auto", "makes room first"), ("off", "fails before")])
def test_what_does_not_fit_is_foretold(home: Path, mode: str, comes: str) -> None:
    """Beyond the budget, it is said what the next message does, also behind an undo."""
    id_ = (home / "id").read_text()
    options = (*SMALL, "--set", f"context.compaction={mode}")
    assert comes in minutebook(home, *options, "context", "show", id_).err
    minutebook(home, *SMALL, "compact", id_)
    assert comes not in minutebook(home, *options, "context", "show", id_).err
    undone = minutebook(home, *options, "context", "undo", id_)
    assert comes in undone.err
    assert f"minutebook compact {id_}" in undone.err


def test_room_is_narrated_before_an_answer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the first answer in a long conversation is told why, on stderr."""
    monkeypatch.setattr(looking, "_MANY", 10)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    ran = minutebook(home, *SMALL, "chat", "-c", (home / "id").read_text(), "And now?")
    told = ("121 turns are read", "Making room in a prompt of", "The prompt has ")
    places = [ran.err.index(each) for each in told]
    assert places == sorted(places)
    assert "Making room" not in ran.out


def test_for_people(home: Path) -> None:
    """What left is a table; how it went is narration."""
    id_ = (home / "id").read_text()
    planned = minutebook(home, *SMALL, "compact", id_, "--dry-run")
    assert "a model would be asked 0 times" in planned.err
    ran = minutebook(home, *SMALL, "compact", id_)
    assert ran.out.splitlines()[0].split("\t")[0] == "page"
    assert "tokens" in ran.err
    assert len(minutebook(home, "context", "history", id_).out.splitlines()) == 1
    assert "Nothing left the prompt" in minutebook(home, "compact", id_).err
