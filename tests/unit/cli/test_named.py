"""Paths that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import minutebook

from minutebook.cli.exits import Exit
from minutebook.cli.named import missing


@pytest.mark.parametrize("command", [["import"], ["--no-ui", "--once"]], ids=" ".join)
def test_a_path_that_is_not_there_is_an_error(tmp_path: Path, command: list[str]) -> None:
    """It is named, there was nothing to do, and nothing is called quarantined."""
    gone = str(tmp_path / "nope")
    ran = minutebook(tmp_path / "home", *command, gone)
    assert ran.code == Exit.USAGE
    assert f"There is no file or folder {gone!r}" in ran.err
    assert "uarantine" not in ran.err + ran.out


@pytest.mark.parametrize("command", [["import"], ["--no-ui", "--once"]], ids=" ".join)
def test_the_rest_comes_in_beside_what_is_missing(tmp_path: Path, command: list[str]) -> None:
    """The code says that some of the input could not be read."""
    log = tmp_path / "#ferry.log"
    log.write_text("2024-01-01T12:00:00  <Ana> The ferry leaves at noon.\n")
    gone = tmp_path / "nope"
    ran = minutebook(tmp_path / "home", *command, str(gone), str(log))
    assert ran.code == Exit.QUARANTINED
    assert str(gone) in ran.err
    assert "1 new turn" in ran.err


def test_a_link_that_leads_nowhere_is_there(tmp_path: Path) -> None:
    """What is wrong with it is told when it is read."""
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nope")
    assert missing([link, tmp_path / "nope", Path("~nobody-has-this-name")]) == [
        tmp_path / "nope",
        Path("~nobody-has-this-name"),
    ]
