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
