"""How the command line is spoken to, and how it answers mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from terminal import bare, minutebook

from minutebook.cli.app import COMMANDS, GROUPS
from minutebook.cli.app import minutebook as root


def commands() -> Iterator[list[str]]:
    """Name every command."""
    context = click.Context(root)
    for name in COMMANDS:
        command = root.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ([name, inner] for inner in command.commands)
        else:
            yield [name]


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_help_shows_an_example(command: list[str]) -> None:
    """Of every command, one that can be copied."""
    ran = bare(*command, "--help")
    assert ran.code == 0
    assert "Example" in ran.out
    assert f"minutebook {' '.join(command)}" in ran.out or command == ["open"]


@pytest.mark.parametrize("command", [name for name in COMMANDS if name in GROUPS])
def test_groups_are_known_as_groups(command: str) -> None:
    """The list that options are moved by holds each of them."""
    found = root.get_command(click.Context(root), command)
    assert isinstance(found, click.Group)


def test_groups_show_their_help_behind_options_of_their_commands(tmp_path: Path) -> None:
    """Where a home is named before the group, and no command of it."""
    home = ["--home", str(tmp_path)]
    help_ = bare("context", "--help").out
    assert bare(*home, "context", "--help").out == help_
    assert bare(*home, "context").out == help_
    assert bare(*home, "queue", "--json").code == 0


def test_help_lists_every_command() -> None:
    """Also for `-h`."""
    ran = bare("-h")
    assert ran.code == 0
    assert all(name in ran.out for name in COMMANDS)


@pytest.mark.parametrize("group", ["", *sorted(GROUPS)])
def test_help_says_of_each_command_what_it_does(group: str) -> None:
    """In whole sentences."""
    ran = bare(*filter(None, [group]), "--help")
    listed = ran.out.partition("Commands:")[2]
    assert ran.code == 0
    assert "..." not in listed


@pytest.mark.parametrize(
    "args",
    [
        ["--home", "{home}", "status", "--json"],
        ["status", "--home", "{home}", "--json"],
        ["--home={home}", "status", "--json"],
        ["--home", "{home}", "scribe", "list", "--json"],
        ["scribe", "--home", "{home}", "list", "--json"],
        ["scribe", "list", "--json", "--home", "{home}"],
        ["--home", "{home}", "--set", "pages.tokens=99", "pages", "list", "--json"],
        ["--home", "{home}", "config", "path"],
    ],
    ids=" ".join,
)
def test_the_home_may_stand_anywhere(tmp_path: Path, args: list[str]) -> None:
    """Before a command, between its words, behind it."""
    home = tmp_path / "status"
    ran = bare(*(arg.format(home=home) for arg in args))
    assert (ran.code, ran.err) == (0, "")
    assert "path" in args or (home / "minutebook.db").exists()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("staus", "status"), ("serach", "search"), ("conversation", "conversations")],
)
def test_a_mistyped_command_is_told_the_nearest(typed: str, meant: str) -> None:
    """Instead of being taken for a path."""
    ran = bare(typed)
    assert ran.code == 2
    assert f"Did you mean '{meant}'?" in ran.err


def test_a_file_that_looks_like_a_mistyped_command_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there is opened."""
    monkeypatch.chdir(tmp_path)
    Path("staus").write_text("2024-01-01T10:00:00  <Ana> hi\n" * 2)
    ran = minutebook(tmp_path / "home", "staus", "--no-ui", "--once")
    assert ran.code == 0
    assert "2 new turns" in ran.err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["status", "--set", "page.tokens=9"], 2, "pages.tokens"),
        (["status", "--set", "pages.tokens"], 2, "SECTION.KEY=VALUE"),
        (["status", "--set", "pages.tokens=many"], 2, "pages.tokens"),
        (["search"], 2, "WORDS"),
        (["show", "cv_none"], 1, "minutebook conversations"),
        (["show", ""], 1, "conversation"),
        (["show", "\udcff"], 1, "conversation"),
        (["search", "x", "--in", "\udcff"], 1, "conversation"),
        (["pages", "show", "\udcff"], 1, "pages list"),
        (["scribe", "show", "\udcff"], 1, "scribe list"),
        (["scribe", "stop", "none"], 1, "scribe list"),
        (["scribe", "start", "none"], 1, "conversation"),
        (["scribe", "diff", "none", "99999999999999999999999"], 2, "range"),
        (["search", "x", "--limit", "99999999999999999999999"], 2, "range"),
        (["queue", "retry", "99999999999999999999999"], 2, "range"),
        (["queue", "retry", "7"], 1, "7"),
        (["queue", "retry"], 2, "--all"),
        (["queue", "list", "--state", "asleep"], 2, "asleep"),
        (["import"], 2, "PATHS"),
        (["import", "/none/there"], 2, "There is no file or folder"),
        (["import", "x" * 300], 2, "There is no file or folder"),
        (["import", "~nobody-at-all/x"], 2, "There is no file or folder"),
        (["--once", "x"], 2, "--no-ui"),
        (["--no-ui", "--once", "x" * 300], 2, "There is no file or folder"),
        (["config", "validate", "/none"], 2, "/none"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_mistakes_have_a_message_and_a_code(
    tmp_path: Path, args: list[str], code: int, said: str
) -> None:
    """What is wrong, and what to do; never a traceback."""
    ran = minutebook(tmp_path / "home", *args)
    assert (ran.code, said in ran.err, "Traceback" in ran.err) == (code, True, False), ran.err


def test_an_unknown_key_in_the_settings_names_the_nearest(tmp_path: Path) -> None:
    """Whatever the command."""
    (tmp_path / "config.toml").write_text("[pages]\ntokenz = 5\n")
    tmp_path.chmod(0o700)
    ran = minutebook(tmp_path, "status")
    assert ran.code == 2
    assert "pages.tokens" in ran.err


@pytest.mark.parametrize("command", [["status"], ["--no-ui", "--once"], ["config", "show"]])
def test_a_home_that_cannot_be_one(tmp_path: Path, command: list[str]) -> None:
    """A file in its place, or a folder that nobody can make."""
    (tmp_path / "file").write_text("x")
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        ran = minutebook(home, *command)
        assert (ran.code, str(home) in ran.err) == (2, True), ran.err


def test_a_damaged_store_is_said(tmp_path: Path) -> None:
    """With what to do."""
    assert minutebook(tmp_path / "home", "status").code == 0
    (tmp_path / "home" / "minutebook.db").write_bytes(b"nonsense" * 999)
    ran = minutebook(tmp_path / "home", "status")
    assert ran.code == 1
    assert "backup" in ran.err


def test_settings_are_written_once_and_valid(tmp_path: Path) -> None:
    """`init` writes what `validate` accepts, and never over what is there."""
    home = tmp_path / "home"
    assert minutebook(home, "config", "init").code == 0
    assert minutebook(home, "config", "validate").code == 0
    again = minutebook(home, "config", "init")
    assert again.code == 2
    assert "already exists" in again.err


def test_documents_are_stopped_started_and_restored(tmp_path: Path) -> None:
    """The verbs of the scribe, end to end."""
    home, log = tmp_path / "home", tmp_path / "#harbour.log"
    lines = [f"2024-01-01T10:0{n}:00  <Ana> The ferry {n} leaves at noon.\n" for n in range(9)]
    log.write_text("".join(lines[:4]))
    assert minutebook(home, "--no-ui", "--once", str(log)).code == 0
    (document,) = minutebook(home, "scribe", "list", "--json").json
    slug, first = document["slug"], document["revision"]
    assert "stopped" in minutebook(home, "scribe", "stop", slug).err
    log.write_text("".join(lines))
    assert minutebook(home, "--no-ui", "--once", str(log)).code == 0
    assert minutebook(home, "scribe", "show", slug, "--json").json["revision"] == first
    assert "live" in minutebook(home, "scribe", "start", document["conversation"]).err
    assert minutebook(home, "--no-ui", "--once").code == 0
    later = minutebook(home, "scribe", "show", slug, "--json").json
    assert later["revision"] > first
    assert minutebook(home, "scribe", "restore", slug, str(first)).code == 0
    restored = minutebook(home, "scribe", "show", slug, "--json").json
    old = minutebook(home, "scribe", "show", slug, "--revision", str(first), "--json").json
    assert restored["content"] == old["content"] != later["content"]
    assert (
        minutebook(home, "scribe", "diff", slug, str(first), str(restored["revision"])).out.strip()
        == ""
    )
