"""`minutebook privacy`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from minutebook.cli.app import run
from minutebook.cli.exits import Exit

VARIABLE = "MINUTEBOOK_PRIVACY_KEY"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a new home, with no key anywhere."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("minutebook.privacy.keys.from_keyring", lambda _user: "")
    return tmp_path / "home"


def test_a_key_is_printed_and_kept_nowhere(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Data is the key alone; what to do with it is narration."""
    assert run(["privacy", "key"]) == Exit.DONE
    printed = capsys.readouterr()
    assert len(printed.out.strip()) >= 32
    assert printed.out.strip() not in printed.err
    assert VARIABLE in printed.err
    assert not home.exists()


def test_status_tells_a_key_by_its_fingerprint(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on is said, and the key is not shown."""
    monkeypatch.setenv(VARIABLE, "k" * 43)
    assert run(["privacy", "status", "--home", str(home), "--json"]) == Exit.DONE
    told = capsys.readouterr().out
    assert "kkk" not in told
    status = json.loads(told)
    assert status["redact"] == ["secret", "e-mail", "phone", "card", "iban"]
    assert status["pseudonyms"] == "off"
    assert status["key_from"] == "environment"
    assert len(status["key"]) == 12


def test_status_fails_where_pseudonyms_lack_their_key(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script notices, and a person is told what to do."""
    asked = ["privacy", "status", "--home", str(home), "--set", "privacy.pseudonyms=models"]
    assert run(asked) == Exit.FAILED
    assert "minutebook privacy key" in capsys.readouterr().out


def test_kinds_that_do_not_exist_are_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt kind would hide nothing, and say nothing."""
    asked = ["privacy", "status", "--home", str(home), "--set", "privacy.redact=email"]
    assert run(asked) == Exit.USAGE
    assert "e-mail" in capsys.readouterr().err


def test_check_tells_of_a_file_what_would_be_hidden(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By kind and place, and never the value; the home is not even made."""
    file = tmp_path / "notes.txt"
    file.write_text("Hello,\nwrite to bob@example.org or 030 1234567.\npassword=hunter2\n", "utf-8")
    asked = ["privacy", "check", str(file), "--home", str(home)]
    assert run([*asked, "--json"]) == Exit.DONE
    told = capsys.readouterr().out
    assert not any(value in told for value in ("bob@", "1234567", "hunter2"))
    found = json.loads(told)
    assert found["kinds"] == {"secret": 1, "e-mail": 1, "phone": 1}
    places = [(each["kind"], each["line"], each["column"]) for each in found["found"]]
    assert places == [("e-mail", 2, 10), ("phone", 2, 29), ("secret", 3, 10)]
    assert run([*asked, "--limit", "1"]) == Exit.DONE
    printed = capsys.readouterr()
    assert "hunter2" not in printed.out
    assert "2 more" in printed.err
    assert not home.exists()


def test_check_tells_of_the_record_where_it_is(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By conversation and turn; one that is named, or all of them."""
    log = tmp_path / "#ferry.log"
    log.write_text("2024-03-01T08:00:00 <Ann> Mail bob@example.org\n" * 2, "utf-8")
    assert run(["import", str(log), "--home", str(home)]) == Exit.DONE
    capsys.readouterr()
    for what in ([], ["#ferry"]):
        assert run(["privacy", "check", *what, "--home", str(home), "--json"]) == Exit.DONE
        found = json.loads(capsys.readouterr().out)
        assert found["kinds"] == {"e-mail": 2}
        assert all("turn " in each["where"] for each in found["found"])
