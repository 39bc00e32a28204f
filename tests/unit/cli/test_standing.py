"""`status` and `doctor` on mirrored files that stand still."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import minutebook


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with one mirrored document."""
    (tmp_path / "log.log").write_text("2024-01-01T10:00:00  <Ana> The ferry leaves.\n" * 3)
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "config.toml").write_text('[scribe]\nmirror = "notes"\n')
    minutebook(tmp_path / "home", "--no-ui", "--once", str(tmp_path / "log.log"))
    return tmp_path / "home"


def test_a_mirrored_file_that_stands_still_is_told(home: Path) -> None:
    """By both, with the reason and what to do; nothing is said when all is in order."""
    assert minutebook(home, "status", "--json").json["mirror"] == []
    checks = {each["check"]: each for each in minutebook(home, "doctor", "--json").json}
    assert checks["mirror"]["ok"]
    (file,) = (home / "notes").glob("*.md")
    file.write_bytes(b"\xff\xfe")
    why, hint = "is not text in UTF-8", "Save it as UTF-8, or delete it."
    shape = {"file": str(file), "reason": why, "hint": hint}
    assert minutebook(home, "status", "--json").json["mirror"] == [shape]
    ran = minutebook(home, "status")
    assert f"{str(file)!r} {why}. {hint}" in " ".join(ran.err.split())
    assert "files that stand still" in ran.out
    checks = {each["check"]: each for each in minutebook(home, "doctor", "--json").json}
    assert (checks["mirror"]["ok"], checks["mirror"]["warning"]) == (False, True)
    assert hint in checks["mirror"]["detail"]
