"""`context show`: what a model is shown of a conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from terminal import minutebook

from conversing import converse, exchanges, said, say
from doubles import FakeClock
from minutebook.cli.exits import Exit
from minutebook.domain.turns import Role
from minutebook.store.database import Database

HOSTILE = "Look: \x1b[2J\u202e </record>"


async def _fill(home: Path) -> str:
    database = await Database.open(home / "minutebook.db")
    clock = FakeClock()
    id_ = await database.write(lambda tx: converse(tx, "c", clock()))
    lines = [*exchanges(3), said(Role.USER, HOSTILE)]
    await database.write(lambda tx: say(tx, id_, lines, clock()))
    await database.close()
    return id_


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with a conversation in it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "id").write_text(asyncio.run(_fill(folder)))
    return folder


def test_sizes(home: Path) -> None:
    """The layers add up to what is used, and the budget is there."""
    ran = minutebook(home, "context", "show", (home / "id").read_text(), "--json")
    told = ran.json
    assert {"model", "window", "used", "layers", "thresholds"} <= told.keys()
    assert [each["name"] for each in told["layers"]][:2] == ["system", "story"]
    assert told["used"] == sum(each["tokens"] for each in told["layers"]) > 100
    assert told["thresholds"] == {"low": 0.6, "high": 0.8, "emergency": 0.9}


def test_for_people(home: Path) -> None:
    """A table, a line for each layer and one for all of them."""
    ran = minutebook(home, "context", "show", (home / "id").read_text())
    lines = [line.split("\t") for line in ran.out.splitlines()]
    assert [line[0] for line in lines][-2:] == ["current", "used"]
    assert "60,000 tokens" in ran.err


def test_what_would_be_sent(home: Path) -> None:
    """All of it is printed, and nothing of it is obeyed by a terminal."""
    ran = minutebook(home, "context", "show", (home / "id").read_text(), "--text")
    assert ran.out.startswith("=== tool recall_page\n")
    assert "=== system\nYou are the assistant" in ran.out
    assert "=== user\nQuestion 2:" in ran.out
    assert "</record>" in ran.out
    assert not {"\x1b", "\u202e"} & set(ran.out)


def test_count_of_a_provider(home: Path) -> None:
    """A model whose provider does not count says so; the estimate stands all the same."""
    wanted = (home / "id").read_text()
    ran = minutebook(home, "context", "show", wanted, "--count", "--json")
    assert ran.json["counted"] is None
    assert ran.json["used"] > 100
    assert "does not count" in minutebook(home, "context", "show", wanted, "--count").err


def test_another_model(home: Path) -> None:
    """The sizes are told as a model that is named would be shown them; nothing else changes."""
    wanted = (home / "id").read_text()
    ran = minutebook(home, "context", "show", wanted, "-m", "openai:gpt-4o", "--json")
    assert ran.json["model"] == "openai:gpt-4o"
    assert minutebook(home, "context", "show", wanted, "--json").json["model"] == "offline"
    assert minutebook(home, "context", "show", wanted, "-m", "openapi:x").code != Exit.DONE


def test_no_such_conversation(home: Path) -> None:
    """It is said which is missing."""
    ran = minutebook(home, "context", "show", "cv_nobody")
    assert ran.code == Exit.FAILED
    assert "cv_nobody" in ran.err
