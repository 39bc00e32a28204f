"""Lists that are empty, and what else is said beside the data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from terminal import minutebook

from minutebook import __version__

LISTS = (
    (["conversations"], "There are no conversations yet."),
    (["conversations", "ferry"], "No conversation is like that."),
    (["conversations", "--source", "irc"], "No conversation is like that."),
    (["pages", "list"], "There are no pages yet."),
    (["queue", "list"], "There are no jobs."),
    (["queue", "list", "--state", "dead"], "No job is like that."),
    (["scribe", "list"], "There are no documents yet"),
    (["quarantine", "list"], "Nothing is in quarantine"),
    (["watch", "list"], "Nothing is watched yet."),
    (["search", "ferry"], "Nothing was found."),
)


@pytest.mark.parametrize(("command", "said"), LISTS)
def test_an_empty_list_says_so(tmp_path: Path, command: list[str], said: str) -> None:
    """In one line on stderr; stdout is data, and there is none."""
    ran = minutebook(tmp_path / "home", *command)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(said)
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", [command for command, _ in LISTS], ids=" ".join)
def test_an_empty_list_is_one_in_json(tmp_path: Path, command: list[str]) -> None:
    """And nothing has to be said about it."""
    ran = minutebook(tmp_path / "home", *command, "--json")
    assert (ran.json, ran.err) == ([], "")


def test_nothing_in_one_conversation(tmp_path: Path) -> None:
    """A conversation without a closed page, and two versions without a difference."""
    (tmp_path / "#harbour.log").write_text("2026-01-02T10:00:00  <ana> the ferry leaves at noon\n")
    home = tmp_path / "home"
    assert minutebook(home, "--no-ui", "--once", str(tmp_path / "#harbour.log")).code == 0
    ran = minutebook(home, "scribe", "diff", "harbour", "1", "1")
    assert (ran.code, ran.out, ran.err) == (0, "", "Revisions 1 and 1 are the same.\n")


def test_the_module_is_the_command() -> None:
    """`python -m minutebook` where no script was installed."""
    ran = subprocess.run(
        [sys.executable, "-m", "minutebook", "status", "--nonsense"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 2
    assert "Usage: minutebook status" in ran.stderr
    ran = subprocess.run(
        [sys.executable, "-m", "minutebook", "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout == f"minutebook {__version__}\n"


def test_config_in_json(tmp_path: Path) -> None:
    """Where the settings are, and everything that is wrong with them."""
    home, file = tmp_path / "home", tmp_path / "home" / "config.toml"
    where = minutebook(home, "config", "path", "--json")
    assert where.json == {"path": str(file), "exists": False}
    assert minutebook(home, "config", "init").code == 0
    assert minutebook(home, "config", "path", "--json").json["exists"]
    fine = minutebook(home, "config", "validate", "--json")
    assert (fine.code, fine.json) == (0, {"path": str(file), "valid": True, "problems": []})
    file.write_text("[pages]\ntoken = 3\n")
    wrong = minutebook(home, "config", "validate", "--json")
    (problem,) = wrong.json["problems"]
    assert (wrong.code, wrong.err, wrong.json["valid"]) == (2, "", False)
    assert "line 2" in problem["place"]
    assert "pages.tokens" in problem["message"]


def test_status_is_in_words(tmp_path: Path) -> None:
    """Money is money, and what there is none of is not listed part by part."""
    ran = minutebook(tmp_path / "home", "status")
    said = dict(line.split("\t") for line in ran.out.splitlines())
    assert (said["jobs"], said["cost"], said["in quarantine"]) == ("none", "$0.0000", "0")
