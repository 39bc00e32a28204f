"""`snapshot`: taken, shown, asked, gone on from."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from terminal import HOSTILE, OBEYED, minutebook

from minutebook.cli.exits import Exit

SNAPSHOT = {
    "id",
    "conversation",
    "at",
    "kind",
    "label",
    "page",
    "revision",
    "turns",
    "tokens",
    "model",
    "instructions",
    "slot",
}
SUMMON = {"id", "snapshot", "begun_at", "dismissed_at", "messages", "cost_usd"}
SAID = {"number", "role", "content", "at", "model", "ending", "cost_usd"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with one conversation, answered by no model."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    home = tmp_path / "home"
    said = minutebook(home, "chat", "-s", "Be brief.", "Carla carries the paraffin stove.")
    assert said.code == Exit.DONE
    return home


def conversation(home: Path) -> str:
    (found,) = minutebook(home, "conversations", "--json").json
    id_: str = found["id"]
    return id_


def taken(home: Path) -> str:
    ran = minutebook(home, "snapshot", "take", conversation(home), "--label", "stove", "--json")
    assert set(ran.json) == SNAPSHOT
    id_: str = ran.json["id"]
    return id_


def test_snapshots_are_taken_and_listed(home: Path) -> None:
    """The newest first, with the keys of the contract; a beginning of an id is enough."""
    first, second = taken(home), taken(home)
    listed = minutebook(home, "snapshot", "list", conversation(home), "--json").json
    assert {each["id"] for each in listed} == {first, second}
    assert [set(each) for each in listed] == [SNAPSHOT] * 2
    assert (listed[0]["turns"], listed[0]["label"], listed[0]["model"]) == (2, "stove", "offline")
    assert listed[0]["instructions"] == "Be brief."
    assert first in minutebook(home, "snapshot", "list").out
    assert len(minutebook(home, "snapshot", "list", "--limit", "1", "--json").json) == 1
    shown = minutebook(home, "snapshot", "show", first[:12], "--json").json
    assert set(shown) == {*SNAPSHOT, "system", "messages", "revised"}
    assert shown["messages"][0] == {
        "role": "user",
        "content": "Carla carries the paraffin stove.",
    }
    assert shown["system"].endswith("Be brief.")
    assert "Carla carries" in minutebook(home, "snapshot", "show", first, "--text").out


def test_the_model_of_then_is_asked(home: Path) -> None:
    """An answer is data, the rest narration; it can be asked on, read and dismissed."""
    snapshot = taken(home)
    ran = minutebook(home, "snapshot", "summon", snapshot, "Who has the stove?")
    assert ran.code == Exit.DONE
    assert "Carla carries the paraffin stove" in ran.out
    assert "read only" in ran.err
    (listed,) = minutebook(home, "snapshot", "summons", "--json").json
    assert set(listed) == SUMMON
    assert (listed["snapshot"], listed["messages"], listed["dismissed_at"]) == (snapshot, 2, None)
    summon = listed["id"]
    asked = minutebook(home, "snapshot", "ask", summon, "The stove?", "--json").json
    assert set(asked) == {"summon", *SAID}
    assert (asked["number"], asked["role"], asked["model"]) == (4, "assistant", "offline")
    gone = minutebook(home, "snapshot", "dismiss", summon, "--json").json
    assert set(gone) == SUMMON
    assert gone["dismissed_at"]
    shown = minutebook(home, "snapshot", "show", summon, "--json").json
    assert set(shown) == {*SUMMON, "said"}
    assert [set(each) for each in shown["said"]] == [SAID] * 4
    assert "Who has the stove?" in minutebook(home, "snapshot", "show", summon).out
    more = minutebook(home, "snapshot", "ask", summon, "More?")
    assert (more.code, more.out) == (Exit.USAGE, "")
    assert "was dismissed" in more.err
    assert summon in minutebook(home, "snapshot", "summons", conversation(home)).out


def test_the_record_is_the_same_as_before(home: Path) -> None:
    """What was asked beside it cannot be found, and counts nowhere."""
    snapshot = taken(home)
    before = minutebook(home, "status", "--json").json
    minutebook(home, "snapshot", "summon", snapshot, "Zanzibar stove?")
    assert minutebook(home, "status", "--json").json == before
    assert minutebook(home, "search", "Zanzibar", "--json").json == []


def test_going_on_from_there(home: Path) -> None:
    """Back in the same conversation, or in one beside it."""
    id_, snapshot = conversation(home), taken(home)
    minutebook(home, "chat", "-c", id_, "Ben carries it now.")
    branch = minutebook(home, "snapshot", "branch", snapshot, "-t", "Otherwise", "--json").json
    assert (branch["title"], branch["turns"]) == ("Otherwise", 0)
    shown = minutebook(home, "context", "show", branch["id"], "--text").out
    assert "Carla carries" in shown
    assert "Ben carries" not in shown
    said = minutebook(home, "chat", "-c", branch["id"], "Who has the paraffin stove?")
    assert said.code == Exit.DONE
    resumed = minutebook(home, "snapshot", "resume", snapshot, "--json").json
    assert resumed["id"] == id_
    shown = minutebook(home, "context", "show", id_, "--text").out
    assert "Carla carries" in shown
    assert "Ben carries" not in shown


def test_what_is_not_there(home: Path) -> None:
    """Errors are as everywhere: a line that says what to do, and nothing on stdout."""
    for args in (("show", "sn_none"), ("show", "su_none"), ("summon", "x", "y"), ("resume", "x")):
        ran = minutebook(home, "snapshot", *args)
        assert (ran.code, ran.out) == (Exit.FAILED, "")
        assert "`minutebook snapshot " in ran.err
    empty = minutebook(home, "snapshot", "summons")
    assert (empty.code, empty.out) == (Exit.DONE, "")
    assert "No side conversation yet" in empty.err
    begun = minutebook(home, "snapshot", "summon", taken(home), "--json")
    assert set(begun.json) == SUMMON


def test_labels_are_data(home: Path) -> None:
    """No label is obeyed by a terminal."""
    ran = minutebook(home, "snapshot", "take", conversation(home), "-l", HOSTILE)
    assert ran.code == Exit.DONE
    assert not OBEYED.search(ran.out)
    assert not OBEYED.search(minutebook(home, "snapshot", "list").out)
