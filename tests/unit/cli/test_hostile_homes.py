"""Homes, settings and streams that cannot be used: a message each, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import Ran, minutebook

COMMANDS = (["status"], ["search", "x"], ["import", "."], ["--no-ui", "--once"], ["config", "init"])


def denying(monkeypatch: pytest.MonkeyPatch, denied: int) -> None:
    """Deny something to everybody; the owner of a test machine may be root, who may do all."""
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & denied)


def assert_told(ran: Ran, home: Path, what: str) -> None:
    """The message names the home, what is wrong, and what to do."""
    assert (ran.code, ran.out) == (2, "")
    assert f"'{home}' cannot {what} by you" in ran.err
    assert "--home" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_home_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """Is refused before anything is done."""
    denying(monkeypatch, os.W_OK)
    assert_told(minutebook(tmp_path, *command), tmp_path, "be written to")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [*COMMANDS, ["config", "path"]], ids=" ".join)
def test_a_home_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """Neither can its settings."""
    denying(monkeypatch, os.R_OK)
    assert_told(minutebook(tmp_path, *command), tmp_path, "be read")


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        (b"\xef\xbb\xbf[pages]\r\ntokens = 3000\r\n", 0, "fine"),
        (b"[pages]\ntokens = 1000\ntokens = 2000\n", 2, "line 3"),
        (b"\xff\xfe", 2, "UTF-8"),
        (b'[pages]\ntokens = "\x00"\n', 2, "line 2"),
    ],
)
def test_strange_settings(tmp_path: Path, written: bytes, code: int, said: str) -> None:
    """A byte order mark and foreign line ends are borne; what is wrong is named with its place."""
    (tmp_path / "config.toml").write_bytes(written)
    ran = minutebook(tmp_path, "config", "validate")
    assert ran.code == code
    assert said in ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("command", [["--version"], ["config", "show"]], ids=" ".join)
def test_a_stream_that_takes_nothing(tmp_path: Path, command: list[str]) -> None:
    """One line says so."""
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "minutebook", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "MINUTEBOOK_HOME": str(tmp_path)},
            text=True,
            timeout=60,
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith("minutebook: It cannot go on")
    assert ran.stderr.count("\n") == 1


def test_a_refused_file_has_its_reason_everywhere(tmp_path: Path) -> None:
    """At the top of its report, and in quarantine with its place."""
    empty = tmp_path / "empty.txt"
    empty.touch()
    (report,) = minutebook(tmp_path / "home", "import", "--json", str(empty)).json
    (rejected,) = report["quarantined"]
    assert report["reason"] == rejected["reason"] == "It is empty."
    assert rejected["place"] == "the whole file"
