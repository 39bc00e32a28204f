"""Text from logs reaches no terminal as a command, on either stream, as text or as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import OBEYED, hostile_log, minutebook

ABOUT_ALL = (
    ["conversations"],
    ["search", "ferry"],
    ["pages", "list"],
    ["scribe", "list"],
    ["queue", "list"],
    ["status"],
)
ABOUT_ONE = (
    ["show", "{id}"],
    ["pages", "list", "{id}"],
    ["scribe", "show", "{id}"],
    ["scribe", "history", "{id}"],
    ["scribe", "diff", "{id}", "0"],
    ["search", "--in", "{id}", "answer"],
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home into which a hostile log was read."""
    folder = tmp_path_factory.mktemp("harmless")
    log = hostile_log(folder / "evil\x1b[31m\n\u202e.jsonl")
    done = minutebook(folder / "home", "--no-ui", "--once", str(log))
    assert done.code == 3
    assert OBEYED.findall(done.err) == []
    return folder / "home"


@pytest.mark.parametrize("command", [*ABOUT_ALL, *ABOUT_ONE], ids=" ".join)
@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
def test_nothing_is_obeyed(home: Path, command: list[str], as_json: list[str]) -> None:
    """Escape sequences, C1 controls, directions, NUL and lone surrogates are shown harmlessly."""
    (one,) = minutebook(home, "conversations", "--json").json
    ran = minutebook(home, *(word.format(id=one["id"]) for word in command), *as_json)
    assert ran.code == 0
    assert ran.out
    assert OBEYED.findall(ran.out + ran.err) == []
    if as_json:
        assert ran.json


def test_json_says_exactly_what_the_log_said(home: Path) -> None:
    """Nothing is lost but lone surrogates, which no UTF-8 can hold."""
    (one,) = minutebook(home, "conversations", "--json").json
    first, _ = minutebook(home, "show", one["id"], "--json").json["turns"]
    assert "\x1b[31mred\x1b]0;title\x07 \x9b1m \u202eolleh" in first["content"]
    assert "\ufffd end" in first["content"]


def test_an_import_names_hostile_files_harmlessly(tmp_path: Path) -> None:
    """In its table, its JSON, its narration, and the JSON lines of its log."""
    log = hostile_log(tmp_path / "evil\x1b[31m\n\u202e.jsonl")
    home = tmp_path / "home"
    for options in (["import"], ["import", "--json"], ["--no-ui", "--once", "--log-json"]):
        ran = minutebook(home, *options, str(log))
        assert OBEYED.findall(ran.out + ran.err) == [], options
        if "--log-json" in options:
            assert all("event" in json.loads(line) for line in ran.err.splitlines())


def test_complaints_repeat_what_was_typed_harmlessly(tmp_path: Path) -> None:
    """An id, a path, a setting."""
    evil = "\x1b[31m\u202ex\x07"
    for args in (
        ["show", evil],
        ["pages", "show", evil],
        ["scribe", "show", evil],
        ["import", evil],
        ["status", "--set", f"{evil}=1"],
        ["config", "validate", evil],
        ["queue", "list", "--state", evil],
        ["status", f"--{evil}"],
        [f"stat{evil}us"],
    ):
        ran = minutebook(tmp_path / "home", *args)
        assert ran.code in {1, 2, 3}
        assert ran.err
        assert OBEYED.findall(ran.out + ran.err) == [], args
