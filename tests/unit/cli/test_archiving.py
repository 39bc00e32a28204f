"""`archive`: pages leave and come back, and every command says what it did."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from terminal import minutebook

from conversing import converse, exchanges, say
from doubles import FakeClock
from minutebook.cli.exits import Exit
from minutebook.store.database import Database


async def _fill(home: Path) -> None:
    database = await Database.open(home / "minutebook.db")
    clock = FakeClock()
    id_ = await database.write(lambda tx: converse(tx, "c", clock()))
    await database.write(lambda tx: say(tx, id_, exchanges(6), clock(), page_tokens=120))
    await database.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with a conversation of some closed pages."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    asyncio.run(_fill(folder))
    return folder


def pages_of(home: Path) -> list[str]:
    """Return the ids of the closed pages, the oldest first."""
    return [page["id"] for page in reversed(minutebook(home, "pages", "list", "--json").json)]


def test_a_page_leaves_and_comes_back(home: Path) -> None:
    """It is found, read and shown while it is away, and the same again afterwards."""
    page = pages_of(home)[0]
    before = minutebook(home, "search", "question", "--json", "--limit", "50").json
    gone = minutebook(home, "archive", "now", page, "--json")
    assert (gone.code, gone.json["pages"]) == (Exit.DONE, 1)
    stats = minutebook(home, "archive", "stats", "--json").json
    assert (stats["pages"], stats["files"]) == (1, 2)
    after = minutebook(home, "search", "question", "--json", "--limit", "50").json
    assert {hit["page"] for hit in after if hit["archived"]} == {page}
    assert [{**hit, "archived": False} for hit in after] == before
    assert minutebook(home, "archive", "verify", "--json").json["problems"] == []
    moves = minutebook(home, "archive", "ledger", page, "--json").json
    assert [move["to"] for move in moves] == ["archived", "pending_decay"]
    assert [move["by"] for move in moves] == ["person", "person"]
    assert "at once" in moves[0]["why"]
    assert minutebook(home, "archive", "restore", page, "--json").json["pages"] == 1
    assert minutebook(home, "search", "question", "--json", "--limit", "50").json == before


def test_damage_is_told_and_the_rest_answers(home: Path) -> None:
    """`verify` names the file and fails; a page that lies there cannot come back, others can."""
    first, *_, last = pages_of(home)
    minutebook(home, "archive", "now", first)
    minutebook(home, "archive", "now", last)
    files = sorted((home / "archive" / "turns").rglob("*.parquet"), key=lambda f: f.stat().st_ctime)
    files[0].write_bytes(b"PAR1 no more PAR1")
    (home / "archive" / "notes.txt").write_text("mine")
    ran = minutebook(home, "archive", "verify", "--json")
    assert ran.code == Exit.FAILED
    losses = {problem["path"]: problem["loss"] for problem in ran.json["problems"]}
    assert losses[files[0].relative_to(home / "archive").as_posix()] is True
    assert losses["notes.txt"] is False
    failed = minutebook(home, "archive", "restore", first)
    assert failed.code == Exit.FAILED
    assert "archive verify" in failed.err
    some = minutebook(home, "archive", "restore", "--all", "--json")
    assert (some.code, some.json["pages"]) == (Exit.FAILED, 1)
    assert [each["page"] for each in some.json["failed"]] == [first]
    assert f"{first} stays archived" in some.err
    assert minutebook(home, "pages", "show", last).code == Exit.DONE
    assert minutebook(home, "search", "question", "--json").code == Exit.DONE
    assert (home / "archive" / "notes.txt").read_text() == "mine"


def test_a_page_is_weighed_and_pinned(home: Path) -> None:
    """The terms add up to the score; the outlook falls; what is pinned does not go."""
    page = pages_of(home)[0]
    told = minutebook(home, "archive", "explain", page, "--json").json
    assert sum(term["share"] for term in told["terms"]) == pytest.approx(told["score"], abs=1e-5)
    points = minutebook(home, "archive", "plot", page, "--json", "--days", "900").json
    scores = [point["score"] for point in points]
    assert scores == sorted(scores, reverse=True)
    assert "|" in minutebook(home, "archive", "plot", page).out
    minutebook(home, "archive", "pin", page)
    refused = minutebook(home, "archive", "now", page)
    assert refused.code == Exit.USAGE
    assert "unpin" in refused.err
    minutebook(home, "archive", "unpin", page)
    assert minutebook(home, "archive", "now", page, "--json").json["pages"] == 1


def test_nothing_is_named(home: Path) -> None:
    """`restore` wants pages, and says so; unknown ones are named."""
    assert minutebook(home, "archive", "restore").code == Exit.USAGE
    unknown = minutebook(home, "archive", "restore", "pg_none")
    assert (unknown.code, "pg_none" in unknown.err) == (Exit.FAILED, True)
    assert minutebook(home, "archive", "pending", "--json").json == []


def test_a_missing_file_is_told_above_the_rows(home: Path, tmp_path: Path) -> None:
    """The rows that are left come, in each form, and stderr says that a file is missing."""
    first = pages_of(home)[0]
    minutebook(home, "archive", "now", first)
    (gone,) = (home / "archive" / "pages").rglob("*.parquet")
    gone.unlink()
    ran = minutebook(home, "sql", "SELECT count(*) FROM history")
    assert (ran.code, ran.out) == (Exit.DONE, "0\n")
    assert "1 file of the archive is missing" in ran.err
    assert str(home) not in ran.err
    target = str(tmp_path / "rows.parquet")
    ran = minutebook(home, "sql", "--format", "parquet", "--output", target, "FROM history")
    assert "1 file of the archive is missing" in ran.err
