"""`privacy opt-out`, `opt-in`, `opted-out`: what they print, and how they end."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from terminal import minutebook

from minutebook.cli.exits import Exit
from opting import BOB, PLANTED, log_of

REPORT = {
    "person",
    "dry_run",
    "conversations",
    "pages",
    "removed",
    "pending",
    "unreached",
    "mentions",
    "quotes",
    "left",
}
PERSON = {
    "id",
    "name",
    "names",
    "conversation",
    "exact",
    "erases",
    "state",
    "turns",
    "asked_at",
    "done_at",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with a log of three in it."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    home = tmp_path / "home"
    assert minutebook(home, "import", str(log_of(tmp_path / "logs"))).code == Exit.DONE
    return home


def test_the_report_and_the_list(home: Path) -> None:
    """What was removed, what is out of reach, that nothing is left; and who has opted out."""
    rehearsed = minutebook(home, "privacy", "opt-out", "bob miller", "--dry-run", "--json")
    assert (rehearsed.code, set(rehearsed.json)) == (Exit.DONE, REPORT)
    assert minutebook(home, "privacy", "opted-out", "--json").json == []
    ran = minutebook(home, "privacy", "opt-out", "bob miller", "--json")
    assert (ran.code, set(ran.json)) == (Exit.DONE, REPORT)
    assert ran.json["left"] == []
    assert {each["place"] for each in ran.json["unreached"]} == {"providers", "your own copies"}
    (person,) = minutebook(home, "privacy", "opted-out", "--json").json
    assert set(person) == PERSON
    assert (person["names"], person["turns"], person["state"]) == ([BOB], 8, "done")
    back = minutebook(home, "privacy", "opt-in", BOB, "--json")
    assert back.json == {"name": BOB, "came_back": 8, "erased": 0}


def test_nothing_is_erased_unless_somebody_says_yes(home: Path) -> None:
    """Where nobody can be asked it is refused, and nothing is changed."""
    ran = minutebook(home, "privacy", "opt-out", BOB, "--erase")
    assert ran.code == Exit.USAGE
    assert "--yes" in ran.err
    assert minutebook(home, "privacy", "opted-out", "--json").json == []
    assert PLANTED in minutebook(home, "search", "elderberry").out
    assert minutebook(home, "privacy", "opt-out", BOB, "--erase", "--yes").code == Exit.DONE
    assert PLANTED not in minutebook(home, "search", "elderberry").out


def test_a_name_that_nobody_has_fails_and_says_who_is_there(home: Path) -> None:
    """It never ends well when nobody was removed."""
    ran = minutebook(home, "privacy", "opt-out", "bob")
    assert ran.code == Exit.FAILED
    assert repr(BOB) in ran.err
    assert minutebook(home, "privacy", "opt-in", BOB).code == Exit.FAILED
