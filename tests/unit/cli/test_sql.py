"""`sql`: rows in every form, from the command line and from stdin, and codes for scripts."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest
from terminal import OBEYED, minutebook

from conversing import converse, exchanges, say
from doubles import FakeClock
from minutebook.archive.console.exporting import unique
from minutebook.cli.exits import Exit
from minutebook.store.database import Database

QUERY = "SELECT range AS n, 'a\t\x1b[31m\"b,' AS t, [1.5, NULL] AS l FROM range(3)"


async def _fill(home: Path) -> None:
    database = await Database.open(home / "minutebook.db")
    clock = FakeClock()
    id_ = await database.write(lambda tx: converse(tx, "c", clock()))
    await database.write(lambda tx: say(tx, id_, exchanges(3), clock()))
    await database.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with a conversation in it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    asyncio.run(_fill(folder))
    return folder


def test_json(home: Path) -> None:
    """A list of objects, each member typed, and harmless in a terminal."""
    ran = minutebook(home, "sql", "--json", QUERY)
    assert ran.json[2] == {"n": 2, "t": 'a\t\x1b[31m"b,', "l": [1.5, None]}
    assert not OBEYED.search(ran.out.replace("\t", ""))
    assert minutebook(home, "sql", "--format", "json", "SELECT count(*) AS n FROM turns").json == [
        {"n": 6}
    ]


def test_other_forms(home: Path, tmp_path: Path) -> None:
    """CSV, lines of JSON and Parquet hold the same rows."""
    lines = minutebook(home, "sql", "--format", "ndjson", QUERY).out.splitlines()
    assert [json.loads(line)["n"] for line in lines] == [0, 1, 2]
    target = tmp_path / "rows.csv"
    ran = minutebook(home, "sql", "--format", "csv", "--output", str(target), QUERY)
    rows = list(csv.reader(io.StringIO(target.read_text("utf-8"))))
    assert rows[0] == ["n", "t", "l"]
    assert rows[3] == ["2", 'a\t\x1b[31m"b,', "[1.5, null]"]
    assert "3 rows" in ran.err
    target = tmp_path / "rows.parquet"
    ran = minutebook(home, "sql", "--format", "parquet", "--output", str(target), QUERY)
    assert target.read_bytes()[:4] == b"PAR1"


def test_a_table_says_when_there_is_more(home: Path) -> None:
    """Rows with tabs between the fields, and a word about those that were left out."""
    ran = minutebook(home, "sql", "--limit", "2", "FROM range(5)")
    assert ran.out == "0\n1\n"
    assert "--limit 0" in ran.err


def test_from_stdin(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a query, it is read."""
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 7 AS n"))
    assert minutebook(home, "sql", "--json").json == [{"n": 7}]


def test_codes(home: Path, tmp_path: Path) -> None:
    """What is wrong or refused is a failure; what is asked wrongly is a matter of usage."""
    ran = minutebook(home, "sql", "SELECT nope FROM history")
    assert (ran.code, ran.out) == (Exit.FAILED, "")
    assert "Line 1, column 8" in ran.err
    assert minutebook(home, "sql", "DROP VIEW history").code == Exit.FAILED
    assert minutebook(home, "sql", "--format", "parquet", "SELECT 1").code == Exit.USAGE
    there = tmp_path / "there.csv"
    there.write_text("mine")
    ran = minutebook(home, "sql", "--format", "csv", "--output", str(there), "SELECT 1")
    assert (ran.code, there.read_text()) == (Exit.USAGE, "mine")


def test_saved_queries_and_plans(home: Path) -> None:
    """They are listed, run by name, and explained."""
    names = [one["name"] for one in minutebook(home, "sql", "--saved", "--json").json]
    assert {"find", "totals", "outcomes"} <= set(names)
    assert minutebook(home, "sql", "--run", "totals", "--json").json[0]["pages"] == 0
    assert minutebook(home, "sql", "--run", "no").code == Exit.USAGE
    assert "RANGE" in minutebook(home, "sql", "--explain", "FROM range(3)").out


def test_names_of_members_differ() -> None:
    """Two columns of one name are both in the object."""
    assert unique(["a", "a", "b", "a"]) == ["a", "a_2", "b", "a_3"]


def test_a_query_may_begin_with_a_comment(home: Path) -> None:
    """It is no option, wherever it stands; one that is nothing but a comment is no query."""
    query = "-- how many = all\nSELECT 7 AS n"
    assert minutebook(home, "sql", query, "--json").json == [{"n": 7}]
    ran = minutebook(home, "sql", "-- nothing")
    assert (ran.code, "There is no query" in ran.err) == (Exit.FAILED, True)
    assert "No such option" in minutebook(home, "sql", "--jsn", "SELECT 1").err
