"""The checkup: says what is wrong and what to do, and changes nothing."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from minutebook.checkup import Finding, examine
from minutebook.cli.doctoring import doctor
from minutebook.cli.exits import Exit
from minutebook.clock import EPOCH
from minutebook.paths import Home
from minutebook.store import sources
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
    assert set(findings) == {
        *("python", "sqlite", "home", "disk", "settings", "store"),
        *("model", "next", "prices", "search", "styles", "batches"),
    }
    assert [check for check, finding in findings.items() if not finding.is_fine] == []


def test_a_home_that_others_can_read(home: Path) -> None:
    """With the command that closes it."""
    home.chmod(0o755)
    finding = found(home)["home"]
    assert not finding.is_fine
    assert f"chmod 700 {home}" in finding.detail


@pytest.mark.parametrize(("megabytes", "has_failed"), [(196, False), (3, True)])
def test_a_disk_that_fills_up_is_told_before_it_fails(
    home: Path, monkeypatch: pytest.MonkeyPatch, megabytes: int, has_failed: bool
) -> None:
    """With little room it works all the same; with next to none it may not."""
    free = SimpleNamespace(free=megabytes * 1024**2)
    monkeypatch.setattr("minutebook.checkup.shutil.disk_usage", lambda _: free)
    disk = found(home)["disk"]
    assert (disk.is_fine, disk.has_failed) == (False, has_failed)
    ran = CliRunner().invoke(doctor, ["--home", str(home)], standalone_mode=False)
    assert ran.return_value == (Exit.FAILED if has_failed else Exit.DONE)


def test_a_file_in_the_place_of_the_home(tmp_path: Path) -> None:
    """Is no home that is still to be made."""
    (tmp_path / "file").write_text("x")
    finding = found(tmp_path / "file")["home"]
    assert not finding.is_fine
    assert "not a folder" in finding.detail


@pytest.mark.parametrize(
    ("settings", "check", "said"),
    [
        ("[pages]\ntoken = 1\n", "settings", "pages.tokens"),
        ("[pages\n", "settings", "config.toml"),
        ('[models]\nwrite = "nobody:nothing"\n', "model", "nobody"),
    ],
)
def test_settings_that_do_not_hold(home: Path, settings: str, check: str, said: str) -> None:
    """A wrong key, a file that is no TOML, a model that is not known."""
    (home / "config.toml").write_text(settings)
    (finding,) = [finding for finding in examine(Home.at(home)) if not finding.is_fine]
    assert (finding.check, said in finding.detail) == (check, True)


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
        connection.execute(
            "INSERT INTO turn_revisions (turn, revision, key, text, content_hash, replaced_at)"
            " VALUES (99, 0, 'k', '', 'h', 0)"
        )
    finding = found(home)["store"]
    assert not finding.is_fine
    assert "refer to something" in finding.detail


def test_a_model_without_its_key_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what it was chosen for, and what to do."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    monkeypatch.setattr("minutebook.llm.remote.keys.from_keyring", lambda _provider: "")
    monkeypatch.setenv("MINUTEBOOK_MODELS__CHAT", "anthropic:some-model")
    monkeypatch.setenv("MINUTEBOOK_MODELS__WRITE", "anthropic:some-model")
    wrong = [finding for finding in examine(Home.at(home)) if not finding.is_fine]
    assert [finding.check for finding in wrong] == ["model"]
    assert wrong[0].detail.startswith("anthropic:some-model for chat, write: ")
    assert "ANTHROPIC_API_KEY" in wrong[0].detail
    assert "next" not in found(home)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test")
    assert all(finding.is_fine for finding in examine(Home.at(home)))


async def test_what_is_watched_and_gone_is_told(home: Path, tmp_path: Path) -> None:
    """With how to forget it."""
    database = await Database.open(Home.at(home).database)
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.mkdir()
    for path in (there, gone):
        await database.write(partial(sources.watch, path=str(path), now=EPOCH))
    await database.close()
    watched = [finding for finding in examine(Home.at(home)) if finding.check == "watched"]
    assert [(finding.is_fine, str(gone) in finding.detail) for finding in watched] == [
        (False, True),
        (True, False),
    ]


def test_a_wrong_price_is_told(home: Path) -> None:
    """By the first that is wrong."""
    Home.at(home).prices_file.write_text("nonsense = [")
    assert not found(home)["prices"].is_fine
