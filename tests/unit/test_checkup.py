"""The checkup: says what is wrong and what to do, and changes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from minutebook.checkup import Finding, examine
from minutebook.paths import Home
from minutebook.store.database import Database


def found(home: Path) -> dict[str, Finding]:
    """Look a home over; return the findings by what was looked at."""
    return {finding.check: finding for finding in examine(Home.at(home))}


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """Return a home with an empty store."""
    place = Home.at(tmp_path / "home")
    place.ensure()
    database = await Database.open(place.database)
    await database.close()
    return place.data


def test_a_home_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    """It is made when it is needed, and not by looking."""
    findings = found(tmp_path / "none")
    assert all(finding.is_fine for finding in findings.values())
    assert not (tmp_path / "none").exists()


def test_a_sound_home_is_fine(home: Path) -> None:
    """Everything that was looked at."""
    findings = found(home)
    assert set(findings) == {"python", "sqlite", "home", "disk", "settings", "store"}
    assert [check for check, finding in findings.items() if not finding.is_fine] == []


def test_a_home_that_others_can_read(home: Path) -> None:
    """With the command that closes it."""
    home.chmod(0o755)
    finding = found(home)["home"]
    assert not finding.is_fine
    assert f"chmod 700 {home}" in finding.detail


def test_a_file_in_the_place_of_the_home(tmp_path: Path) -> None:
    """Is no home that is still to be made."""
    (tmp_path / "file").write_text("x")
    finding = found(tmp_path / "file")["home"]
    assert not finding.is_fine
    assert "not a folder" in finding.detail


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[pages]\ntoken = 1\n", "pages.tokens"),
        ("[pages\n", "config.toml"),
        ('[models]\nchat = "nobody:nothing"\n', "nobody"),
    ],
)
def test_settings_that_do_not_hold(home: Path, settings: str, said: str) -> None:
    """A wrong key, a file that is no TOML, a model that is not known."""
    (home / "config.toml").write_text(settings)
    finding = found(home)["settings"]
    assert not finding.is_fine
    assert said in finding.detail


@pytest.mark.parametrize("content", [b"this is no database at all" * 99, b"SQLite format 3\x00bad"])
def test_a_store_that_is_no_database(home: Path, content: bytes) -> None:
    """With what to do."""
    for file in home.glob("minutebook.db*"):
        file.unlink()
    (home / "minutebook.db").write_bytes(content)
    finding = found(home)["store"]
    assert not finding.is_fine
    assert "backup" in finding.detail


def test_a_store_with_wrong_bytes_inside(home: Path) -> None:
    """A page of the database that was overwritten is found."""
    path = home / "minutebook.db"
    data = bytearray(path.read_bytes())
    data[8_192:12_288] = b"\xa5" * 4_096
    path.write_bytes(data)
    assert not found(home)["store"].is_fine


def test_rows_that_refer_to_nothing(home: Path) -> None:
    """A store that another program has meddled with."""
    with sqlite3.connect(home / "minutebook.db") as connection:
        connection.execute("INSERT INTO turn_revisions VALUES (99, 0, 'k', '', NULL, 'h', 0, NULL)")
    finding = found(home)["store"]
    assert not finding.is_fine
    assert "refer to something" in finding.detail
