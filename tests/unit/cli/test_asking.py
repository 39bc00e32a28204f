"""What the command line makes of what was typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import minutebook

LOG = (
    "2026-01-02T10:00:00  <ana> the winter ferry leaves at noon\n"
    "2026-01-02T10:01:00  <bo> the ferry of last winter was cancelled\n"
    "2026-01-02T10:02:00  <ana> winter is long\n"
    "2026-01-02T10:03:00  <bo> bring a compass\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with one log."""
    log = tmp_path / "#harbour.log"
    log.write_text(LOG)
    assert minutebook(tmp_path / "home", "import", str(log)).code == 0
    assert minutebook(tmp_path / "home", "--no-ui", "--once").code == 0
    return tmp_path / "home"


def found(home: Path, *words: str) -> list[str]:
    """Search, and return the authors and first words of what was found."""
    return [hit["snippet"][:10] for hit in minutebook(home, "search", "--json", *words).json]


@pytest.mark.parametrize("words", [['"winter ferry"'], ["winter ferry"]])
def test_a_phrase_stands_together_however_it_is_quoted(home: Path, words: list[str]) -> None:
    """By the shell's quotes or its own."""
    assert found(home, *words) == ["the winter"]


def test_words_that_a_shell_kept_together_are_looked_for_apart_too(home: Path) -> None:
    """Where they stand together nowhere, and that is said; a phrase in quotes stays one."""
    ran = minutebook(home, "search", "noon ferry")
    assert "the winter ferry leaves at noon" in ran.out
    assert ran.err == "The words stand together nowhere; looked for each of them.\n"
    assert found(home, '"noon ferry"') == []
    assert minutebook(home, "search", "xyzzy plugh").err == "Nothing was found.\n"


@pytest.mark.parametrize("words", ["author:bo ferry", "role:person author:bo winter ferry"])
def test_a_filter_does_not_take_the_words_behind_it(home: Path, words: str) -> None:
    """Where one argument holds a filter and words, and nobody is called all of that."""
    assert found(home, words) == ["the ferry "]


def test_one_argument_may_hold_a_phrase_and_a_minus(home: Path) -> None:
    """As the README has it."""
    assert found(home, "ferry -cancelled") == ["the winter"]
    assert found(home, '"ferry of" -cancelled') == []


def test_turns_with_some_of_the_words_are_said_to_be_so(home: Path) -> None:
    """No turn has both: what is shown is marked."""
    ran = minutebook(home, "search", "compass", "noon")
    assert "No turn has all the words" in ran.err
    assert minutebook(home, "search", "xyzzy").err == "Nothing was found.\n"


def test_conversations_are_found_by_source_too(home: Path) -> None:
    """`conversations irc` lists those that came from IRC."""
    assert len(minutebook(home, "conversations", "irc", "--json").json) == 1
    assert len(minutebook(home, "conversations", "whatsapp", "--json").json) == 0


def test_documents_start_by_the_name_they_stop_by(home: Path) -> None:
    """And a revision is typed as history shows it."""
    assert minutebook(home, "scribe", "stop", "harbour").code == 0
    assert minutebook(home, "scribe", "start", "harbour").code == 0
    assert minutebook(home, "scribe", "restore", "harbour", "r1").code == 0
    assert minutebook(home, "scribe", "start", "nobody").code == 1


def test_the_workbench_is_refused_where_there_is_no_terminal(home: Path) -> None:
    """A pipe gets a message, and no screen."""
    ran = minutebook(home, "open")
    assert ran.code == 2
    assert "--no-ui" in ran.err
    assert ran.out == ""
