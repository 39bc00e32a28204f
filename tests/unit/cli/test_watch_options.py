"""`watch add`, `watch set` and `watch list` with the settings of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import minutebook


def test_settings_are_added_changed_and_listed(tmp_path: Path) -> None:
    """What was not named stays, and an empty text takes one back."""
    home, logs = tmp_path / "home", str(tmp_path / "logs")
    added = minutebook(
        home, "watch", "add", logs, "--include", "*.txt", "--exclude", "a/**", "--exclude", "b",
        "--zone", "Europe/Berlin", "--title", "{folder}: {title}", "--no-scribe",
    )  # fmt: skip
    assert added.code == 0
    ran = minutebook(home, "watch", "set", logs, "--format", "whatsapp", "--zone", "", "--scribe")
    assert ran.code == 0
    assert "only *.txt, not a/** b, as whatsapp, titled '{folder}: {title}'" in ran.err
    (one,) = minutebook(home, "watch", "list", "--json").json
    assert {name: one[name] for name in one if name not in {"path", "added_at", "exists"}} == {
        "include": ["*.txt"],
        "exclude": ["a/**", "b"],
        "zone": "",
        "format": "whatsapp",
        "title": "{folder}: {title}",
        "scribe": True,
    }
    back = minutebook(
        home, "watch", "set", logs, "--include", "", "--exclude", "", "--format", "", "--title", ""
    )
    assert back.err.endswith("logs is read as usual.\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--zone", "Berlin"), "'Europe/Berlin'"),
        (("--format", "wahtsapp"), "'whatsapp'"),
        (("--include", "/logs/*"), "'logs/*'"),
        (("--title", "{titel}"), "{title}"),
        ((), "Nothing is to be changed"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    """With what is nearest, and exit code 1 or 2."""
    home, logs = tmp_path / "home", str(tmp_path / "logs")
    assert minutebook(home, "watch", "add", logs).code == 0
    ran = minutebook(home, "watch", "set", logs, *options)
    assert ran.code != 0
    assert said in ran.err


def test_import_takes_a_zone_and_a_title(tmp_path: Path) -> None:
    """And refuses those that make no sense before anything is read."""
    home, log = tmp_path / "home", tmp_path / "#harbour.log"
    log.write_text("2024-01-02T10:00:00  <ana> the ferry leaves at noon\n")
    assert "'Asia/Tokyo'" in minutebook(home, "import", str(log), "--zone", "tokyo").err
    title = "{date} {title}"
    ran = minutebook(home, "import", str(log), "--zone", "Asia/Tokyo", "--title", title)
    assert ran.code == 0
    (one,) = minutebook(home, "conversations", "--json").json
    assert one["title"] == "2024-01-02 #harbour"
    assert one["first_at"].startswith("2024-01-02T01:00")


def test_our_own_home_is_no_log(tmp_path: Path) -> None:
    """Where the folder that is imported holds it."""
    log = tmp_path / "#harbour.log"
    log.write_text("2024-01-02T10:00:00  <ana> the ferry leaves at noon\n")
    ran = minutebook(tmp_path / "home", "import", str(tmp_path), "--json")
    assert [one["path"] for one in ran.json] == [str(log)]
