"""`minutebook watch`: what one process decides, an engine that runs elsewhere obeys."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from flow.processes import irc, rows, run, started


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home that is not there yet."""
    return tmp_path / "home"


def watched(home: Path) -> list[tuple[str, bool]]:
    """Return what is watched, and whether it is there."""
    ran = run("watch", "list", "--json", "--home", home)
    assert ran.returncode == 0, ran.stderr
    return [(one["path"], one["exists"]) for one in json.loads(ran.stdout)]


def append(log: Path, count: int, start: int = 0) -> None:
    """Write to a log, whose folder is made."""
    log.parent.mkdir(exist_ok=True)
    with log.open("a") as stream:
        stream.write(irc(count, start=start))


def test_a_worker_obeys_what_another_process_adds_and_stops(home: Path, tmp_path: Path) -> None:
    """Added, it is read and watched; stopped, it is not read, and its turns stay."""
    one, two = tmp_path / "one" / "#one.log", tmp_path / "two" / "#two.log"
    append(one, 5)
    append(two, 5, start=100)
    with started("--no-ui", "--home", home, one.parent) as worker:
        worker.says("#one.log: 5 new")
        assert run("watch", "add", "--home", home, two.parent).returncode == 0
        worker.says(f"watching {two.parent}")
        worker.says("#two.log: 5 new")
        append(two, 1, start=105)
        worker.says("#two.log: 1 new")
        ran = run("watch", "stop", "--home", home, two.parent)
        assert (ran.returncode, ran.stdout) == (0, "")
        worker.says(f"no longer watching {two.parent}")
        append(two, 1, start=106)
        append(one, 1, start=5)
        worker.says("#one.log: 1 new")
        worker.send(signal.SIGTERM)
        assert worker.ends() == 0
    assert rows(home, "SELECT turns FROM conversations ORDER BY turns") == [(6,), (6,)]
    assert watched(home) == [(str(one.parent), True)]


def test_a_worker_without_a_path_watches_what_is_remembered(home: Path, tmp_path: Path) -> None:
    """From the last run, or from a command."""
    log = tmp_path / "logs" / "#harbour.log"
    append(log, 5)
    assert run("watch", "add", "--home", home, log.parent).returncode == 0
    with started("--no-ui", "--home", home) as worker:
        worker.says("#harbour.log: 5 new")
        worker.send(signal.SIGTERM)
        assert worker.ends() == 0


def test_one_run_watches_nothing(home: Path, tmp_path: Path) -> None:
    """`--once` reads what it is told, and remembers nothing."""
    for name in ("one", "two"):
        append(tmp_path / name / f"#{name}.log", 5)
    assert run("watch", "add", "--home", home, tmp_path / "one").returncode == 0
    assert run("--no-ui", "--once", "--home", home, tmp_path / "two").returncode == 0
    assert rows(home, "SELECT title FROM conversations") == [("#two",)]
    assert watched(home) == [(str(tmp_path / "one"), True)]


def test_the_commands_say_what_they_did(home: Path, tmp_path: Path) -> None:
    """For a path that is not there, one that is watched already, and one that is not watched."""
    later = tmp_path / "later"
    assert "not there yet" in run("watch", "add", "--home", home, later).stderr
    assert "watched already" in run("watch", "add", "--home", home, later).stderr
    assert watched(home) == [(str(later), False)]
    ran = run("watch", "stop", "--home", home, later / "inner")
    assert ran.returncode == 1
    assert "part of" in ran.stderr
    assert run("watch", "stop", "--home", home, later).returncode == 0
    assert watched(home) == []
