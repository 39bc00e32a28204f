"""The engine without a screen, as a process: what it says, how it stops, what it returns."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from flow.processes import COMMAND, DEADLINE, irc, rows, run, sound, started


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home that is not there yet."""
    return tmp_path / "home"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return a folder with a small log, and a long one behind it."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.log").write_text(irc(5))
    (folder / "b.log").write_text(irc(20_000, start=1_000))
    return folder


def test_once_says_what_came_of_it_and_a_second_run_that_nothing_did(
    home: Path, tmp_path: Path
) -> None:
    """What came in, what was made, what was quarantined; then nothing."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "#harbour.log").write_text(irc(500))
    (tmp_path / "logs" / "noise.txt").write_bytes(b"\x00\xff" * 99)
    first = run("--no-ui", "--once", "--home", home, tmp_path / "logs")
    assert first.returncode == 3
    assert first.stdout == ""
    assert "Came in: 500 new turns from 1 log." in first.stderr
    assert "noise.txt, the whole file: It is not text." in first.stderr
    assert "1 document" in first.stderr
    assert "1 conversation, 500 turns" in first.stderr
    second = run("--no-ui", "--once", "--home", home, tmp_path / "logs")
    assert second.returncode == 3
    assert "Came in: nothing new" in second.stderr
    assert "Made: nothing." in second.stderr


def test_exit_codes(home: Path, tmp_path: Path) -> None:
    """0 done, 1 failed, 2 usage, 3 done but for some input."""
    log = tmp_path / "#harbour.log"
    log.write_text(irc(3))
    assert run("--no-ui", "--once", "--home", home, log).returncode == 0
    assert run("--no-ui", "--once", "--home", home, log, tmp_path / "none").returncode == 3
    assert run("--no-ui", "--once", "--home", home, "--set", "pages.token=1").returncode == 2
    (home / "minutebook.db").write_bytes(b"no database" * 999)
    failed = run("--no-ui", "--once", "--home", home, log)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["TERM", "INT"]
)
def test_a_signal_stops_an_engine_that_serves(
    home: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """SIGTERM is how it is meant to end; SIGINT is an interruption."""
    with started("--no-ui", "--home", home) as engine:
        engine.says("Working in")
        engine.send(number)
        engine.says("Stopping")
        assert engine.ends() == code
    assert sound(home)


def test_an_import_that_is_interrupted_goes_on_with_the_next_run(home: Path, logs: Path) -> None:
    """The first signal lets the batch end; what was read stays, and the rest comes later."""
    with started("--no-ui", "--once", "--home", home, logs) as engine:
        engine.says("a.log: 5 new")
        engine.send(signal.SIGTERM)
        assert engine.ends() == 130
    assert sound(home)
    ((turns,),) = rows(home, "SELECT count(*) FROM turns")
    assert isinstance(turns, int)
    assert turns < 20_005
    assert run("import", "--home", home, logs).returncode == 0
    assert rows(home, "SELECT count(*) FROM turns") == [(20_005,)]


def test_a_second_signal_stops_at_once(home: Path, logs: Path) -> None:
    """Jobs that run are handed back; the store is in order."""
    with started("--no-ui", "--home", home, logs) as engine:
        engine.says("a.log: 5 new")
        engine.send(signal.SIGINT)
        engine.says("Stopping")
        engine.send(signal.SIGINT)
        assert engine.ends() == 130
        assert not any("Traceback" in line for line in engine.heard)
    assert sound(home)
    assert rows(home, "SELECT count(*) FROM jobs WHERE state = 'leased'") == [(0,)]


def test_an_import_command_can_be_interrupted(home: Path, logs: Path) -> None:
    """Ctrl+C in the middle leaves no traceback, and no half batch."""
    with started("import", "--home", home, logs / "b.log") as importing:
        deadline = time.monotonic() + DEADLINE
        while not _has_turns(home):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        importing.send(signal.SIGINT)
        assert importing.ends() == 130
        assert "".join(importing.heard) == ""
    assert sound(home)


def _has_turns(home: Path) -> bool:
    try:
        return rows(home, "SELECT count(*) FROM turns") != [(0,)]
    except Exception:  # noqa: BLE001 - the store is just being made
        return False


def test_what_is_appended_is_picked_up_and_told_in_json(home: Path, tmp_path: Path) -> None:
    """Every line is an object with a moment, a name and a message for people."""
    log = tmp_path / "logs" / "#harbour.log"
    log.parent.mkdir()
    log.write_text(irc(5))
    with started("--no-ui", "--log-json", "--home", home, log.parent) as engine:
        engine.says('"new": 5')
        with log.open("a") as stream:
            stream.write(irc(1, start=5))
        told = json.loads(engine.says('"new": 1'))
        assert (told["event"], told["place"]) == ("SourceImported", str(log))
        engine.says('"kind": "scribe"')
        engine.send(signal.SIGTERM)
        assert engine.ends() == 0
        told = [json.loads(line) for line in engine.heard]
    assert all({"at", "event", "message"} <= set(entry) for entry in told)


def test_a_folder_that_comes_later_is_read_when_it_is_there(home: Path, tmp_path: Path) -> None:
    """It is said that it is not there yet."""
    with started("--no-ui", "--home", home, tmp_path / "later") as engine:
        engine.says("There is no")
        engine.says("Working in")
        engine.send(signal.SIGTERM)
        assert engine.ends() == 0


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a long conversation."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "#harbour.log").write_text(irc(5_000))
    assert run("import", "--home", folder / "home", folder / "#harbour.log").returncode == 0
    return folder / "home"


def test_output_that_nobody_reads_on_is_no_failure(full: Path) -> None:
    """As with `| head -1`: quiet, and no error."""
    process = subprocess.Popen(
        [*COMMAND, "show", "--home", str(full), "#harbour"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        assert process.stdout.readline() == b"#harbour\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(DEADLINE) == 0


def test_a_long_conversation_is_shown_whole(full: Path) -> None:
    """Piece by piece, as valid JSON."""
    shown = json.loads(run("show", "--home", full, "#harbour", "--json").stdout)
    assert [turn["content"] for turn in shown["turns"]] == [f"line {n}" for n in range(5_000)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_that_finds_no_room_is_a_message(full: Path) -> None:
    """And a failure."""
    with Path("/dev/full").open("wb") as nowhere:
        ran = subprocess.run(
            [*COMMAND, "conversations", "--home", str(full)],
            stdout=nowhere,
            stderr=subprocess.PIPE,
            text=True,
            timeout=DEADLINE,
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith("minutebook: ")
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_terminals_of_any_encoding_are_borne(tmp_path: Path, encoding: str) -> None:
    """What they cannot show is a sign; JSON loses nothing."""
    log = tmp_path / "#hafen.log"
    log.write_text("2024-01-01T10:00:00  <Zoë> 渡し船 ✓\n2024-01-01T10:00:09  <Bo> ok\n")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    imported = run("import", "--home", tmp_path / "home", log, env=environment)
    assert imported.returncode == 0
    how = {"env": environment, "encoding": encoding}
    for args in (["conversations"], ["search", "ok"], ["show", "#hafen"]):
        assert run(*args, "--home", tmp_path / "home", **how).returncode == 0
    shown = run("show", "#hafen", "--json", "--home", tmp_path / "home", **how)
    assert json.loads(shown.stdout)["turns"][0]["content"] == "渡し船 ✓"
