"""`import` with a choice, and as a dry run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import minutebook


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a log of two conversations."""
    path = tmp_path / "log.jsonl"
    records = [
        {
            "id": name,
            "title": f"About {name}",
            "messages": [
                {"role": "user", "content": f"{name} {day}", "timestamp": f"2024-01-0{day}T10:00Z"}
                for day in (1, 2)
            ],
        }
        for name in ("ice", "fog")
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path, log: Path) -> None:
    """What is known is told as known; the scores say why the format was taken."""
    home = tmp_path / "home"
    minutebook(home, "import", str(log), "--only", "about ice", "--since", "2024-01-02")
    before = minutebook(home, "conversations", "--json").json
    (report,) = minutebook(home, "import", str(log), "--dry-run", "--json").json
    assert (report["turns_new"], report["turns_known"]) == (3, 1)
    assert report["scores"][0]["format"] == report["format"] == "openai_messages"
    assert [score["score"] for score in report["scores"]] == sorted(
        (score["score"] for score in report["scores"]), reverse=True
    )
    ice, fog = report["expected"]
    assert (ice["title"], ice["new"], ice["turns_new"], ice["turns_known"]) == (
        "About ice",
        False,
        1,
        1,
    )
    assert (fog["native_id"], fog["new"], fog["turns_new"]) == ("fog", True, 2)
    assert ice["first_at"] == "2024-01-01T10:00:00Z"
    assert minutebook(home, "conversations", "--json").json == before
    assert minutebook(home, "import", str(log), "--json").json[0]["turns_new"] == 3


def test_a_dry_run_is_told_to_people(tmp_path: Path, log: Path) -> None:
    """A row for each conversation on stdout, the reasons beside it on stderr."""
    (tmp_path / "no.bin").write_bytes(b"\x00\x01")
    ran = minutebook(tmp_path / "home", "import", str(tmp_path), "--dry-run")
    assert ran.code == 3
    assert [line.split("\t")[2:5] for line in ran.out.splitlines()] == [
        ["About ice", "new", "2"],
        ["About fog", "new", "2"],
    ]
    assert "openai_messages: " in ran.err
    assert "no.bin, the whole file: It is not text." in ran.err
    assert "4 new turns would come in. Nothing was changed." in ran.err
    assert minutebook(tmp_path / "home", "status", "--json").json["quarantined"] == 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--format", "nope"], "There are: "),
        (["--since", "yesterday"], "is no day and no moment"),
    ],
)
def test_a_wrong_choice_is_a_mistake(
    tmp_path: Path, log: Path, options: list[str], complaint: str
) -> None:
    """With what could be meant; also in a dry run."""
    for dry in ([], ["--dry-run"]):
        ran = minutebook(tmp_path / "home", "import", str(log), *options, *dry)
        assert (ran.code, complaint in ran.err) == (2, True)
