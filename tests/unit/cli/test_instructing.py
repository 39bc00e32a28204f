"""The commands with which a person directs the scribe."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import minutebook


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with one small log, told by the scribe."""
    folder = tmp_path
    lines = [f"2024-01-01T10:{n:02}:00  <Ana> The ferry {n} leaves at noon.\n" for n in range(9)]
    (folder / "logs").mkdir()
    (folder / "logs" / "#harbour.log").write_text("".join(lines), "utf-8")
    styles = folder / "home" / "styles"
    styles.mkdir(parents=True, mode=0o700)
    styles.parent.chmod(0o700)
    (styles / "terse.md").write_text("In few words.\n\nOne line each.\n", "utf-8")
    assert minutebook(folder / "home", "--no-ui", "--once", str(folder / "logs")).code == 0
    return folder / "home"


def document(home: Path) -> str:
    """Return the id of the document."""
    found: str = minutebook(home, "scribe", "list", "--json").json[0]["document"]
    return found


def test_status_and_trigger(home: Path) -> None:
    """How the document stands, and a new update under a correlation of its own."""
    status = minutebook(home, "scribe", "status", document(home), "--json").json
    assert (status["model"], status["state"], status["pending"]) == ("offline", "live", 0)
    assert (status["style"], status["job"], status["error"]) == ("factual", "done", "")
    ran = minutebook(home, "scribe", "trigger", document(home), "--json").json
    assert (ran["job"], ran["correlation"][:5]) == ("queued", "corr_")
    assert "turns waiting\t0" in minutebook(home, "scribe", "status", document(home)).out


def test_toggle(home: Path) -> None:
    """There and back."""
    states = [
        minutebook(home, "scribe", "toggle", document(home), "--json").json["state"]
        for _ in range(2)
    ]
    assert states == ["stopped", "live"]


def test_styles(home: Path) -> None:
    """Those that ship and the user's own are listed, and can be set; a typing error is named."""
    found = minutebook(home, "scribe", "styles", "--json").json
    assert {style["name"]: style["own"] for style in found} == {
        "conversational": False,
        "factual": False,
        "literary": False,
        "terse": True,
    }
    assert "'terse'" in minutebook(home, "scribe", "style", document(home), "terse").err
    assert "'terse'" in minutebook(home, "scribe", "style", document(home)).err
    wrong = minutebook(home, "scribe", "style", document(home), "literrary")
    assert wrong.code == 1
    assert "Did you mean 'literary'?" in wrong.err
    assert "'factual'" in minutebook(home, "scribe", "style", document(home), "--default").err
    started = minutebook(home, "scribe", "start", document(home), "--style", "literary")
    assert started.code == 0
    assert "'literary'" in minutebook(home, "scribe", "style", document(home)).err


def test_an_unknown_style_in_the_settings_is_refused(home: Path) -> None:
    """It is said at once, and not by every update."""
    ran = minutebook(home, "scribe", "list", "--set", "scribe.style=factuall")
    assert ran.code != 0
    assert "Did you mean 'factual'?" in ran.err


def test_standing_instructions(home: Path) -> None:
    """They are added, listed and taken back."""
    added = minutebook(home, "scribe", "always", document(home), "Dates in ISO.", "--json").json
    assert added["standing"] == ["Dates in ISO."]
    assert "1\tDates in ISO." in minutebook(home, "scribe", "always", document(home)).out
    assert minutebook(home, "scribe", "always", document(home), "--remove", "1").out == ""
    assert minutebook(home, "scribe", "always", document(home), "--remove", "1").code == 1


def test_offline_cannot_be_told(home: Path) -> None:
    """It says that a model is needed, and what to do."""
    ran = minutebook(home, "scribe", "tell", document(home), "Shorten it.")
    assert ran.code == 1
    assert "[models]" in ran.err
