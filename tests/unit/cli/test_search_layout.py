"""How hits are shown: laid out for a terminal, plain lines for a pipe."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from terminal import COLOUR, OBEYED, Terminal, hostile_log, minutebook

from minutebook.cli.app import run

LONG = "we take the winter ferry " + "and carry the tents over the long bridge to the harbour " * 3


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with one log of long turns."""
    log = tmp_path / "#harbour-of-the-northern-islands-and-everything-that-lies-behind-them.log"
    turns = (LONG.replace("winter", "summer"), LONG, "short words")
    log.write_text("".join(f"2026-01-02T10:0{n}:00  <ana> {t}\n" for n, t in enumerate(turns)))
    assert minutebook(tmp_path / "home", "import", str(log)).code == 0
    return tmp_path / "home"


def shown(home: Path, *words: str) -> str:
    """Search in a terminal; return what it was sent."""
    screen = Terminal()
    with contextlib.redirect_stdout(screen):
        assert run(["search", *words, "--home", str(home)]) == 0
    return screen.getvalue()


@pytest.mark.parametrize("width", [30, 80, 120])
def test_a_terminal_is_not_overrun(home: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Title and neighbours are a line each; what was found is wrapped behind its indentation."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    screen = shown(home, '"winter ferry"')
    lines = COLOUR.sub("", screen).rstrip("\n").split("\n")
    assert all(len(line) <= width for line in lines)
    assert lines[0].startswith("#harbour")
    assert lines[1].startswith("    ana: ")
    assert lines[2].startswith("  ▸ ana: ")
    assert all(line.startswith("    ") for line in lines[3:])
    assert lines[-1].strip() == "ana: short words"
    assert "\x1b[1mwinter" in screen
    assert "\x1b[2m" in screen


def test_a_pipe_gets_a_line_for_each_part(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the width of the terminal behind it."""
    monkeypatch.setenv("COLUMNS", "30")
    lines = minutebook(home, "search", '"winter ferry"').out.split("\n")
    assert len(lines) == 6
    assert lines[0].startswith("#harbour-of-the-northern-islands")
    assert lines[2].startswith("  ▸ ana: we take the winter ferry and carry")
    assert lines[3:] == ["    ana: short words", "", ""]


def test_a_terminal_obeys_nothing_that_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only our own colours reach it."""
    monkeypatch.setenv("COLUMNS", "60")
    minutebook(tmp_path / "home", "import", str(hostile_log(tmp_path / "evil.jsonl")))
    screen = shown(tmp_path / "home", "ferry")
    assert "ferry" in screen
    assert OBEYED.findall(COLOUR.sub("", screen)) == []


def test_filters_are_options_and_words(home: Path) -> None:
    """Both say the same; a time that is none is told, and nothing at all is a mistake."""
    typed = minutebook(home, "search", "harbour", "author:ana", "on:2026-01-02T10:01", "--json")
    options = ["--author", "ana", "--on", "2026-01-02T10:01"]
    assert [hit["at"][:16] for hit in typed.json] == ["2026-01-02T10:01"]
    assert minutebook(home, "search", "harbour", *options, "--json").json == typed.json
    assert minutebook(home, "search", "harbour", "--author", "olu", "--json").json == []
    assert minutebook(home, "search", "harbour", "--before", "soon").code == 2
    assert minutebook(home, "search").code == 2


def test_a_mistyped_word_is_said(home: Path) -> None:
    """What was looked for instead stands above what was found."""
    found = minutebook(home, "search", "harbuor")
    assert "harbuor is nowhere; looked for harbour instead." in found.err
    assert "to the harbour" in found.out


def test_parts_follow_each_other(home: Path) -> None:
    """What is left out is what the part before showed."""
    every = minutebook(home, "search", "harbour", "--json").json
    second = minutebook(home, "search", "harbour", "--offset", "1", "--limit", "1", "--json").json
    assert second == every[1:2]
    grouped = minutebook(home, "search", "harbour", "--group", "conversation", "--json").json
    assert grouped == every
